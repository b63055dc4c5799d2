//! One line each, as compilers have always said it, for people and for editors that jump to places.
//!
//! ```text
//! src/main.vitte:12:7: error[E0001]: expected expression
//! ```

use std::io::{self, Write};

use super::Emitter;
use super::options::{EmitterOptions, FromOptions};
use super::output::{Draw, Output};
use crate::bag::Entry;
use crate::check::Checked;
use crate::model::Diagnostic;
use crate::source::{ColumnUnit, SourceMap};
use crate::text;

/// Writes `path:line:col: error[E0001]: message`, one line each; line and column are 1-based, columns
/// are characters. A line feed in the message is `\n`. What has no place begins with the severity.
#[derive(Clone, Debug)]
pub struct ShortEmitter<W> {
    output: Output<W>,
}

impl<W: Write> ShortEmitter<W> {
    /// Writes to `writer`.
    #[must_use]
    pub const fn new(writer: W) -> Self {
        Self { output: Output::new(writer) }
    }

    /// The writer, with all that was written to it.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output.writer
    }
}

impl<W: Write> Emitter for ShortEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.output.one(diagnostic, draw(sources))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.output.all(entries, draw(sources))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

fn draw(sources: &SourceMap) -> impl Draw {
    |_, diagnostic, out| {
        let checked = Checked::new(sources, diagnostic);
        if let Some(primary) = checked.primary() {
            let at = primary.location(ColumnUnit::Char);
            write!(out, "{}{at}: ", before(at.path))?;
        }
        let (severity, code) = (diagnostic.severity(), diagnostic.code());
        let message = text::one_line(diagnostic.message());
        writeln!(out, "{severity}[{code}]: {message}")
    }
}

/// What stands before a path: nothing, but `./` where a log of GitHub Actions would take a line that
/// begins with the path for a workflow command, as it takes `::` after blanks.
fn before(path: &str) -> &'static str {
    if path.trim_start().starts_with("::") { "./" } else { "" }
}

impl<W: Write> FromOptions<W> for ShortEmitter<W> {
    fn from_options(writer: W, _setup: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DiagnosticBag, Span, code};

    #[test]
    fn a_path_is_no_workflow_command() {
        for (path, shown) in [
            ("::error::a", "./::error::a:1:1: "),
            (" ::error::a", "./ ::error::a:1:1: "),
            ("src/::error::a", "src/::error::a:1:1: "),
        ] {
            let mut sources = SourceMap::new();
            let file = sources.add(path, "x").unwrap();
            let mut bag = DiagnosticBag::new();
            bag.push_error(code!("E1"), Span::empty(file, 0), "m");
            let mut short = ShortEmitter::new(Vec::new());
            bag.emit(&sources, &mut short).unwrap();
            assert_eq!(
                String::from_utf8(short.into_inner()).unwrap(),
                format!("{shown}error[E1]: m\n")
            );
        }
    }
}
