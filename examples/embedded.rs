//! A query inside a string: its errors are shown, and fixed, in the file that contains the string.

use std::io::{self, Write as _};

use vitte_diag::{
    Applicability, ColorChoice, Diagnostic, DiagnosticBag, Edit, EmbeddedPiece, EmbeddedText,
    FileId, HumanEmitter, SourceError, SourceMap, Span, Suggestion, code, fix,
};

const SHOP: &str = r#"fn names(shop)
  ret query(shop, "SELECT \"name\"\n\tFORM users")
.end
"#;

/// Adds the text of a string, without its escapes, as a file of its own.
fn embed_string(sources: &mut SourceMap, content: Span) -> Result<FileId, SourceError> {
    let literal = sources.file(content.file())?.text().get(content.range()).unwrap_or_default();
    let (mut pieces, mut chars) = (Vec::new(), literal.char_indices());
    while let Some((at, c)) = chars.next() {
        let start = content.range().start + at;
        let outer = |len| Span::between(content.file(), start, start + len);
        pieces.push(match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some((_, 'n'))) => EmbeddedPiece::replaced(outer(2), "\n"),
            ('\\', Some((_, 't'))) => EmbeddedPiece::replaced(outer(2), "\t"),
            ('\\', Some((_, c))) => EmbeddedPiece::replaced(outer(1 + c.len_utf8()), c.to_string()),
            _ => EmbeddedPiece::copied(outer(c.len_utf8())),
        });
    }
    let escape = |text: &str| Some(text.replace('"', "\\\"").replace('\n', "\\n"));
    sources.embed(EmbeddedText::from_pieces(content, pieces).with_escape(escape))
}

/// A parser of another language. It knows nothing about the file that contains the query.
fn check_query(query: FileId, text: &str) -> Option<Diagnostic> {
    let (before, table) = text.split_once("FORM ")?;
    let word = Span::between(query, before.len(), before.len() + 4);
    let name = Span::between(query, before.len() + 5, text.len());
    let edits = [Edit::replace(word, "FROM"), Edit::replace(name, format!("\"{table}\""))];
    let message = "write `FROM` and quote the name";
    Some(
        Diagnostic::error(code!("SQL0001"), word, "expected `FROM`, found `FORM`")
            .with_secondary(Span::between(query, 0, 6), "in this query")
            .with_suggestion(
                Suggestion::new(message, edits, Applicability::MachineApplicable).ok()?,
            ),
    )
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sources = SourceMap::new();
    let shop = sources.add("src/shop.vitte", SHOP)?;
    let (start, end) = (SHOP.find('"').unwrap_or(0) + 1, SHOP.rfind('"').unwrap_or(0));
    let query = embed_string(&mut sources, Span::between(shop, start, end))?;

    let bag: DiagnosticBag = check_query(query, sources.file(query)?.text()).into_iter().collect();
    bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;

    let suggestions = bag.iter().flat_map(|entry| entry.diagnostic.all_suggestions());
    let fixes = fix::apply(&sources, suggestions);
    for text in fixes.files.values() {
        write!(io::stderr(), "\nthe fixed file:\n\n{}", String::from_utf8_lossy(text))?;
    }
    Ok(())
}
