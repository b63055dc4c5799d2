//! Renders diagnostics to a string, for tests, logs and user interfaces.

use super::{Emitter, EmitterOptions, Format, HumanEmitter};
use crate::bag::DiagnosticBag;
use crate::model::Diagnostic;
use crate::source::SourceMap;

impl Diagnostic {
    /// Returns the human output without colours, see [`HumanEmitter`]. It ends in a line feed.
    ///
    /// ```
    /// use vitte_diag::{Diagnostic, SourceMap, codes};
    ///
    /// let mut sources = SourceMap::new();
    /// let file = sources.add("a.vitte", "let x = @\n")?;
    /// let error = Diagnostic::error(codes::E0001, sources.span(file, 8..9)?, "unexpected character `@`")
    ///     .with_label("not part of any token");
    /// assert_eq!(
    ///     error.render(&sources),
    ///     "error[E0001]: unexpected character `@`
    ///  --> a.vitte:1:9
    ///   |
    /// 1 | let x = @
    ///   |         ^ not part of any token
    /// ");
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    #[must_use]
    pub fn render(&self, sources: &SourceMap) -> String {
        let mut human = HumanEmitter::new(Vec::new());
        // Writing to memory cannot fail.
        _ = human.emit(sources, self);
        text(human.into_inner())
    }
}

impl DiagnosticBag {
    /// Returns the human output of all diagnostics without colours, in the [order of output](Self::ordered). An
    /// empty line separates two diagnostics. For other formats see [`Format::render`].
    ///
    /// ```
    /// use vitte_diag::{DiagnosticBag, SourceMap, Span};
    ///
    /// let mut bag = DiagnosticBag::new();
    /// bag.push_error(None, Span::DUMMY, "no input files");
    /// bag.push_warning(None, Span::DUMMY, "the cache is read-only");
    /// let rendered = bag.render(&SourceMap::new());
    /// assert_eq!(rendered, "error: no input files\n\nwarning: the cache is read-only\n");
    /// ```
    #[must_use]
    pub fn render(&self, sources: &SourceMap) -> String {
        Format::Human.render(sources, self, &EmitterOptions::default())
    }
}

impl Format {
    /// Returns the output of this format for all diagnostics of a bag, including the start and the end of the
    /// document.
    ///
    /// ```
    /// use vitte_diag::{DiagnosticBag, EmitterOptions, Format, SourceMap, code};
    ///
    /// let mut sources = SourceMap::new();
    /// let file = sources.add("a.vitte", "let x = @\n")?;
    /// let mut bag = DiagnosticBag::new();
    /// bag.push_error(code!("E0001"), sources.span(file, 8..9)?, "unexpected character `@`");
    /// let line = Format::Short.render(&sources, &bag, &EmitterOptions::default());
    /// assert_eq!(line, "a.vitte:1:9: error[E0001]: unexpected character `@`\n");
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    #[must_use]
    pub fn render(
        self,
        sources: &SourceMap,
        bag: &DiagnosticBag,
        options: &EmitterOptions,
    ) -> String {
        let mut out = Vec::new();
        // Writing to memory cannot fail.
        _ = bag.emit(sources, &mut self.emitter(&mut out, options));
        text(out)
    }
}

/// Returns the output of an emitter, which is UTF-8.
fn text(out: Vec<u8>) -> String {
    String::from_utf8(out)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
