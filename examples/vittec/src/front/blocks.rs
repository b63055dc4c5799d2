//! Finds the tokens that open a block, and what closes it. The language has no single token for this: whether
//! a keyword opens a block depends on its context, and literals of functions and structs open one if the following
//! line is indented.

use super::lexer::{Token, TokenKind};
use super::tokens::Tokens;

/// What closes a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Closer {
    /// `.end`
    End,
    /// `}`
    Brace,
}

/// What a block contains.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BlockContent {
    /// Statements, or the arms of a `match`.
    Code,
    /// Declarations, in which a `fn` has no body.
    Declarations,
    /// `name: type`
    Fields,
    /// `name: value`
    Values,
}

/// A block that a token opens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opener<'s> {
    /// The name in messages: a keyword such as `fn`, or the type of a struct literal.
    pub(crate) name: &'s str,
    pub(crate) closer: Closer,
    pub(crate) content: BlockContent,
}

/// Keywords whose line contains a type or module path, so that the path does not begin a struct literal.
const PATH_KEYWORDS: &[&str] =
    &["fn", "struct", "enum", "trait", "impl", "type", "use", "import", "module", "mod"];
/// Keywords that may end a line but are not the name of a type.
const NOT_TYPE_NAMES: &[&str] =
    &["then", "else", "loop", "struct", "enum", "do", "in", "test", "scenario"];
/// Operators after which an expression continues on the next line.
const LINE_CONTINUATIONS: &[&str] =
    &["&&", "||", "+", "-", "*", "/", "==", "=", ",", "(", "[", ":", "->", "|", "."];
/// The maximum number of tokens to look ahead, which bounds the length of signatures and conditions.
const MAX_LOOKAHEAD: usize = 512;

impl<'t, 's> Tokens<'t, 's> {
    /// Returns the block that the token at `index` opens, or `None`. `inside` is the content of the enclosing
    /// block.
    pub(crate) fn opener(self, index: usize, inside: BlockContent) -> Option<Opener<'s>> {
        let token = self.get(index)?;
        if token.is("{") {
            // A brace on its own line belongs to the line before.
            let header = if token.first_on_line { index.saturating_sub(1) } else { index };
            let in_trait = self.keyword_is(header, &["trait"]);
            let content = if in_trait { BlockContent::Declarations } else { BlockContent::Code };
            return Some(Opener { name: "{", closer: Closer::Brace, content });
        }
        // A word alone on its line in an `enum` is the name of a variant.
        let may_open = inside != BlockContent::Fields || self.next_on_line(index).is_some();
        if token.kind == TokenKind::Word && may_open && !self.is_name(index) {
            let opens = match token.text {
                "fn" if self.is_definition(index) => return self.definition(index, inside),
                "fn" => self.is_function_literal(index, inside),
                "struct" | "enum" | "trait" | "impl" => self.is_type_definition(index),
                "for" => self.begins_statement(index) && self.has_in(index),
                "while" | "loop" => {
                    let values = ["=", "ret", "return", "do", "(", ","];
                    self.begins_statement(index) || self.follows(index, &values)
                }
                "test" | "scenario" | "scn" | "program" | "prog" => {
                    let named =
                        |next: &Token<'_>| matches!(next.kind, TokenKind::Quoted | TokenKind::Word);
                    self.keyword(index) == index && self.next_on_line(index).is_some_and(named)
                }
                "if" => self.is_block_if(index),
                "do" => {
                    let alone = self.next_on_line(index).is_none();
                    alone && self.follows(index, &["=>"])
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
        // Fields below the name of a variant may have no closer of their own.
        let open_ended = inside == BlockContent::Fields && !self.closes_at_own_depth(index);
        if open_ended { None } else { self.struct_literal(index) }
    }

    /// Returns true if a word that may be a keyword is a name here: a field, a parameter, or part of a path.
    fn is_name(self, index: usize) -> bool {
        let Some(token) = self.get(index) else { return false };
        let named_by = [".", "::", "let", "mut", "const", "fn"];
        let by_previous = (self.follows(index, &named_by) && !token.is("fn"))
            || (self.keyword_is(index, &["use", "import", "module", "mod"]))
            || (self.is(self.line_start(index), "export") && self.follows(index, &["/", "from"]));
        let by_next = self.next_on_line(index).is_some_and(|next| {
            let adjacent = next.span.lo() == token.span.hi();
            next.is_one_of(&[":", ",", ")", "=", "]", "=>"])
                || (adjacent && next.is_one_of(&["::", "."]))
        });
        by_previous || by_next
    }

    /// Returns true if a statement begins at `index`.
    fn begins_statement(self, index: usize) -> bool {
        let is_first = self.get(index).is_some_and(|token| token.first_on_line);
        is_first || self.follows(index, &["=>", "else", "{", ";", "then"])
    }

    /// Returns the tokens from `index` to the end of the line.
    fn rest_of_line(self, index: usize) -> impl Iterator<Item = &'t Token<'s>> {
        let rest = self.0.get(index..).unwrap_or_default();
        rest.iter().take_while(|token| !token.first_on_line).take(MAX_LOOKAHEAD)
    }

    /// Returns true if a `for` is a loop, and not part of `impl Trait for Type`.
    fn has_in(self, index: usize) -> bool {
        self.rest_of_line(index + 1).any(|token| token.is("in"))
    }

    /// Returns true if a `fn` begins an item, and is not a type or literal in an expression that continues from the
    /// previous line.
    fn is_definition(self, index: usize) -> bool {
        self.keyword(index) == index && !self.follows(self.line_start(index), LINE_CONTINUATIONS)
    }

    /// Returns true for `struct Name`, and for `type Name = struct` with its fields on the next lines.
    fn is_type_definition(self, index: usize) -> bool {
        let of_alias = self.keyword_is(index, &["type"]) && self.next_on_line(index).is_none();
        self.keyword(index) == index || of_alias
    }

    /// Returns true for `type Name` on its own line, with its fields on the next lines.
    fn is_record(self, index: usize) -> bool {
        let len = self.rest_of_line(index + 1).count();
        let end = index + 1 + len;
        let named = len > 0 && !self.rest_of_line(index + 1).any(|token| token.is("="));
        let is_empty = match (self.get(index), self.get(end)) {
            (Some(token), Some(next)) => next.kind == TokenKind::End && next.indent == token.indent,
            _ => false,
        };
        self.keyword(index) == index && named && (is_empty || self.is_indented_after(index, end))
    }

    /// Returns true if an `if` has a block: it is not followed by `then` with a statement on the same line, is not
    /// the guard of a match arm, and does not follow `else` on the same line.
    fn is_block_if(self, index: usize) -> bool {
        let is_first = self.get(index).is_some_and(|token| token.first_on_line);
        let chained = self.follows(index, &["else"]) && !is_first;
        match self.condition_end(index) {
            Some(end) if self.is(end, "=>") => false,
            Some(end) if self.is(end, "then") => self.next_on_line(end).is_none(),
            _ => !chained,
        }
    }

    /// Returns true if a `when` has a block: it is not the guard of an arm. It may have no subject.
    fn is_block_when(self, index: usize) -> bool {
        let values = ["=", "ret", "return", "(", ","];
        if self.follows(index, &["else"]) && self.follows_first_on_line(index) {
            return false;
        }
        let stands_alone = self.begins_statement(index) || self.follows(index, &values);
        let has_subject = self.next_on_line(index).map(begins_value);
        stands_alone && has_subject.unwrap_or_else(|| self.is_indented_after(index, index + 1))
    }

    /// Returns the index of the `then`, `=>` or `{` that ends the condition of the `if` at `index`, outside
    /// parentheses. Returns `None` if the line ends first.
    fn condition_end(self, index: usize) -> Option<usize> {
        let mut depth = 0_u32;
        for at in index + 1..index + MAX_LOOKAHEAD {
            let token = self.get(at)?;
            let goes_on = token.is_one_of(&["then", "=>", "&&", "||"])
                || self.follows(at, LINE_CONTINUATIONS);
            if depth == 0 && ((token.first_on_line && !goes_on) || token.kind == TokenKind::End) {
                return None;
            }
            let is_name = at == index + 1 || self.follows(at, &["::", ".", "fn"]);
            match token.text {
                "then" if depth == 0 && token.kind == TokenKind::Word && !is_name => {
                    return Some(at);
                }
                _ if token.kind != TokenKind::Punct => {}
                "=>" | "{" if depth == 0 => return Some(at),
                "(" | "[" => depth += 1,
                ")" | "]" if depth == 0 => return None,
                ")" | "]" => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// Returns the opener for the keyword at `index`, or `None` if a brace on its line or at the start of the next
    /// line opens the block. Braces that are followed by more tokens on the line belong to a pattern or value.
    fn unless_braced(self, index: usize) -> Option<Opener<'s>> {
        let name = self.get(index)?.text;
        let (mut depth, mut braces, mut braced) = (0_i32, 0_i32, false);
        for at in index + 1..index + MAX_LOOKAHEAD {
            let Some(token) = self.get(at) else { break };
            if token.first_on_line {
                braced |= token.is("{") && braces == 0;
                break;
            }
            match token.text {
                _ if token.kind != TokenKind::Punct => {}
                "(" | "[" => depth += 1,
                ")" | "]" => depth -= 1,
                "{" if depth <= 0 => {
                    braces += 1;
                    braced = true;
                }
                "}" if braces > 0 => {
                    braces -= 1;
                    // If the line or an indented block continues, the braces enclose a value.
                    let body_ends = self.next_on_line(at).map_or_else(
                        || !self.is_indented_after(index, at + 1),
                        |next| next.is_one_of(&["else", "elif", "}", ")", ","]),
                    );
                    braced = braces > 0 || body_ends;
                }
                _ => {}
            }
        }
        let content = match name {
            "struct" | "enum" | "type" => BlockContent::Fields,
            "trait" => BlockContent::Declarations,
            _ => BlockContent::Code,
        };
        (!braced).then_some(Opener { name, closer: Closer::End, content })
    }

    /// Returns the opener for a `fn` that begins an item, or `None` for a declaration without a body and for a body
    /// in braces.
    fn definition(self, index: usize, inside: BlockContent) -> Option<Opener<'s>> {
        let modifiers = self.0.get(self.line_start(index)..index).unwrap_or_default();
        if modifiers.iter().any(|token| token.is("extern")) {
            return None;
        }
        let end = self.signature_end(index);
        let declared = inside == BlockContent::Declarations && !self.is_indented_after(index, end);
        let opener = Opener { name: "fn", closer: Closer::End, content: BlockContent::Code };
        (!declared && !self.is(end, "{")).then_some(opener)
    }

    /// Returns true if a `fn` that does not begin an item is a function literal with a body that needs `.end`, and
    /// not a type.
    fn is_function_literal(self, index: usize, inside: BlockContent) -> bool {
        let of_header = self.keyword(index) != index && self.keyword_is(index, PATH_KEYWORDS);
        let is_type = of_header
            || self.follows(index, &["->"])
            || inside == BlockContent::Fields
            || (self.follows(index, &[":"]) && inside != BlockContent::Values);
        let end = self.signature_end(index);
        let Some(next) = self.get(end).filter(|_| !is_type) else { return false };
        if !next.first_on_line {
            // The whole literal is on one line.
            return next.kind != TokenKind::Punct
                && self.rest_of_line(end).any(|token| token.kind == TokenKind::End);
        }
        let indent = self.get(index).map_or(0, |token| token.indent);
        if next.kind == TokenKind::End {
            return next.indent == indent;
        }
        let is_value = self.follows(index, &["=", "ret", "return", "=>"]);
        next.indent > indent
            || (is_value && next.indent == indent)
            || (self.follows(index, &["(", ","])
                && next.indent == indent
                && !next.is_one_of(&[")", "]", "fn"]))
    }

    /// Returns the index of the token after the signature of the `fn` at `index`.
    fn signature_end(self, index: usize) -> usize {
        let mut depth = 0_u32;
        let mut line = self.get(index).map_or(0, |token| token.line);
        for at in index + 1..index + MAX_LOOKAHEAD {
            let Some(token) = self.get(at) else { return at };
            let begins_item = token.first_on_line
                && token.is_one_of(&[
                    "fn", "struct", "enum", "trait", "impl", "use", "import", "export",
                ])
                && !self.is(at + 1, ":")
                && !self.follows(at, LINE_CONTINUATIONS);
            let goes_on = depth > 0 || token.line == line || token.is_one_of(&["->", "where"]);
            if !goes_on
                || begins_item
                || matches!(token.kind, TokenKind::End | TokenKind::Unterminated)
            {
                return at;
            }
            match token.text {
                _ if token.kind != TokenKind::Punct => {}
                "(" | "[" => depth += 1,
                ")" | "]" if depth > 0 => depth -= 1,
                ")" | "]" | "{" | "=" | "," | "=>" if depth == 0 => return at,
                _ => {}
            }
            line = token.line;
        }
        index + MAX_LOOKAHEAD
    }

    /// Returns true if the lines that are indented more than the line of `index` are followed by an `.end` with the
    /// indentation of that line.
    fn closes_at_own_depth(self, index: usize) -> bool {
        let indent = self.get(index).map_or(0, |token| token.indent);
        let below = self.0.get(index + 1..).unwrap_or_default().iter().take(MAX_LOOKAHEAD);
        let first = below.filter(|token| token.first_on_line).find(|token| token.indent <= indent);
        first.is_some_and(|token| token.kind == TokenKind::End && token.indent == indent)
    }

    /// Returns the opener for a struct literal: a line that ends with the path of a type, followed by an indented
    /// line `field: value`.
    fn struct_literal(self, index: usize) -> Option<Opener<'s>> {
        let next = index + 1;
        let field = self.is_indented_after(index, next)
            && self.get(next)?.kind == TokenKind::Word
            && self.is(next + 1, ":");
        let (start, name) = self.type_path(index).filter(|_| field)?;
        let controls = [
            "if", "elif", "else", "while", "for", "match", "when", "loop", "test", "scenario",
            "scn",
        ];
        let is_not_literal = self.keyword_is(start, PATH_KEYWORDS)
            || (self.keyword_is(start, &controls) && !self.is_in_parens_or_arm(start));
        let opener = Opener { name, closer: Closer::End, content: BlockContent::Values };
        (!is_not_literal).then_some(opener)
    }

    /// Returns true if `index` is inside parentheses or brackets that are opened on its line, or after a `=>` on its
    /// line.
    fn is_in_parens_or_arm(self, index: usize) -> bool {
        let line = self.0.get(self.line_start(index)..index).unwrap_or_default();
        let count = |texts: &[&str]| line.iter().filter(|token| token.is_one_of(texts)).count();
        count(&["(", "["]) > count(&[")", "]"]) || count(&["=>"]) > 0
    }

    /// Returns the last name in the path of the type that ends at `index`, and the index of that name.
    fn type_path(self, index: usize) -> Option<(usize, &'s str)> {
        let mut at = index;
        if self.is(at, "]") {
            let mut depth = 0_i32;
            loop {
                let token = self.get(at).filter(|_| index - at < MAX_LOOKAHEAD)?;
                depth += i32::from(token.is("]")) - i32::from(token.is("["));
                at = at.checked_sub(1)?;
                if depth == 0 {
                    break;
                }
            }
        }
        let token = self.get(at)?;
        (token.kind == TokenKind::Word && !token.is_one_of(NOT_TYPE_NAMES))
            .then_some((at, token.text))
    }
}

/// Returns true if a value may begin with `token`.
fn begins_value(token: &Token<'_>) -> bool {
    token.kind != TokenKind::Punct && token.kind != TokenKind::End
        || token.is_one_of(&["(", "[", "&", "*", "-", "!", "::", "{"])
}
