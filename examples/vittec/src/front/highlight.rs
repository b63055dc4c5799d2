//! The colours of source text in diagnostics, made from the tokens of the lexer.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use vitte_diag::{DiagnosticBag, FileId, Highlighter, SourceFile, SyntaxRole};

use super::lexer::{self, TokenKind};
use super::tokens::{MODIFIERS, Tokens};

/// Words that are keywords wherever they are. Others, such as `say`, are names in most places.
const KEYWORDS: &[&str] = &[
    "module", "use", "import", "fn", "struct", "enum", "trait", "impl", "type", "const", "let",
    "mut", "if", "elif", "else", "while", "for", "in", "loop", "match", "when", "where", "ret",
    "return", "break", "continue",
];

type Marks = Arc<[(Range<usize>, SyntaxRole)]>;

/// Marks the syntax of Vitte sources. It splits a file into tokens when the first line of it is shown, and stores them.
#[derive(Debug, Default)]
pub struct VitteHighlighter {
    /// In the order of each file.
    files: Mutex<HashMap<FileId, Marks>>,
}

impl Highlighter for VitteHighlighter {
    fn highlight(
        &self,
        file: &SourceFile,
        line: Range<usize>,
        mark: &mut dyn FnMut(Range<usize>, SyntaxRole),
    ) {
        let marks = {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(files.entry(file.id()).or_insert_with(|| marks(file)))
        };
        let first = marks.partition_point(|(range, _)| range.end <= line.start);
        let in_line = marks.iter().skip(first).take_while(|(range, _)| range.start < line.end);
        in_line.for_each(|(range, role)| mark(range.clone(), *role));
    }
}

/// Returns the pieces of a file that have a role, in their order.
fn marks(file: &SourceFile) -> Marks {
    // The lexical errors were already reported.
    let lexed = lexer::lex(file, &mut DiagnosticBag::new());
    let tokens = Tokens(&lexed.tokens);
    let marked = lexed.tokens.iter().enumerate();
    let marked = marked.filter_map(|(at, token)| Some((token.span.range(), role(tokens, at)?)));
    let comments = lexed.comments.iter().map(|span| (span.range(), SyntaxRole::Comment));
    let mut marks: Vec<_> = marked.chain(comments).collect();
    marks.sort_by_key(|(range, _)| range.start);
    marks.into()
}

/// Returns the role of the token at an index.
fn role(tokens: Tokens<'_, '_>, at: usize) -> Option<SyntaxRole> {
    let token = tokens.get(at)?;
    let is_called = || tokens.next_on_line(at).is_some_and(|next| next.is("("));
    Some(match token.kind {
        TokenKind::Number => SyntaxRole::Number,
        TokenKind::Quoted | TokenKind::Unterminated => SyntaxRole::String,
        TokenKind::End => SyntaxRole::Keyword,
        TokenKind::Punct => return None,
        TokenKind::Word if token.is_one_of(KEYWORDS) => SyntaxRole::Keyword,
        TokenKind::Word if token.first_on_line && token.is_one_of(MODIFIERS) => SyntaxRole::Keyword,
        TokenKind::Word if token.is_one_of(&["true", "false"]) => SyntaxRole::Constant,
        TokenKind::Word if tokens.follows(at, &["fn"]) || is_called() => SyntaxRole::Function,
        TokenKind::Word if tokens.follows(at, &[":", "->"]) => SyntaxRole::Type,
        TokenKind::Word if token.text.starts_with(char::is_uppercase) => SyntaxRole::Type,
        TokenKind::Word => return None,
    })
}

#[cfg(test)]
mod tests {
    use vitte_diag::SourceMap;

    use super::*;

    #[test]
    fn tokens_and_comments_are_marked() {
        let text = "fn area(side: f64) -> Num # a\n  let s = \"x\" /* b\n c */ f(1)\n.end\n";
        let mut sources = SourceMap::new();
        let file = sources.insert("a.vitte", text);
        let (file, highlighter) = (sources.file(file).unwrap(), VitteHighlighter::default());
        let line = |number| {
            let (mut marked, range) = (Vec::new(), file.line_range(number).unwrap());
            highlighter.highlight(file, range, &mut |range, role| {
                marked.push((text.get(range).unwrap(), role));
            });
            marked
        };
        use SyntaxRole::{Comment, Function, Keyword, Number, String, Type};
        assert_eq!(
            line(1),
            [("fn", Keyword), ("area", Function), ("f64", Type), ("Num", Type), ("# a", Comment)]
        );
        let comment = ("/* b\n c */", Comment);
        assert_eq!(line(2), [("let", Keyword), ("\"x\"", String), comment]);
        assert_eq!(line(3), [comment, ("f", Function), ("1", Number)]);
        assert_eq!((line(4), line(5)), (vec![(".end", Keyword)], vec![]));
    }
}
