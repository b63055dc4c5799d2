//! Converts diagnostics and suggestions to the structs of the protocol.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::model::{
    CodeAction, CodeDescription, Location, LspDiagnostic, Position, Range, RelatedInformation,
    TextEdit, WorkspaceEdit,
};
use crate::check::CheckedDiagnostic;
use crate::emit::plain_text::{PlainText, Related, StepsInText, TextParts};
use crate::fix;
use crate::model::{Diagnostic, Edit, FileId, Severity, Span, Suggestion, Tag};
use crate::registry::Tool;
use crate::source::{BOM, ColumnUnit, SourceFile, SourceMap, url};

/// The unit of [`Position::character`], which client and server agree on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum PositionEncoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units. Every client supports them.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl PositionEncoding {
    /// Returns the value of `PositionEncodingKind`, such as `utf-16`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    /// Returns the encoding with a name, or `None` if there is no such encoding.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Utf8, Self::Utf16, Self::Utf32].into_iter().find(|one| one.as_str() == name)
    }

    /// Returns the number of units of a character.
    #[must_use]
    pub const fn len_of(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    const fn column_unit(self) -> ColumnUnit {
        match self {
            Self::Utf8 => ColumnUnit::Byte,
            Self::Utf16 => ColumnUnit::Utf16,
            Self::Utf32 => ColumnUnit::Char,
        }
    }
}

impl fmt::Display for PositionEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Converts diagnostics for one client, as a language server does. [`publish`](super::publish) converts a whole bag for any client.
///
/// ```
/// use vitte_diag::lsp::{Converter, PositionEncoding};
/// use vitte_diag::{Diagnostic, SourceMap, Tool, code};
///
/// let mut sources = SourceMap::with_root("/home/ana");
/// let file = sources.insert("a.vitte", "let é = @\n");
/// let error = Diagnostic::error(code!("E1"), sources.span(file, 9..10)?, "illegal character");
///
/// let tool = Tool::new("mycc", "1.0.0");
/// let converter = Converter::new(&sources, &tool).with_encoding(PositionEncoding::Utf8);
/// let (uri, diagnostic) = converter.diagnostic(&error);
/// assert_eq!(uri.as_deref(), Some("file:///home/ana/a.vitte"));
/// assert_eq!(diagnostic.range.start.character, 9);
/// # Ok::<(), vitte_diag::SourceError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Converter<'a> {
    pub(super) sources: &'a SourceMap,
    pub(super) tool: &'a Tool,
    encoding: PositionEncoding,
    open: Option<&'a HashMap<FileId, Arc<str>>>,
    has_related: bool,
}

impl fmt::Debug for Converter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Converter").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

impl<'a> Converter<'a> {
    /// Creates a converter for a client without capabilities: positions are in UTF-16.
    #[must_use]
    pub const fn new(sources: &'a SourceMap, tool: &'a Tool) -> Self {
        let encoding = PositionEncoding::Utf16;
        Self { sources, tool, encoding, open: None, has_related: true }
    }

    /// Sets the encoding of positions. Default: UTF-16.
    #[must_use]
    pub const fn with_encoding(mut self, encoding: PositionEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets the URIs of the files that are open in the editor, as it writes them. In these a byte order mark is a character, because the text is that
    /// of the editor. Default: the URL of every file, see [`SourceMap::url`].
    #[must_use]
    pub const fn with_open_files(mut self, uris: &'a HashMap<FileId, Arc<str>>) -> Self {
        self.open = Some(uris);
        self
    }

    /// Adds the other labels and the trace to the message, for clients without related information.
    #[must_use]
    pub const fn without_related_information(mut self) -> Self {
        self.has_related = false;
        self
    }

    /// Returns the URI of the file that a diagnostic belongs to, or `None` if it has no location, and the diagnostic. It
    /// has no [`data`](LspDiagnostic::data).
    #[must_use]
    pub fn diagnostic(&self, diagnostic: &Diagnostic) -> (Option<String>, LspDiagnostic) {
        let (uri, diagnostic) = self.convert(diagnostic, false);
        (uri.map(Cow::into_owned), diagnostic)
    }

    /// Returns the actions of a diagnostic: one for each alternative of its suggestions that only edits files with a
    /// URI.
    #[must_use]
    pub fn code_actions(&self, diagnostic: &Diagnostic) -> Vec<CodeAction> {
        let checked = CheckedDiagnostic::new(self.sources, diagnostic);
        let (fixes, _) = checked.fixes(self.sources, |file| self.can_edit(file));
        fixes.iter().map(|fix| self.code_action(fix)).collect()
    }

    /// Returns the edit that applies suggestions as [`fix::apply`] does: one that overlaps an earlier one is omitted, as are those with
    /// alternatives, or in files without a URI. Returns `None` if none is left.
    #[must_use]
    pub fn workspace_edit<'s>(
        &self,
        suggestions: impl IntoIterator<Item = &'s Suggestion>,
    ) -> Option<WorkspaceEdit> {
        let can_edit = |edit: &Edit| {
            self.sources.file(edit.span().file()).is_ok_and(|file| self.can_edit(file))
        };
        let edits = fix::accepted_edits(self.sources, suggestions, can_edit);
        (!edits.is_empty()).then(|| self.edit(edits.iter()))
    }

    pub(super) fn convert(
        &self,
        diagnostic: &Diagnostic,
        has_data: bool,
    ) -> (Option<Cow<'a, str>>, LspDiagnostic) {
        let checked = CheckedDiagnostic::new(self.sources, diagnostic);
        let file = checked.file();
        let own_uri = file.map(|file| self.uri(file));
        // An editor can only edit a file that it can open.
        let (fixes, in_text) = checked.fixes(self.sources, |file| self.can_edit(file));
        let steps = if self.has_related { StepsInText::WithoutLocation } else { StepsInText::All };
        let related = !self.has_related;
        let parts = TextParts { related, steps, suggestions: &in_text, backtrace: false };
        let code = diagnostic.code();
        let converted = LspDiagnostic {
            range: checked
                .primary()
                .map_or(Range::default(), |primary| self.range(primary.file, primary.span)),
            severity: severity(diagnostic),
            code,
            code_description: code
                .and_then(|code| self.tool.code_url(code))
                .map(|href| CodeDescription { href }),
            source: self.tool.name().to_owned(),
            message: PlainText::new(&checked, parts).to_text(),
            tags: tags(diagnostic),
            related_information: match (&own_uri, self.has_related) {
                (own_uri, true) => self.related_information(&checked, own_uri.as_deref()),
                _ => Vec::new(),
            },
            data: match has_data {
                true => fixes.iter().map(|fix| self.code_action(fix)).collect(),
                false => Vec::new(),
            },
        };
        (own_uri, converted)
    }

    fn related_information(
        &self,
        checked: &CheckedDiagnostic<'_>,
        own_uri: Option<&str>,
    ) -> Vec<RelatedInformation> {
        let own_file = checked.file().map(SourceFile::id);
        let item = |related: Related<'_>| RelatedInformation {
            location: Location {
                uri: match own_uri.filter(|_| own_file == Some(related.at.file.id())) {
                    Some(uri) => uri.to_owned(),
                    None => self.uri(related.at.file).into_owned(),
                },
                range: self.range(related.at.file, related.at.span),
            },
            message: related.message().unwrap_or("here".into()).into_owned(),
        };
        let steps = Related::steps(checked, |_| true);
        Related::labels(checked).chain(steps).map(item).collect()
    }

    pub(super) fn code_action(&self, fix: &crate::check::Fix<'_>) -> CodeAction {
        CodeAction {
            title: fix.title().into_owned(),
            kind: "quickfix",
            is_preferred: fix.is_automatic(),
            edit: self.edit(fix.edits.iter()),
        }
    }

    fn edit<'e>(&self, edits: impl Iterator<Item = &'e Edit>) -> WorkspaceEdit {
        let mut changes: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
        for edit in edits {
            let Ok(file) = self.sources.file(edit.span().file()) else { continue };
            let (range, new_text) = (self.range(file, edit.span()), edit.text().to_owned());
            let (uri, new) = (self.uri(file), TextEdit { range, new_text });
            match changes.get_mut(&*uri) {
                Some(edits) => edits.push(new),
                None => _ = changes.insert(uri.into_owned(), vec![new]),
            }
        }
        WorkspaceEdit { changes }
    }

    fn open_uri(&self, file: &SourceFile) -> Option<&'a str> {
        self.open?.get(&file.outermost_file().id()).map(|uri| &**uri)
    }

    pub(super) fn can_edit(&self, file: &SourceFile) -> bool {
        self.open_uri(file).is_some() || self.sources.url_str(file.id()).is_some()
    }

    /// Returns the URI of a file. That of one that is not on disk is `untitled:` and its name.
    pub(super) fn uri(&self, file: &SourceFile) -> Cow<'a, str> {
        let uri = self.open_uri(file).or_else(|| self.sources.url_str(file.id()));
        uri.map_or_else(|| format!("untitled:{}", url::path(file.path())).into(), Cow::Borrowed)
    }

    pub(super) fn range(&self, file: &SourceFile, span: Span) -> Range {
        let [start, end] = file.positions(span, self.encoding.column_unit());
        let end = if file.is_openable() { end } else { start };
        let [start, end] = [start, end].map(|at| self.position(file, at));
        Range { start, end }
    }

    fn position(&self, file: &SourceFile, (line, character): (u32, u32)) -> Position {
        let has_mark = line == 0 && self.open_uri(file).is_some() && file.text().starts_with(BOM);
        let mark = if has_mark { self.encoding.len_of('\u{feff}') } else { 0 };
        let mark = u32::try_from(mark).unwrap_or(0);
        // What a compiler wrote about a text that has changed since may be any number.
        let character = character.saturating_add(mark).min(MAX_UINTEGER);
        Position { line: line.min(MAX_UINTEGER), character }
    }
}

/// The maximum value of `uinteger` in the Language Server Protocol.
const MAX_UINTEGER: u32 = i32::MAX.unsigned_abs();

/// Returns the value of `DiagnosticSeverity`.
pub(super) const fn severity(diagnostic: &Diagnostic) -> u8 {
    match diagnostic.severity() {
        Severity::Fatal | Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Note => 3,
    }
}

/// Returns the values of `DiagnosticTag`.
pub(super) fn tags(diagnostic: &Diagnostic) -> Vec<u8> {
    let number = |tag| match tag {
        Tag::Unnecessary => 1,
        Tag::Deprecated => 2,
    };
    let mut tags: Vec<u8> = diagnostic.tags().map(number).collect();
    tags.sort_unstable();
    tags
}
