//! What opens a block, and with what it closes. The language has no one word for it: a keyword
//! opens one here and none there, and two kinds of literals open one by the line that follows.

use super::lexer::{Kind, Token};
use super::tokens::Tokens;

/// What closes a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Closer {
    /// `.end`
    End,
    /// `}`
    Brace,
}

/// What kind of block it is, as far as what may stand in it depends on that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holds {
    /// Statements, or the arms of a `match`.
    Code,
    /// Declarations: a `fn` in it has no body.
    Declarations,
    /// `name: type`
    Fields,
    /// `name: value`
    Values,
}

/// A block that a token opens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opener<'s> {
    /// The word to call it by: `fn`, `if`, the type of a struct literal.
    pub(crate) name: &'s str,
    pub(crate) closer: Closer,
    pub(crate) holds: Holds,
}

/// Items that name a type or a module on their line, which so is no literal.
const HEADERS: &[&str] =
    &["fn", "struct", "enum", "trait", "impl", "type", "use", "import", "module", "mod"];
/// Words that end no type's path.
const NO_TYPES: &[&str] =
    &["then", "else", "loop", "struct", "enum", "do", "in", "test", "scenario"];
/// Operators after which a line goes on in the next one.
const GO_ON: &[&str] =
    &["&&", "||", "+", "-", "*", "/", "==", "=", ",", "(", "[", ":", "->", "|", "."];
/// No signature and no condition has more tokens than this.
const LONGEST: usize = 512;

impl<'t, 's> Tokens<'t, 's> {
    /// The block that the token at `index` opens, in a block that holds `inside`.
    pub(crate) fn opener(self, index: usize, inside: Holds) -> Option<Opener<'s>> {
        let token = self.get(index)?;
        if token.is("{") {
            // On a line of its own it belongs to the one before.
            let header = if token.first { index.saturating_sub(1) } else { index };
            let in_trait = self.keyword_is(header, &["trait"]);
            let holds = if in_trait { Holds::Declarations } else { Holds::Code };
            return Some(Opener { name: "{", closer: Closer::Brace, holds });
        }
        // A word alone on its line in an `enum` is the name of a variant.
        let may_open = inside != Holds::Fields || self.next_on_line(index).is_some();
        if token.kind == Kind::Word && may_open && !self.is_name(index) {
            let opens = match token.text {
                "fn" if self.is_definition(index) => return self.definition(index, inside),
                "fn" => self.is_function_literal(index, inside),
                "struct" | "enum" | "trait" | "impl" => self.is_type_definition(index),
                "for" => self.begins_statement(index) && self.has_in(index),
                "while" | "loop" => {
                    let values = ["=", "ret", "return", "do", "(", ","];
                    self.begins_statement(index) || self.is_behind(index, &values)
                }
                "test" | "scenario" | "scn" | "program" | "prog" => {
                    let named = |next: &Token<'_>| matches!(next.kind, Kind::Text | Kind::Word);
                    self.keyword(index) == index && self.next_on_line(index).is_some_and(named)
                }
                "if" => self.is_block_if(index),
                "do" => {
                    let alone = self.next_on_line(index).is_none();
                    alone && self.is_behind(index, &["=>"])
                }
                "type" => self.is_record(index),
                "match" => self.next_on_line(index).is_some_and(begins_value),
                "when" => self.is_block_when(index),
                _ => false,
            };
            if opens {
                return self.unless_braced(index);
            }
        }
        // Fields below the name of a variant may do without a closer of their own.
        let open_ended = inside == Holds::Fields && !self.closes_at_own_depth(index);
        if open_ended { None } else { self.struct_literal(index) }
    }

    /// Whether a word is a name here, though it may be a keyword elsewhere: a field, a parameter,
    /// a part of a path.
    fn is_name(self, index: usize) -> bool {
        let Some(token) = self.get(index) else { return false };
        let named_by = [".", "::", "let", "mut", "const", "fn"];
        let behind = (self.is_behind(index, &named_by) && !token.is("fn"))
            || (self.keyword_is(index, &["use", "import", "module", "mod"]))
            || (self.is(self.line_start(index), "export") && self.is_behind(index, &["/", "from"]));
        let ahead = self.next_on_line(index).is_some_and(|next| {
            let adjacent = next.span.lo() == token.span.hi();
            next.is_one_of(&[":", ",", ")", "=", "]", "=>"])
                || (adjacent && next.is_one_of(&["::", "."]))
        });
        behind || ahead
    }

    fn begins_statement(self, index: usize) -> bool {
        let is_first = self.get(index).is_some_and(|token| token.first);
        is_first || self.is_behind(index, &["=>", "else", "{", ";", "then"])
    }

    /// The tokens from `index` on that are on the line of the one before.
    fn rest_of_line(self, index: usize) -> impl Iterator<Item = &'t Token<'s>> {
        let rest = self.0.get(index..).unwrap_or_default();
        rest.iter().take_while(|token| !token.first).take(LONGEST)
    }

    /// Whether `for` is a loop, and not the one of `impl Trait for Type`.
    fn has_in(self, index: usize) -> bool {
        self.rest_of_line(index + 1).any(|token| token.is("in"))
    }

    /// Whether a `fn` begins an item, and is not a type or a literal that goes on from the line
    /// before.
    fn is_definition(self, index: usize) -> bool {
        self.keyword(index) == index && !self.is_behind(self.line_start(index), GO_ON)
    }

    /// `struct Name`, and `type Name = struct` with its fields on the next lines.
    fn is_type_definition(self, index: usize) -> bool {
        let of_alias = self.keyword_is(index, &["type"]) && self.next_on_line(index).is_none();
        self.keyword(index) == index || of_alias
    }

    /// `type Name` alone on its line, with its fields on the next lines.
    fn is_record(self, index: usize) -> bool {
        let len = self.rest_of_line(index + 1).count();
        let end = index + 1 + len;
        let named = len > 0 && !self.rest_of_line(index + 1).any(|token| token.is("="));
        let is_empty = match (self.get(index), self.get(end)) {
            (Some(token), Some(next)) => next.kind == Kind::End && next.indent == token.indent,
            _ => false,
        };
        self.keyword(index) == index && named && (is_empty || self.is_deeper_behind(index, end))
    }

    /// Whether an `if` has a block: not where `then` follows on the same line, not as the guard of
    /// a match arm, and not after `else`.
    fn is_block_if(self, index: usize) -> bool {
        let is_first = self.get(index).is_some_and(|token| token.first);
        let chained = self.is_behind(index, &["else"]) && !is_first;
        match self.condition_end(index) {
            Some(end) if self.is(end, "=>") => false,
            Some(end) if self.is(end, "then") => self.next_on_line(end).is_none(),
            _ => !chained,
        }
    }

    /// Whether a `when` has a block: not as the guard of an arm. It may have no subject.
    fn is_block_when(self, index: usize) -> bool {
        let values = ["=", "ret", "return", "(", ","];
        if self.is_behind(index, &["else"]) && self.is_behind_first(index) {
            return false;
        }
        let stands_alone = self.begins_statement(index) || self.is_behind(index, &values);
        let has_subject = self.next_on_line(index).map(begins_value);
        stands_alone && has_subject.unwrap_or_else(|| self.is_deeper_behind(index, index + 1))
    }

    /// The `then`, `=>` or `{` that ends the condition of the `if` at `index`, outside parentheses.
    /// Nothing where its line ends first.
    fn condition_end(self, index: usize) -> Option<usize> {
        let mut depth = 0_u32;
        for at in index + 1..index + LONGEST {
            let token = self.get(at)?;
            let goes_on = token.is_one_of(&["then", "=>", "&&", "||"]) || self.is_behind(at, GO_ON);
            if depth == 0 && ((token.first && !goes_on) || token.kind == Kind::End) {
                return None;
            }
            let is_name = at == index + 1 || self.is_behind(at, &["::", ".", "fn"]);
            match token.text {
                "then" if depth == 0 && token.kind == Kind::Word && !is_name => return Some(at),
                _ if token.kind != Kind::Punct => {}
                "=>" | "{" if depth == 0 => return Some(at),
                "(" | "[" => depth += 1,
                ")" | "]" if depth == 0 => return None,
                ")" | "]" => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// An opener by the word at `index`, unless a brace on its line, or first on the next, is what
    /// opens. Braces with more after them on the line belong to a pattern or a value.
    fn unless_braced(self, index: usize) -> Option<Opener<'s>> {
        let name = self.get(index)?.text;
        let (mut depth, mut braces, mut braced) = (0_i32, 0_i32, false);
        for at in index + 1..index + LONGEST {
            let Some(token) = self.get(at) else { break };
            if token.first {
                braced |= token.is("{") && braces == 0;
                break;
            }
            match token.text {
                _ if token.kind != Kind::Punct => {}
                "(" | "[" => depth += 1,
                ")" | "]" => depth -= 1,
                "{" if depth <= 0 => {
                    braces += 1;
                    braced = true;
                }
                "}" if braces > 0 => {
                    braces -= 1;
                    // Where the line goes on, or its block does, these hold a value.
                    let body_ends = self.next_on_line(at).map_or_else(
                        || !self.is_deeper_behind(index, at + 1),
                        |next| next.is_one_of(&["else", "elif", "}", ")", ","]),
                    );
                    braced = braces > 0 || body_ends;
                }
                _ => {}
            }
        }
        let holds = match name {
            "struct" | "enum" | "type" => Holds::Fields,
            "trait" => Holds::Declarations,
            _ => Holds::Code,
        };
        (!braced).then_some(Opener { name, closer: Closer::End, holds })
    }

    /// A `fn` that begins an item: without a body if it is declared alone, with braces if they
    /// follow.
    fn definition(self, index: usize, inside: Holds) -> Option<Opener<'s>> {
        let modifiers = self.0.get(self.line_start(index)..index).unwrap_or_default();
        if modifiers.iter().any(|token| token.is("extern")) {
            return None;
        }
        let end = self.signature_end(index);
        let declared = inside == Holds::Declarations && !self.is_deeper_behind(index, end);
        let opener = Opener { name: "fn", closer: Closer::End, holds: Holds::Code };
        (!declared && !self.is(end, "{")).then_some(opener)
    }

    /// Whether a `fn` that begins no item is a literal with its body on the next lines, and not a
    /// type.
    fn is_function_literal(self, index: usize, inside: Holds) -> bool {
        let of_header = self.keyword(index) != index && self.keyword_is(index, HEADERS);
        let is_type = of_header
            || self.is_behind(index, &["->"])
            || inside == Holds::Fields
            || (self.is_behind(index, &[":"]) && inside != Holds::Values);
        let end = self.signature_end(index);
        let Some(next) = self.get(end).filter(|_| !is_type) else { return false };
        if !next.first {
            // All of it on one line.
            return next.kind != Kind::Punct
                && self.rest_of_line(end).any(|token| token.kind == Kind::End);
        }
        let indent = self.get(index).map_or(0, |token| token.indent);
        if next.kind == Kind::End {
            return next.indent == indent;
        }
        let is_value = self.is_behind(index, &["=", "ret", "return", "=>"]);
        next.indent > indent
            || (is_value && next.indent == indent)
            || (self.is_behind(index, &["(", ","])
                && next.indent == indent
                && !next.is_one_of(&[")", "]", "fn"]))
    }

    /// The token after the signature of the `fn` at `index`.
    fn signature_end(self, index: usize) -> usize {
        let mut depth = 0_u32;
        let mut line = self.get(index).map_or(0, |token| token.line);
        for at in index + 1..index + LONGEST {
            let Some(token) = self.get(at) else { return at };
            let begins_item = token.first
                && token.is_one_of(&[
                    "fn", "struct", "enum", "trait", "impl", "use", "import", "export",
                ])
                && !self.is(at + 1, ":")
                && !self.is_behind(at, GO_ON);
            let goes_on = depth > 0 || token.line == line || token.is_one_of(&["->", "where"]);
            if !goes_on || begins_item || matches!(token.kind, Kind::End | Kind::Broken) {
                return at;
            }
            match token.text {
                _ if token.kind != Kind::Punct => {}
                "(" | "[" => depth += 1,
                ")" | "]" if depth > 0 => depth -= 1,
                ")" | "]" | "{" | "=" | "," | "=>" if depth == 0 => return at,
                _ => {}
            }
            line = token.line;
        }
        index + LONGEST
    }

    /// Whether the deeper lines after the one of `index` end in an `.end` that is as deep as it is.
    fn closes_at_own_depth(self, index: usize) -> bool {
        let indent = self.get(index).map_or(0, |token| token.indent);
        let below = self.0.get(index + 1..).unwrap_or_default().iter().take(LONGEST);
        let first = below.filter(|token| token.first).find(|token| token.indent <= indent);
        first.is_some_and(|token| token.kind == Kind::End && token.indent == indent)
    }

    /// A struct literal: a line that ends in a type's path, and a deeper line `field: value`.
    fn struct_literal(self, index: usize) -> Option<Opener<'s>> {
        let next = index + 1;
        let field = self.is_deeper_behind(index, next)
            && self.get(next)?.kind == Kind::Word
            && self.is(next + 1, ":");
        let (start, name) = self.type_path(index).filter(|_| field)?;
        let controls = [
            "if", "elif", "else", "while", "for", "match", "when", "loop", "test", "scenario",
            "scn",
        ];
        let no_value = self.keyword_is(start, HEADERS)
            || (self.keyword_is(start, &controls) && !self.is_in_parens(start));
        let opener = Opener { name, closer: Closer::End, holds: Holds::Values };
        (!no_value).then_some(opener)
    }

    /// Whether a parenthesis or a `=>` is open before `index` on its line.
    fn is_in_parens(self, index: usize) -> bool {
        let line = self.0.get(self.line_start(index)..index).unwrap_or_default();
        let count = |texts: &[&str]| line.iter().filter(|token| token.is_one_of(texts)).count();
        count(&["(", "["]) > count(&[")", "]"]) || count(&["=>"]) > 0
    }

    /// Where the last name of the type's path that ends at `index` is, and the name.
    fn type_path(self, index: usize) -> Option<(usize, &'s str)> {
        let mut at = index;
        if self.is(at, "]") {
            let mut depth = 0_i32;
            loop {
                let token = self.get(at).filter(|_| index - at < LONGEST)?;
                depth += i32::from(token.is("]")) - i32::from(token.is("["));
                at = at.checked_sub(1)?;
                if depth == 0 {
                    break;
                }
            }
        }
        let token = self.get(at)?;
        (token.kind == Kind::Word && !token.is_one_of(NO_TYPES)).then_some((at, token.text))
    }
}

/// Whether a value may begin with `token`.
fn begins_value(token: &Token<'_>) -> bool {
    token.kind != Kind::Punct && token.kind != Kind::End
        || token.is_one_of(&["(", "[", "&", "*", "-", "!", "::", "{"])
}
