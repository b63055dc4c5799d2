//! Reduces edits to what they change, for drawings and sentences.
//!
//! ```text
//! edit                                    change
//! replace `&String` with `&'a String`     insert `'a ` behind `&`
//! replace `lenth` with `length`           insert `g`
//! replace `a.len` with `a.size`           replace `len` with `size`
//! insert `use x;\n` behind indentation    insert a line before that line
//! ```

use std::borrow::Cow;
use std::mem;
use std::ops::Range;

use crate::model::Edit;
use crate::source::SourceFile;
use crate::text::{ceil_char_boundary, floor_char_boundary};

/// The maximum length in bytes of the equal part of a word of which another part changes. In a longer word only the
/// characters that differ are a change, so that they are visible in a narrow window.
const MAX_WORD_BYTES: usize = 40;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Text of a file that is replaced with other text. Unlike an [`Edit`] it has no common beginning or end with the text
/// that it replaces, and changes something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::emit) struct Change<'a> {
    /// The bytes of the file that are removed. Empty for an insertion.
    pub(in crate::emit) range: Range<usize>,
    /// The new text. Empty for a removal.
    pub(in crate::emit) text: Cow<'a, str>,
}

/// Returns the changes of `edits`, which are sorted and all in `file`. Edits that touch are one change.
pub(in crate::emit) fn changes<'a>(file: &SourceFile, edits: &'a [Edit]) -> Vec<Change<'a>> {
    let mut changes: Vec<Change<'a>> = Vec::with_capacity(edits.len());
    for edit in edits {
        let new = Change::new(file.text(), edit);
        match changes.last_mut().filter(|last| last.range.end >= new.range.start) {
            Some(last) => {
                // An insertion before a byte order mark was moved behind an edit of the mark.
                last.range.start = last.range.start.min(new.range.start);
                last.range.end = last.range.end.max(new.range.end);
                last.text.to_mut().push_str(&new.text);
            }
            None => changes.push(new),
        }
    }
    let mut end = 0;
    for change in &mut changes {
        change.trim(file.text());
        change.move_before_indentation(file, end);
        end = change.range.end;
    }
    changes.retain(|change| !change.range.is_empty() || !change.text.is_empty());
    changes
}

impl<'a> Change<'a> {
    fn new(text: &str, edit: &'a Edit) -> Self {
        let Range { start, end } = edit.span().range();
        let mut range = floor_char_boundary(text, start)..ceil_char_boundary(text, end);
        if range.is_empty() && text.starts_with(BYTE_ORDER_MARK) {
            // Text that is inserted before a byte order mark is inserted after it.
            let at = range.start.max(BYTE_ORDER_MARK.len_utf8());
            range = at..at;
        }
        Self { range, text: Cow::Borrowed(edit.text()) }
    }

    /// Removes what the old and the new text have in common at their beginnings and ends.
    fn trim(&mut self, text: &str) {
        let old = text.get(self.range.clone()).unwrap_or_default();
        let (before, after) = common_ends(old, &self.text);
        self.range = self.range.start + before..self.range.end - after;
        self.text = match mem::take(&mut self.text) {
            Cow::Borrowed(new) => {
                Cow::Borrowed(new.get(before..new.len() - after).unwrap_or_default())
            }
            Cow::Owned(new) => {
                Cow::Owned(new.get(before..new.len() - after).unwrap_or_default().to_owned())
            }
        };
    }

    /// Moves an insertion of whole lines behind the indentation of a line to the start of that line, unless this
    /// would move it before byte `end` of the file. The line itself does not change, apart from its indentation.
    fn move_before_indentation(&mut self, file: &SourceFile, end: usize) {
        let at = self.range.start;
        let Some((lines, rest)) = self.text.rsplit_once('\n') else { return };
        let offset = u32::try_from(at).unwrap_or(u32::MAX);
        let start = file.line_range(file.line_of(offset)).unwrap_or(at..at).start;
        let indentation = file.text().get(start..at).unwrap_or_default();
        let is_indented = is_blank(indentation) && (rest.is_empty() || rest == indentation);
        if self.range.is_empty() && is_indented && start < at && start >= end {
            self.text = format!("{indentation}{lines}\n").into();
            self.range = start..start;
        }
    }

    /// Returns true if no text is lost: nothing is removed, or only blanks, in the place of which there is text now.
    pub(super) fn is_insertion(&self, file: &SourceFile) -> bool {
        let old = file.text().get(self.range.clone()).unwrap_or_default();
        let replaces_blanks = is_blank(old) && !self.text.trim().is_empty();
        !self.text.is_empty() && (old.is_empty() || replaces_blanks)
    }

    /// Extends a change inside a word, and its combining marks, to the word.
    pub(in crate::emit) fn extend_to_words(&mut self, text: &str) {
        let Range { start, end } = self.range;
        let around = ceil_char_boundary(text, start.saturating_sub(MAX_WORD_BYTES + 1))
            ..floor_char_boundary(text, end.saturating_add(MAX_WORD_BYTES + 1));
        let before = text.get(around.start.min(start)..start).unwrap_or_default();
        let after = text.get(end..around.end.max(end)).unwrap_or_default();
        let old = text.get(self.range.clone()).unwrap_or_default();
        let changed = if self.text.is_empty() { old } else { &self.text };
        let is_part = |c: char| is_in_word(c) || ('\u{300}'..='\u{36f}').contains(&c);
        let (starts, ends) = (changed.starts_with(is_part), changed.ends_with(is_part));
        let (start, end) = (before.trim_end_matches(is_part), after.trim_start_matches(is_part));
        let start = if starts { before.len() - start.len() } else { 0 };
        let end = if ends { after.len() - end.len() } else { 0 };
        let is_short = start.max(end) <= MAX_WORD_BYTES;
        let Some(before) = before.get(before.len() - start..).filter(|_| is_short) else { return };
        let Some(after) = after.get(..end) else { return };
        self.range = self.range.start - start..self.range.end + end;
        self.text = [before, &self.text, after].concat().into();
    }
}

/// Returns the numbers of bytes at the beginning and at the end that two texts have in common. They are at the
/// boundaries of words if both texts have other bytes between them.
fn common_ends(old: &str, new: &str) -> (usize, usize) {
    if new.starts_with(old) {
        return (old.len(), 0);
    }
    if old.starts_with(new) {
        return (new.len(), 0);
    }
    if new.ends_with(old) || old.ends_with(new) {
        return (0, old.len().min(new.len()));
    }
    let bytes = |(old, new): (char, char)| (old == new).then_some(old.len_utf8());
    let before: usize = old.chars().zip(new.chars()).map_while(bytes).sum();
    let (old_rest, new_rest) = (old.get(before..).unwrap_or_default(), new.get(before..));
    let new_rest = new_rest.unwrap_or_default();
    let after: usize = old_rest.chars().rev().zip(new_rest.chars().rev()).map_while(bytes).sum();
    let old_inner = old_rest.get(..old_rest.len() - after).unwrap_or_default();
    let new_inner = new_rest.get(..new_rest.len() - after).unwrap_or_default();
    if old_inner.is_empty() || new_inner.is_empty() {
        return (before, after);
    }
    let inner = [old_inner, new_inner];
    let common = old.get(..before).unwrap_or_default();
    let word = before - common.trim_end_matches(is_in_word).len();
    let is_cut = word <= MAX_WORD_BYTES && inner.iter().any(|text| text.starts_with(is_in_word));
    let before = if is_cut { before - word } else { before };

    let common = old.get(old.len() - after..).unwrap_or_default();
    let word = after - common.trim_start_matches(is_in_word).len();
    let is_cut = word <= MAX_WORD_BYTES && inner.iter().any(|text| text.ends_with(is_in_word));
    (before, if is_cut { after - word } else { after })
}

fn is_in_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Returns true if a text has only blanks and tabs, or nothing.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}
