//! A small compiler. Its language has one-character mistakes:
//!
//! | text | diagnostic |
//! |---|---|
//! | `@` | an error; its fix removes the character |
//! | `?` | a deprecated character; two alternatives, and a note |
//! | `%` | an error with a label at each other one; a fix that may be wrong |
//! | `&` | a note with a child and a trace |
//! | `use PATH;` | a `@` in the other file, and a child at the `use` |
//! | `{` | an error of two lines; its fix changes two places |

use vitte_diag::registry::Page;
use vitte_diag::{
    Applicability, Child, Code, Diagnostic, DiagnosticBag, Edit, FileId, Severity, Span,
    Suggestion, Tag, Tool, TraceStep, code,
};
use vitte_lsp::{Document, Workspace};

pub const AT: Code = code!("T0001");
pub const QUESTION: Code = code!("W0001");
pub const PERCENT: Code = code!("T0002");

/// The compiler's name, codes and pages.
pub fn tool() -> Tool {
    let page = "# T0001: illegal character\n\n- Severity: error\n- Phase: lexer\n- Since: 1.0.0\n\n\
        The character `@` is illegal.\n\n## Example\n\n```my\n@\n```\n\n## Corrected\n\n```my\n\n```\n";
    Tool::new("mycc", "1.0.0")
        .with_codes([(PERCENT, Severity::Error), (QUESTION, Severity::Warning)])
        .with_pages([Page::parse(page).unwrap()])
        .with_codes_url("https://mycc.example/{code}")
}

/// Checks a document, and the files that it uses.
pub fn check(workspace: &mut Workspace, document: &Document) -> DiagnosticBag {
    let text = document.text().to_owned();
    let mut bag = check_text(document.file(), &text);
    for (at, path) in uses(&text) {
        let span = Span::between(document.file(), at, at + 3);
        match workspace.load(path) {
            Ok(other) => {
                let file = workspace.sources().file(other).unwrap();
                for (at, _) in file.text().match_indices('@') {
                    let used = Child::note("it is used here").with_label(span, "here");
                    bag.push(illegal(other, at).with_child(used));
                }
            }
            Err(error) => _ = bag.push(Diagnostic::error(None, span, error.to_string())),
        }
    }
    bag
}

fn uses(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("use ").filter_map(|(at, _)| {
        let (path, _) = text[at + 4..].split_once(';')?;
        Some((at, path))
    })
}

fn illegal(file: FileId, at: usize) -> Diagnostic {
    let span = Span::between(file, at, at + 1);
    let fix = Edit::remove(span);
    let fix = Suggestion::single("remove it", fix, Applicability::MachineApplicable);
    Diagnostic::error(AT, span, "illegal character `@`")
        .with_label("not part of any token")
        .with_suggestion(fix)
}

/// Checks one text.
pub fn check_text(file: FileId, text: &str) -> DiagnosticBag {
    let mut bag = DiagnosticBag::new();
    let percents: Vec<usize> = text.match_indices('%').map(|(at, _)| at).take(8).collect();
    for (at, c) in text.char_indices() {
        let span = Span::between(file, at, at + c.len_utf8());
        match c {
            '@' => _ = bag.push(illegal(file, at)),
            '?' => {
                let to = |text: &'static str| [Edit::replace(span, text)];
                let fix = Suggestion::with_alternatives(
                    "replace it",
                    [to("!"), to(".")],
                    Applicability::MaybeIncorrect,
                );
                bag.push(
                    Diagnostic::warning(QUESTION, span, "deprecated character")
                        .with_tag(Tag::Deprecated)
                        .with_tag(Tag::Unnecessary)
                        .with_note("not used")
                        .with_suggestion(fix.unwrap()),
                );
            }
            '%' => {
                let mut one = Diagnostic::error(PERCENT, span, "too many `%`");
                for &other in percents.iter().filter(|&&other| other != at) {
                    one.add_secondary(Span::between(file, other, other + 1), "another one");
                }
                let fix = Edit::replace(span, "percent");
                let applicability = Applicability::MaybeIncorrect;
                one.add_suggestion(Suggestion::single("spell it out", fix, applicability));
                bag.push(one);
            }
            '&' => {
                let start = Span::empty(file, 0);
                let child = Child::help("a child").with_label(start, "the start");
                let step = TraceStep::call("called here").with_span(start);
                bag.push(
                    Diagnostic::note(None, span, "an ampersand").with_child(child).with_step(step),
                );
            }
            '{' => {
                let end = text[at..].find('}').map_or(text.len(), |end| at + end + 1);
                let edits = [
                    Edit::insert(file, u32::try_from(at).unwrap(), "("),
                    Edit::insert(file, u32::try_from(end).unwrap(), ")"),
                ];
                let machine = Applicability::MachineApplicable;
                let fix = Suggestion::new("add parentheses", edits, machine).unwrap();
                let span = Span::between(file, at, end);
                bag.push(Diagnostic::error(None, span, "a block").with_suggestion(fix));
            }
            _ => {}
        }
    }
    bag
}
