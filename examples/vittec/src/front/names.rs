//! What the items of a file are called: E0100, E0101 and W0100.

use std::collections::HashMap;

use serde::{Serialize, Serializer};
use vitte_diag::{Diagnostic, DiagnosticBag, SourceFile, Span, codes};

use super::lexer::{Kind, Lexed, Token};
use super::fixes;
use super::parser::Item;
use super::tokens::MODIFIERS;
use crate::capture;

/// Checks the names of a file's items. What is wrong goes into `bag`; `at_item` is told the 0-based line
/// of each item while its name is looked at.
pub(crate) fn check(
    file: &SourceFile,
    items: &[Item<'_, '_>],
    lexed: &Lexed<'_>,
    at_item: &dyn Fn(u32),
    bag: &mut DiagnosticBag,
) {
    definitions(items, at_item, bag);
    let imports: Vec<Import<'_, '_>> = items.iter().filter_map(|item| Import::of(item)).collect();
    repeated(&imports, bag);
    unused(file, &imports, lexed, bag);
}

/// E0100: a name is defined twice.
fn definitions(items: &[Item<'_, '_>], at_item: &dyn Fn(u32), bag: &mut DiagnosticBag) {
    let mut first: HashMap<String, Span> = HashMap::new();
    for item in items {
        let [begin, .., end] = item else { continue };
        let line = begin.span.cover(end.span).unwrap_or(begin.span);
        let variables: &[(&'static str, &dyn capture::Variable)] =
            &[("defined before", &Defined(&first)), ("text", &Texts(item))];
        capture::context("checking this item", line).with_variables(variables, || at_item(begin.line));
        let Some((name, span)) = defined_name(item) else { continue };
        if let Some(&before) = first.get(&name) {
            bag.push(
                Diagnostic::error(
                    codes::E0100,
                    span,
                    format!("the name `{name}` is defined twice"),
                )
                .with_label("defined again here")
                .with_secondary(before, "first defined here"),
            );
        } else {
            first.insert(name, span);
        }
    }
}

/// What is defined already, where somebody has to look at it after a crash: each name with its bytes.
struct Defined<'a>(&'a HashMap<String, Span>);

impl Serialize for Defined<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names: Vec<_> = self.0.iter().map(|(name, span)| (span.lo(), name)).collect();
        names.sort_unstable();
        let bytes = |name: &String| self.0.get(name).map_or((0, 0), |span| (span.lo(), span.hi()));
        serializer.collect_map(names.into_iter().map(|(_, name)| (name, bytes(name))))
    }
}

/// The tokens of an item, likewise.
struct Texts<'a>(Item<'a, 'a>);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|token| token.text))
    }
}

/// The name that an item defines. That of a function may be a path, `Task::new`, and the types in
/// brackets before the last `::` belong to it; its own generics do not.
fn defined_name(item: Item<'_, '_>) -> Option<(String, Span)> {
    let rest = item.iter().position(|token| !token.is_one_of(MODIFIERS))?;
    let (keyword, rest) = item.get(rest..)?.split_first()?;
    let name = match keyword.text {
        "struct" | "enum" | "trait" | "type" | "const" => rest.get(..1)?,
        "let" if rest.first()?.is("mut") => rest.get(1..2)?,
        "let" => rest.get(..1)?,
        "fn" => function_name(rest),
        _ => return None,
    };
    let (first, last) = (name.first()?, name.last()?);
    if first.kind != Kind::Word || first.is("_") {
        return None;
    }
    let text = name.iter().map(|token| token.text).collect();
    Some((text, first.span.cover(last.span).unwrap_or(first.span)))
}

/// The path before the parameters, without the generics just before them.
fn function_name<'t, 's>(tokens: &'t [Token<'s>]) -> &'t [Token<'s>] {
    let mut depth = 0_i32;
    let mut end = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "(" if depth == 0 => break,
            "[" => depth += 1,
            "]" => depth -= 1,
            _ if depth == 0 => end = index + 1,
            _ => {}
        }
    }
    tokens.get(..end).unwrap_or_default()
}

/// `use a/b/c`, `import a.b`, `use a/b as c`, `use a/b { c, d }`.
struct Import<'t, 's> {
    tokens: &'t [Token<'s>],
    /// The path's names with `/` between them, and what follows the path.
    path: String,
    rest: String,
    /// The names that it brings into the file.
    names: Vec<&'s str>,
}

impl<'t, 's> Import<'t, 's> {
    fn of(item: Item<'t, 's>) -> Option<Self> {
        let (keyword, tokens) = item.split_first()?;
        if !keyword.is_one_of(&["use", "import"]) {
            return None;
        }
        let ends_path = |token: &Token<'_>| token.is("as") || token.is("{") || token.is(";");
        let end = tokens.iter().position(ends_path).unwrap_or(tokens.len());
        let (path, rest) = tokens.split_at_checked(end)?;
        let words = |tokens: &[Token<'s>]| -> Vec<&'s str> {
            tokens.iter().filter(|token| token.kind == Kind::Word).map(|token| token.text).collect()
        };
        let path = words(path);
        let names = match rest.first() {
            Some(token) if token.is("as") || token.is("{") => {
                words(rest).into_iter().filter(|word| *word != "as").collect()
            }
            _ => path.last().copied().into_iter().collect(),
        };
        let rest = words(rest).join(" ");
        Some(Self { tokens: item, path: path.join("/"), rest, names })
    }

    fn span(&self) -> Option<Span> {
        let (first, last) = (self.tokens.first()?, self.tokens.last()?);
        Some(first.span.cover(last.span).unwrap_or(first.span))
    }
}

/// E0101: a module is imported twice.
fn repeated(imports: &[Import<'_, '_>], bag: &mut DiagnosticBag) {
    let mut first: HashMap<(&str, &str), Span> = HashMap::new();
    for import in imports {
        let Some(span) = import.span() else { continue };
        let before = *first.entry((&import.path, &import.rest)).or_insert(span);
        if before != span {
            let path = &import.path;
            bag.push(
                Diagnostic::error(codes::E0101, span, format!("`{path}` is imported twice"))
                    .with_label("imported again here")
                    .with_secondary(before, "first imported here")
                    .with_help("remove one of the two"),
            );
        }
    }
}

/// W0100: an import is never used. Text that nothing terminates may use it.
fn unused(
    file: &SourceFile,
    imports: &[Import<'_, '_>],
    lexed: &Lexed<'_>,
    bag: &mut DiagnosticBag,
) {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for token in lexed.tokens.iter().filter(|token| token.kind == Kind::Word) {
        *uses.entry(token.text).or_default() += 1;
    }
    let broken = lexed.tokens.iter().filter(|token| token.kind == Kind::Broken);
    let unread: Vec<&str> = broken.map(|token| token.text).chain(lexed.swallowed).collect();
    for import in imports {
        let is_used = |name: &&str| {
            let own = import.tokens.iter().filter(|token| token.is(name)).count();
            uses.get(*name).is_some_and(|&all| all > own)
                || unread.iter().any(|text| text.contains(*name))
        };
        let Some(span) = import.span().filter(|_| !import.names.iter().any(is_used)) else {
            continue;
        };
        if let Some(name) = import.names.first() {
            bag.push(
                Diagnostic::warning(
                    codes::W0100,
                    span,
                    format!("the import `{name}` is never used"),
                )
                .with_label("imported here")
                .with_suggestion(fixes::remove_import(file, span)),
            );
        }
    }
}
