//! Checks the names of items and imports: E0100, E0101 and W0100.

use std::collections::HashMap;

use serde::{Serialize, Serializer};
use vitte_diag::{DiagnosticBag, SourceFile, Span};

use super::fixes;
use super::lexer::{Lexed, Token, TokenKind};
use super::name_error::NameError;
use super::parser::Item;
use super::tokens::MODIFIERS;
use crate::capture;

/// Checks the names of the items of a file and adds diagnostics to `bag`. Calls `at_item` with the 0-based line of
/// each item while its name is checked.
pub(crate) fn check(
    file: &SourceFile,
    items: &[Item<'_, '_>],
    lexed: &Lexed<'_>,
    at_item: &dyn Fn(u32),
    bag: &mut DiagnosticBag,
) {
    definitions(items, at_item, bag);
    let imports: Vec<Import<'_, '_>> = items.iter().filter_map(|item| Import::of(item)).collect();
    duplicate_imports(&imports, bag);
    unused_imports(file, &imports, lexed, bag);
}

/// Reports E0100: a name is defined twice.
fn definitions(items: &[Item<'_, '_>], at_item: &dyn Fn(u32), bag: &mut DiagnosticBag) {
    let mut first: HashMap<String, Span> = HashMap::new();
    for item in items {
        let [begin, .., end] = item else { continue };
        let line = begin.span.cover(end.span).unwrap_or(begin.span);
        let variables: &[(&'static str, &dyn capture::Variable)] =
            &[("defined before", &DefinedNames(&first)), ("text", &TokenTexts(item))];
        capture::context("checking this item", line)
            .with_variables(variables, || at_item(begin.line));
        let Some((name, span)) = defined_name(item) else { continue };
        if let Some(&first) = first.get(&name) {
            bag.push(NameError::DefinedTwice { name: &name, again: span, first }.into());
        } else {
            first.insert(name, span);
        }
    }
}

/// The names that are already defined, serialised for a crash report: each name with the bytes of its span.
struct DefinedNames<'a>(&'a HashMap<String, Span>);

impl Serialize for DefinedNames<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names: Vec<_> = self.0.iter().map(|(name, span)| (span.lo(), name)).collect();
        names.sort_unstable();
        let bytes = |name: &String| self.0.get(name).map_or((0, 0), |span| (span.lo(), span.hi()));
        serializer.collect_map(names.into_iter().map(|(_, name)| (name, bytes(name))))
    }
}

/// The tokens of an item, serialised for a crash report.
struct TokenTexts<'a>(Item<'a, 'a>);

impl Serialize for TokenTexts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|token| token.text))
    }
}

/// Returns the name that an item defines. The name of a function may be a path such as `Task::new`. Types in
/// brackets before the last `::` belong to the name, but the generics of the function itself do not.
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
    if first.kind != TokenKind::Word || first.is("_") {
        return None;
    }
    let text = name.iter().map(|token| token.text).collect();
    Some((text, first.span.cover(last.span).unwrap_or(first.span)))
}

/// Returns the path before the parameters of a function, without its generics.
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

/// An import: `use a/b/c`, `import a.b`, `use a/b as c` or `use a/b { c, d }`.
struct Import<'t, 's> {
    tokens: &'t [Token<'s>],
    /// The names of the path, joined with `/`.
    path: String,
    /// The words after the path.
    rest: String,
    /// The names that the import introduces, as far as the import itself contains them.
    names: Vec<&'s str>,
    /// Whether it imports a prelude under its own name, and with it names that the import does not contain.
    is_prelude: bool,
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
            tokens
                .iter()
                .filter(|token| token.kind == TokenKind::Word)
                .map(|token| token.text)
                .collect()
        };
        let path = words(path);
        let rest_words = words(rest);
        let names: Vec<&str> = match rest.first() {
            Some(token) if token.is("as") || token.is("{") => {
                rest_words.iter().copied().filter(|word| *word != "as").collect()
            }
            _ => path.last().copied().into_iter().collect(),
        };
        let is_prelude = match rest.first() {
            // The name that is given is the only one.
            Some(token) if token.is("as") => false,
            Some(token) if token.is("{") => names_prelude(&rest_words),
            _ => names.contains(&PRELUDE),
        };
        let (path, rest) = (path.join("/"), rest_words.join(" "));
        Some(Self { tokens: item, path, rest, names, is_prelude })
    }

    fn span(&self) -> Option<Span> {
        let (first, last) = (self.tokens.first()?, self.tokens.last()?);
        Some(first.span.cover(last.span).unwrap_or(first.span))
    }
}

/// The last part of the path of a module that brings names into scope, which only the module itself contains.
const PRELUDE: &str = "prelude";

/// Returns true if the words in the braces of an import contain a prelude that gets no other name.
fn names_prelude(words: &[&str]) -> bool {
    let is_as = |index: Option<usize>| index.and_then(|index| words.get(index)) == Some(&"as");
    words.iter().enumerate().any(|(index, word)| {
        *word == PRELUDE && !is_as(index.checked_sub(1)) && !is_as(index.checked_add(1))
    })
}

/// Reports E0101: a module is imported twice.
fn duplicate_imports(imports: &[Import<'_, '_>], bag: &mut DiagnosticBag) {
    let mut first: HashMap<(&str, &str), Span> = HashMap::new();
    for import in imports {
        let Some(span) = import.span() else { continue };
        let before = *first.entry((&import.path, &import.rest)).or_insert(span);
        if before != span {
            let path = &import.path;
            bag.push(NameError::ImportedTwice { path, again: span, first: before }.into());
        }
    }
}

/// Reports W0100: an import is never used. An unterminated string or comment that contains the name counts as a use. A
/// prelude is exempt, because its names are not known here.
fn unused_imports(
    file: &SourceFile,
    imports: &[Import<'_, '_>],
    lexed: &Lexed<'_>,
    bag: &mut DiagnosticBag,
) {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for token in lexed.tokens.iter().filter(|token| token.kind == TokenKind::Word) {
        *uses.entry(token.text).or_default() += 1;
    }
    let unterminated = lexed.tokens.iter().filter(|token| token.kind == TokenKind::Unterminated);
    let unread: Vec<&str> = unterminated.map(|token| token.text).chain(lexed.skipped).collect();
    for import in imports.iter().filter(|import| !import.is_prelude) {
        let is_used = |name: &&str| {
            let own = import.tokens.iter().filter(|token| token.is(name)).count();
            uses.get(*name).is_some_and(|&all| all > own)
                || unread.iter().any(|text| text.contains(*name))
        };
        let Some(span) = import.span().filter(|_| !import.names.iter().any(is_used)) else {
            continue;
        };
        if let Some(name) = import.names.first() {
            let removal = fixes::remove_import(file, span);
            bag.push(NameError::UnusedImport { name, import: span, removal }.into());
        }
    }
}
