//! What opens a block, and with what it closes. The language has no one word for it: a keyword
//! opens one here and none there, and two kinds of literals open one by the line that follows.

use super::lexer::{Kind, Token};

/// What closes a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Closer {
    /// `.end`
    End,
    /// `}`
    Brace,
}

/// A block that a token opens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opener<'s> {
    /// The word to call it by: `fn`, `if`, the type of a struct literal.
    pub(crate) name: &'s str,
    pub(crate) closer: Closer,
    /// Whether a `fn` in it is a declaration.
    pub(crate) is_trait: bool,
}

impl<'s> Opener<'s> {
    fn end(name: &'s str) -> Option<Self> {
        Some(Self { name, closer: Closer::End, is_trait: name == "trait" })
    }
}

/// Words that may stand before an item's own.
pub(crate) const MODIFIERS: &[&str] =
    &["export", "pub", "extern", "async", "unsafe", "static", "inline"];

/// Words that open a block as a statement and as a value.
const CONTROLS: &[&str] = &["if", "match", "when"];
/// No signature has more tokens than this.
const LONGEST_SIGNATURE: usize = 2048;

/// The tokens of a file, to ask what one of them opens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tokens<'t, 's>(pub(crate) &'t [Token<'s>]);

impl<'t, 's> Tokens<'t, 's> {
    pub(crate) fn get(self, index: usize) -> Option<&'t Token<'s>> {
        self.0.get(index)
    }

    fn is(self, index: usize, text: &str) -> bool {
        self.get(index).is_some_and(|token| token.is(text))
    }

    fn before(self, index: usize) -> Option<&'t Token<'s>> {
        self.get(index.checked_sub(1)?)
    }

    /// The tokens from `index` to the end of its line, or to the next word that may open a block.
    fn clause(self, index: usize) -> &'t [Token<'s>] {
        let rest = self.0.get(index..).unwrap_or_default();
        let behind = rest.get(1..).unwrap_or_default();
        let ends = |token: &Token<'_>| token.first || token.is_one_of(CONTROLS) || token.is("fn");
        let len = behind.iter().position(ends).unwrap_or(behind.len()) + 1;
        rest.get(..len).unwrap_or(rest)
    }

    fn is_last_of_line(self, index: usize) -> bool {
        self.get(index + 1).is_none_or(|next| next.first)
    }

    /// The first token of the line that `index` is on.
    pub(crate) fn line_start(self, index: usize) -> usize {
        self.get(index).map_or(index, |token| token.line_start)
    }

    /// The block that the token at `index` opens. `in_trait` says that the innermost block open
    /// there is a trait.
    pub(crate) fn opener(self, index: usize, in_trait: bool) -> Option<Opener<'s>> {
        let token = self.get(index)?;
        if token.is("{") {
            return Some(Opener { name: "{", closer: Closer::Brace, is_trait: false });
        }
        if token.kind == Kind::Word && !self.is_name(index) {
            match token.text {
                "fn" => return self.function(index, in_trait),
                "struct" | "enum" | "trait" | "impl" if self.is_type_definition(index) => {
                    return self.unless_braced(index);
                }
                "while" | "for" | "loop" if self.begins_statement(index) => {
                    return self.unless_braced(index);
                }
                "test" | "scenario" | "scn" if self.stands_first(index) => {
                    return self.unless_braced(index);
                }
                "if" | "match" | "when" if self.is_control(index) => {
                    return self.unless_braced(index);
                }
                _ => {}
            }
        }
        self.struct_literal(index)
    }

    /// Whether a word is a name here, though it may be a keyword elsewhere: a field, a parameter,
    /// a part of a path.
    fn is_name(self, index: usize) -> bool {
        let behind = self.before(index).is_some_and(|before| {
            before.is_one_of(&[".", "::", "let", "mut", "const"])
                || (before.is("fn") && !before.first)
                || self.is_defining_fn(index)
        });
        let ahead = self.get(index + 1).is_some_and(|next| {
            !next.first && next.is_one_of(&[":", "::", ",", ")", "=", ".", "]"])
        });
        behind || ahead
    }

    /// Whether the word at `index` is the name in `fn name`.
    fn is_defining_fn(self, index: usize) -> bool {
        self.before(index).is_some_and(|before| before.is("fn")) && !self.is(index, "fn")
    }

    /// Whether nothing but modifiers stands before `index` on its line.
    fn stands_first(self, index: usize) -> bool {
        let line = self.0.get(self.line_start(index)..index).unwrap_or_default();
        line.iter().all(|token| token.is_one_of(MODIFIERS) || token.kind == Kind::Text)
    }

    fn begins_statement(self, index: usize) -> bool {
        self.get(index).is_some_and(|token| token.first)
            || self
                .before(index)
                .is_some_and(|before| before.is_one_of(&["=>", "else", "{", ";", "then"]))
    }

    /// `struct Name`, and `type Name = struct` with its fields on the next lines.
    fn is_type_definition(self, index: usize) -> bool {
        let of_alias = self.is(self.line_start(index), "type") && self.is_last_of_line(index);
        self.stands_first(index) || of_alias
    }

    /// `if`, `match` and `when` open a block, as statements and as values, but not on one line with
    /// `then`, not as the guard of a match arm, and not behind `else`.
    fn is_control(self, index: usize) -> bool {
        let line = self.clause(index);
        let is_then = |at: &usize| {
            let by_name = self.before(index + at).is_some_and(|t| t.is_one_of(&["::", ".", "fn"]));
            line.get(*at).is_some_and(|token| token.is("then")) && !by_name
        };
        let inline = (1..line.len().saturating_sub(1)).any(|at| is_then(&at));
        let guard = !self.begins_statement(index) && line.iter().any(|token| token.is("=>"));
        let chained = self.before(index).is_some_and(|before| before.is("else"))
            && self.get(index).is_some_and(|token| !token.first);
        !inline && !guard && !chained
    }

    /// An opener by the word at `index`, unless a brace on its line is what opens.
    fn unless_braced(self, index: usize) -> Option<Opener<'s>> {
        let mut depth = 0_i32;
        for token in self.clause(index) {
            match token.text {
                _ if token.kind != Kind::Punct => {}
                "(" | "[" => depth += 1,
                ")" | "]" => depth -= 1,
                "{" if depth <= 0 => return None,
                _ => {}
            }
        }
        Opener::end(self.get(index)?.text)
    }

    /// A `fn`: a definition at the start of a line, or a literal at the end of one.
    fn function(self, index: usize, in_trait: bool) -> Option<Opener<'s>> {
        let start = self.line_start(index);
        if self.stands_first(index) {
            let modifiers = self.0.get(start..index).unwrap_or_default();
            if modifiers.iter().any(|token| token.is("extern")) {
                return None;
            }
            let (end, line) = self.signature_end(index);
            let braced =
                self.is(end, "{") && self.get(end).is_some_and(|brace| brace.line <= line + 1);
            let declared = in_trait && !self.is_deeper_behind(index, end);
            return if braced || declared { None } else { Opener::end("fn") };
        }
        let is_type = self.is(start, "type")
            || self
                .before(index)
                .is_some_and(|before| before.is_one_of(&["->", "[", "&", "mut", "*"]));
        let (end, _) = self.signature_end(index);
        let ends_line = self.get(end).is_none_or(|next| next.first);
        let has_body = self.is_deeper_behind(index, end) || self.is_end_below(index, end);
        if !is_type && ends_line && has_body { Opener::end("fn") } else { None }
    }

    /// The token behind the signature of the `fn` at `index`, and the line on which that ends.
    fn signature_end(self, index: usize) -> (usize, u32) {
        let mut line = self.get(index).map_or(0, |token| token.line);
        let mut at = index + 1;
        let mut depth = 0_i32;
        while let Some(token) = self.get(at).filter(|_| at - index < LONGEST_SIGNATURE) {
            let goes_on = depth > 0 || token.line == line;
            if !goes_on
                || token.kind == Kind::End
                || (depth > 0 && token.first && token.indent == 0 && !token.is(")"))
            {
                break;
            }
            match token.text {
                _ if token.kind == Kind::Broken => break,
                _ if token.kind != Kind::Punct => {}
                "(" | "[" => depth += 1,
                ")" | "]" if depth == 0 => break,
                ")" | "]" => depth -= 1,
                "{" | "=" | "," | "=>" if depth == 0 => break,
                _ => {}
            }
            line = token.line;
            at += 1;
        }
        (at, line)
    }

    /// Whether the line at `end` is indented deeper than the one of `index`.
    fn is_deeper_behind(self, index: usize, end: usize) -> bool {
        match (self.get(index), self.get(end)) {
            (Some(token), Some(next)) => next.first && next.indent > token.indent,
            _ => false,
        }
    }

    /// Whether the line at `end` is an `.end` just below the line of `index`: an empty body.
    fn is_end_below(self, index: usize, end: usize) -> bool {
        match (self.get(index), self.get(end)) {
            (Some(token), Some(next)) => {
                next.first && next.kind == Kind::End && next.indent == token.indent
            }
            _ => false,
        }
    }

    /// A struct literal: a line that ends in a type's path, and a deeper line `field: value`.
    fn struct_literal(self, index: usize) -> Option<Opener<'s>> {
        let next = index + 1;
        if !self.is_deeper_behind(index, next)
            || self.get(next)?.kind != Kind::Word
            || !self.is(next + 1, ":")
        {
            return None;
        }
        let start = self.line_start(index);
        let path = self.type_path(index, start)?;
        let line = self.0.get(start..index).unwrap_or_default();
        let first = line.iter().find(|token| !token.is_one_of(MODIFIERS));
        let defines = first.is_some_and(|token| {
            token.is_one_of(&[
                "fn", "struct", "enum", "trait", "impl", "type", "use", "import", "module", "mod",
            ])
        });
        if defines { None } else { Opener::end(path) }
    }

    /// The last name of the type's path that ends at `index`, not going back before `start`.
    fn type_path(self, index: usize, start: usize) -> Option<&'s str> {
        let mut at = index;
        if self.is(at, "]") {
            let mut depth = 0_i32;
            loop {
                let token = self.get(at).filter(|_| at >= start)?;
                depth += i32::from(token.is("]")) - i32::from(token.is("["));
                at = at.checked_sub(1)?;
                if depth == 0 {
                    break;
                }
            }
        }
        let token = self.get(at).filter(|_| at >= start)?;
        let keyword = ["then", "else", "loop", "struct", "enum", "end", "do", "test", "scenario"];
        (token.kind == Kind::Word && !token.is_one_of(&keyword)).then_some(token.text)
    }
}
