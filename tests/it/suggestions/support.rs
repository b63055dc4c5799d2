//! Suggestions for a marked text, drawn.

use vitte_diag::{
    Applicability, Diagnostic, Edit, Emitter as _, FileId, HtmlEmitter, HumanEmitter,
    NarratedEmitter, SourceMap, Span, Suggestion, Tool,
};

use crate::common;

/// The widths at which short lines are drawn the same.
pub const WIDTHS: [u16; 3] = [40, 80, 140];

/// A diagnostic with suggestions, and its sources.
pub struct Scene {
    pub sources: SourceMap,
    pub diagnostic: Diagnostic,
}

/// Returns the edits that replace the marked parts of a text with new texts, and the text without marks.
pub fn edits(marked: &str, new: &[&str]) -> (String, Vec<(usize, usize, String)>) {
    let marked = common::mark(marked);
    assert_eq!(marked.primary.len(), new.len(), "a new text for each marked part");
    let edits = marked.primary.iter().zip(new);
    let edits = edits.map(|(&(lo, hi), new)| (lo, hi, (*new).to_owned())).collect();
    (marked.text, edits)
}

/// Returns a suggestion that replaces the parts of a text that are marked with `⟦…⟧`.
pub fn scene(marked: &str, new: &[&str]) -> Scene {
    let (text, edits) = edits(marked, new);
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", text).unwrap();
    let edits = edits.into_iter().map(|(lo, hi, new)| replace(file, lo, hi, new));
    let suggestion = Suggestion::new("do it", edits, Applicability::Unspecified).unwrap();
    let diagnostic = Diagnostic::error(None, Span::empty(file, 0), "m").with_suggestion(suggestion);
    Scene { sources, diagnostic }
}

/// Returns an edit of the bytes `lo..hi`.
pub fn replace(file: FileId, lo: usize, hi: usize, new: impl Into<String>) -> Edit {
    Edit::replace(Span::between(file, lo, hi), new.into())
}

impl Scene {
    /// Draws the diagnostic. The output begins at its first suggestion.
    pub fn draw(&self, width: u16, unicode: bool, color: bool) -> String {
        let human = HumanEmitter::new(Vec::new()).with_width(width);
        let mut human = human.with_unicode(unicode).with_color(color);
        human.emit(&self.sources, &self.diagnostic).unwrap();
        from_help(&String::from_utf8(human.into_inner()).unwrap(), "help")
    }

    /// Draws the suggestion without its message in ASCII. It is the same at each width.
    pub fn ascii(&self) -> String {
        self.at_each_width(false)
    }

    /// Draws the suggestion without its message in Unicode. It is the same at each width.
    pub fn unicode(&self) -> String {
        self.at_each_width(true)
    }

    fn at_each_width(&self, unicode: bool) -> String {
        let [first, rest @ ..] = WIDTHS.map(|width| {
            let plain = self.draw(width, unicode, false);
            let color = without_escapes(&self.draw(width, unicode, true));
            assert_eq!(from_help(&color, "help"), plain, "the same text with colours");
            plain
        });
        rest.iter().for_each(|other| assert_eq!(*other, first));
        first.strip_prefix("help: do it\n").unwrap_or(&first).to_owned()
    }

    /// Returns the lines of the suggestion in HTML, which has the names of the styles.
    pub fn html(&self) -> String {
        let mut html = HtmlEmitter::new(Vec::new(), &Tool::default());
        html.emit(&self.sources, &self.diagnostic).unwrap();
        let out =
            from_help(&String::from_utf8(html.into_inner()).unwrap(), "<span class=\"vd-help\">");
        // A style may extend over the blanks after its text.
        out.replace(" </span>", "</span> ")
    }

    /// Returns the sentences after the message.
    pub fn narrated(&self) -> String {
        let mut narrated = NarratedEmitter::new(Vec::new());
        narrated.emit(&self.sources, &self.diagnostic).unwrap();
        let out = String::from_utf8(narrated.into_inner()).unwrap();
        let (_, sentences) = out.split_once("Suggestion: do it\n").unwrap();
        sentences.trim_end().to_owned()
    }
}

fn from_help(out: &str, help: &str) -> String {
    let at = out.find(help).unwrap_or_else(|| panic!("no suggestion in {out}"));
    out[at..].to_owned()
}

/// Removes ANSI sequences that end in `m`.
pub fn without_escapes(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}
