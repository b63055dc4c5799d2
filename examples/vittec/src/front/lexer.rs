//! Splits text into tokens: E0001 to E0003.

use vitte_diag::{DiagnosticBag, SourceFile, Span, text};

use super::lex_error::LexError;

/// The kind of a token. Keywords are words: whether a word is a keyword depends on its context in the parser.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TokenKind {
    Word,
    Number,
    /// A string or character literal.
    Quoted,
    /// An unterminated string or character literal: the rest of its line.
    Unterminated,
    /// `.end`, the block terminator.
    End,
    Punct,
}

/// A token and its position on its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token<'s> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'s str,
    pub(crate) span: Span,
    /// 0-based.
    pub(crate) line: u32,
    /// The indentation of the line in columns; a tab extends to the next multiple of 4.
    pub(crate) indent: u32,
    /// The index of the first token of the line.
    pub(crate) line_start: usize,
    /// Whether this is the first token of the line.
    pub(crate) first_on_line: bool,
}

impl Token<'_> {
    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text && !matches!(self.kind, TokenKind::Quoted | TokenKind::Unterminated)
    }

    pub(crate) fn is_one_of(&self, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.is(text))
    }
}

/// The tokens of a file.
#[derive(Debug)]
pub(crate) struct Lexed<'s> {
    pub(crate) tokens: Vec<Token<'s>>,
    pub(crate) comments: Vec<Span>,
    /// The text from the start of an unterminated comment to the end of the file. It may contain the closers and
    /// uses that are missing elsewhere.
    pub(crate) skipped: Option<&'s str>,
}

impl Lexed<'_> {
    /// Returns true if the file ends inside a comment or a string. Then a missing closer at the end of the file is
    /// not an error of its own.
    pub(crate) fn is_cut_short(&self) -> bool {
        let in_string =
            self.tokens.last().is_some_and(|token| token.kind == TokenKind::Unterminated);
        self.skipped.is_some() || in_string
    }
}

/// The operators, longest first, so the first match is the longest.
const OPERATORS: &[&str] = &[
    "..=", "<<=", ">>=", "::", "..", "==", "!=", "<=", ">=", "&&", "||", "<<", ">>", "+=", "-=",
    "*=", "/=", "%=", "&=", "|=", "^=", "->", "=>", "(", ")", "[", "]", "{", "}", ",", ";", ":",
    ".", "+", "-", "*", "/", "%", "^", "&", "|", "~", "!", "?", "=", "<", ">",
];

const BOM: &str = "\u{feff}";

/// Splits a file into tokens and adds diagnostics to `bag`. Lexing continues after an error.
pub(crate) fn lex<'s>(file: &'s SourceFile, bag: &mut DiagnosticBag) -> Lexed<'s> {
    let at = if file.text().starts_with(BOM) { BOM.len() } else { 0 };
    let mut lexer = Lexer {
        file,
        bag,
        at,
        line: 0,
        indent: 0,
        first_on_line: true,
        indenting: true,
        line_start: 0,
        tokens: Vec::new(),
        comments: Vec::new(),
        skipped: None,
    };
    if file.bytes().starts_with(b"\xff\xfe") || file.bytes().starts_with(b"\xfe\xff") {
        lexer.reject_utf16();
    }
    while let Some(c) = lexer.rest().chars().next() {
        lexer.next(c);
    }
    Lexed { tokens: lexer.tokens, comments: lexer.comments, skipped: lexer.skipped }
}

struct Lexer<'s, 'b> {
    file: &'s SourceFile,
    bag: &'b mut DiagnosticBag,
    /// The byte offset of the next character.
    at: usize,
    line: u32,
    indent: u32,
    first_on_line: bool,
    /// Whether the line so far consists only of white space, without tokens or illegal characters.
    indenting: bool,
    /// The index of the first token of the line, if there already is one.
    line_start: usize,
    tokens: Vec<Token<'s>>,
    comments: Vec<Span>,
    skipped: Option<&'s str>,
}

impl<'s> Lexer<'s, '_> {
    fn rest(&self) -> &'s str {
        self.file.text().get(self.at..).unwrap_or_default()
    }

    fn report(&mut self, error: LexError) {
        self.bag.push(error.into());
    }

    fn next(&mut self, c: char) {
        let rest = self.rest();
        match c {
            '\n' => self.line_end(),
            '\r' if rest.starts_with("\r\n") => self.at += 1,
            ' ' | '\t' => self.blank(c),
            '#' => self.line_comment(),
            '/' if rest.starts_with("//") => self.line_comment(),
            '/' if rest.starts_with("/*") => self.block_comment(),
            '"' | '\'' => self.quoted(c),
            '0'..='9' => self.token(TokenKind::Number, number_len(rest)),
            _ if is_letter(c) => self.token(TokenKind::Word, word_len(rest)),
            '.' if self.is_end() => self.token(TokenKind::End, ".end".len()),
            _ => match OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
                Some(operator) if !self.is_replaced(0) => {
                    self.token(TokenKind::Punct, operator.len());
                }
                _ => self.illegal(),
            },
        }
    }

    fn line_end(&mut self) {
        self.at += 1;
        self.line += 1;
        (self.indent, self.first_on_line, self.indenting) = (0, true, true);
    }

    fn blank(&mut self, c: char) {
        self.at += 1;
        if self.first_on_line && self.indenting {
            self.indent += if c == '\t' { 4 - self.indent % 4 } else { 1 };
        }
    }

    fn token(&mut self, kind: TokenKind, len: usize) {
        let text = self.rest().get(..len).unwrap_or_default();
        let span = self.span(self.at, self.at + len);
        let (line, indent, first_on_line) = (self.line, self.indent, self.first_on_line);
        if first_on_line {
            self.line_start = self.tokens.len();
        }
        let line_start = self.line_start;
        self.tokens.push(Token { kind, text, span, line, indent, line_start, first_on_line });
        self.first_on_line = false;
        self.at += len;
    }

    fn span(&self, lo: usize, hi: usize) -> Span {
        self.file.span(lo..hi).unwrap_or(Span::empty(self.file.id(), 0))
    }

    /// Returns true if `.end` is next, and it is neither the start of a longer name nor a field access.
    fn is_end(&self) -> bool {
        let Some(rest) = self.rest().strip_prefix(".end") else { return false };
        let before = self.file.text().get(..self.at).and_then(|text| text.chars().next_back());
        let is_field =
            before.is_some_and(|c| is_letter(c) || c.is_ascii_digit() || ")]}?\"".contains(c));
        !is_field && !rest.starts_with(|c: char| is_letter(c) || c.is_ascii_digit())
    }

    /// Returns true if the `?` that is `ahead` bytes from here replaces a byte that is not UTF-8.
    fn is_replaced(&self, ahead: usize) -> bool {
        let at = self.at + ahead;
        self.file.is_lossy() && self.file.bytes().get(at) != self.file.text().as_bytes().get(at)
    }

    fn line_comment(&mut self) {
        let end = self.at + line_len(self.rest());
        self.comments.push(self.span(self.at, end));
        self.at = end;
    }

    /// Skips a block comment. Comments nest. An unterminated one extends to the end of the file.
    fn block_comment(&mut self) {
        let (start, rest) = (self.at, self.rest());
        let (mut depth, mut len) = (0_u32, 0);
        loop {
            let here = rest.get(len..).unwrap_or_default();
            if here.starts_with("/*") {
                depth += 1;
                len += 2;
            } else if here.starts_with("*/") {
                depth -= 1;
                len += 2;
                if depth == 0 {
                    break;
                }
            } else if let Some(c) = here.chars().next() {
                len += c.len_utf8();
            } else {
                let opening = self.span(start, start + 2);
                let missing_ends = missing_ends_help(depth);
                self.report(LexError::UnterminatedComment { opening, missing_ends });
                self.skipped = Some(rest);
                break;
            }
        }
        let comment = rest.get(..len).unwrap_or_default();
        self.comments.push(self.span(start, start + len));
        if let Some((lines, last)) = comment.rsplit_once('\n') {
            self.line += u32::try_from(lines.matches('\n').count() + 1).unwrap_or(0);
            self.first_on_line = true;
            self.indent = u32::try_from(last.chars().count()).unwrap_or(0);
        }
        self.at += len;
    }

    /// Reads a string or character literal, which must end on its line.
    fn quoted(&mut self, quote: char) {
        let rest = self.rest();
        let line = rest.get(..line_len(rest)).unwrap_or_default();
        let mut escaped = false;
        let end = line.char_indices().skip(1).find(|&(_, c)| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        if let Some((end, _)) = end {
            return self.token(TokenKind::Quoted, end + 1);
        }
        let literal = if quote == '"' { "string" } else { "character" };
        let span = self.span(self.at, self.at + line.len());
        self.report(LexError::UnterminatedLiteral { literal, quote, span });
        self.token(TokenKind::Unterminated, line.len());
    }

    /// Reports adjacent characters that do not begin a token as one diagnostic.
    fn illegal(&mut self) {
        let rest = self.rest();
        let run: Vec<(usize, char)> = rest
            .char_indices()
            .take_while(|&(at, c)| self.is_replaced(at) || begins_no_token(c, rest.get(at..)))
            .collect();
        let len = run.last().map_or(0, |&(at, c)| at + c.len_utf8());
        let shown = run.get(..8).unwrap_or(&run);
        let names = |name: &dyn Fn(usize, char) -> String| {
            shown.iter().map(|&(at, c)| name(at, c)).collect::<Vec<_>>().join(", ")
        };
        let (noun, mut names) = if shown.iter().all(|&(at, c)| self.is_plain(at, c)) {
            ("character", format!("`{}`", shown.iter().map(|&(_, c)| c).collect::<String>()))
        } else if run.iter().all(|&(at, _)| self.is_replaced(at)) {
            ("byte", names(&|at, _| self.hex_byte(at)))
        } else {
            ("character", names(&|at, c| self.name(at, c)))
        };
        if shown.len() < run.len() {
            names += " …";
        }
        let plural = if run.len() == 1 { "" } else { "s" };
        let span = self.span(self.at, self.at + len);
        self.report(LexError::IllegalCharacters { noun, plural, names, span });
        self.at += len.max(1);
        self.indenting = false;
    }

    /// Returns true if a character can be shown in a message unchanged, between backquotes.
    fn is_plain(&self, ahead: usize, c: char) -> bool {
        let is_invisible = c.is_whitespace() || c == '\u{feff}';
        !self.is_replaced(ahead) && !text::is_unsafe(c) && !is_invisible && c != '`'
    }

    /// Reports a file that begins with a UTF-16 byte order mark, and skips all of it.
    fn reject_utf16(&mut self) {
        self.report(LexError::Utf16(self.span(0, 2)));
        self.skipped = Some(self.rest());
        self.at = self.file.text().len();
    }

    /// Returns the name of a character in a message: the character, its code point, or its byte.
    fn name(&self, ahead: usize, c: char) -> String {
        if self.is_replaced(ahead) {
            format!("byte {}", self.hex_byte(ahead))
        } else if self.is_plain(ahead, c) {
            format!("`{c}`")
        } else {
            format!("U+{:04X}", u32::from(c))
        }
    }

    /// Returns the byte that is `ahead` bytes from here, such as `0xE9`.
    fn hex_byte(&self, ahead: usize) -> String {
        let byte = self.file.bytes().get(self.at + ahead).copied().unwrap_or_default();
        format!("0x{byte:02X}")
    }
}

/// Returns the help for a block comment of which `depth` levels are open at the end of the file.
fn missing_ends_help(depth: u32) -> String {
    match depth {
        0 | 1 => "add `*/` where the comment ends".to_owned(),
        _ => format!("comments nest: {depth} `*/` are missing"),
    }
}

fn is_letter(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic() || (!c.is_ascii() && c.is_alphabetic())
}

/// Returns true if `c`, the first character of `rest`, begins no token.
fn begins_no_token(c: char, rest: Option<&str>) -> bool {
    let known = is_letter(c) || c.is_ascii_digit() || " \t\n\"'#".contains(c);
    let rest = rest.unwrap_or_default();
    !known
        && !rest.starts_with("\r\n")
        && !OPERATORS.iter().any(|operator| rest.starts_with(operator))
}

/// Returns the number of bytes up to the end of the line, without `\r\n`.
fn line_len(rest: &str) -> usize {
    let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
    let end = line.strip_suffix('\r').filter(|_| line.len() < rest.len());
    end.unwrap_or(line).len()
}

fn word_len(rest: &str) -> usize {
    rest.find(|c: char| !is_letter(c) && !c.is_ascii_digit()).unwrap_or(rest.len())
}

/// Returns the length of a number: `12`, `1_000`, `0xFF`, `2.5e-3`, optionally with the name of a type at its end.
/// The `.` of `1..2` and of `1.max` is not part of the number.
fn number_len(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let word = |from: usize| from + rest.get(from..).map_or(0, word_len);
    let digit_at = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let signed = |end: usize| {
        let exponent = bytes.get(end.saturating_sub(1)).is_some_and(|b| b"eE".contains(b));
        let sign = bytes.get(end).is_some_and(|b| b"+-".contains(b));
        if exponent && sign && digit_at(end + 1) { word(end + 1) } else { end }
    };
    let end = word(0);
    if bytes.starts_with(b"0x") || bytes.starts_with(b"0b") || bytes.starts_with(b"0o") {
        return end;
    }
    let end = signed(end);
    if bytes.get(end) == Some(&b'.') && digit_at(end + 1) { signed(word(end + 1)) } else { end }
}
