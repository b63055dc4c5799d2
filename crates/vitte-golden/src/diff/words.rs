//! Finds the words in which two lines differ.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use vitte_diag::text::{
    ceil_char_boundary, floor_char_boundary, is_distinct, is_invisible, one_line, truncate,
    width_of,
};

use super::sequence::{self, Change};

/// The maximum length in bytes of a line that is compared word by word.
const MAX_BYTES: usize = 4096;
/// The maximum length in bytes of a word in a longer line.
const MAX_WORD_BYTES: usize = 64;
/// The score of equal lines.
const SAME: u32 = 100;

/// A part of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Part<'t> {
    pub(super) text: &'t str,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// The same in the other line.
    Equal,
    Changed,
    /// Changed, but the other line looks the same.
    Alike,
}

/// Returns the parts of two lines: the words in which they differ, and the text between these.
pub(super) fn parts<'t>(old: &'t str, new: &'t str) -> [Vec<Part<'t>>; 2] {
    if old.len().max(new.len()) <= MAX_BYTES {
        return parts_by_word(old, new);
    }
    let prefix = common_prefix(old, new);
    let [old_rest, new_rest] = [old, new].map(|line| line.get(prefix..).unwrap_or_default());
    let suffix = common_suffix(old_rest, new_rest);
    let middle = |rest: &'t str| rest.split_at_checked(rest.len() - suffix).unwrap_or((rest, ""));
    let ([old_middle, end], [new_middle, _]) =
        (<[_; 2]>::from(middle(old_rest)), <[_; 2]>::from(middle(new_rest)));
    let inner = if old_middle.len().max(new_middle.len()) <= MAX_BYTES {
        parts_by_word(old_middle, new_middle)
    } else {
        [old_middle, new_middle].map(|text| vec![Part { text, kind: Kind::Changed }])
    };
    let start = old.get(..prefix).unwrap_or_default();
    inner.map(|parts| {
        let equal = |text| Part { text, kind: Kind::Equal };
        let all = [equal(start)].into_iter().chain(parts).chain([equal(end)]);
        all.filter(|part| !part.text.is_empty()).collect()
    })
}

fn parts_by_word<'t>(old: &'t str, new: &'t str) -> [Vec<Part<'t>>; 2] {
    let (old_words, new_words) = (words(old), words(new));
    let [old_ends, new_ends] = [&old_words, &new_words].map(|words| ends(words));
    let mut parts = [Vec::new(), Vec::new()];
    let mut push = |side: usize, text: &'t str, kind| {
        if let (Some(parts), false) = (parts.get_mut(side), text.is_empty()) {
            parts.push(Part { text, kind });
        }
    };
    let between = |line: &'t str, ends: &[usize], from: usize, to: usize| {
        let byte = |word: usize| ends.get(word).copied().unwrap_or(line.len());
        line.get(byte(from)..byte(to)).unwrap_or_default()
    };
    let (mut old_word, mut new_word) = (0, 0);
    for Change { old: olds, new: news } in sequence::changes(&old_words, &new_words) {
        push(0, between(old, &old_ends, old_word, olds.start), Kind::Equal);
        push(1, between(new, &new_ends, new_word, news.start), Kind::Equal);
        let removed = between(old, &old_ends, olds.start, olds.end);
        let added = between(new, &new_ends, news.start, news.end);
        let kind = if look_alike(removed, added) { Kind::Alike } else { Kind::Changed };
        push(0, removed, kind);
        push(1, added, kind);
        (old_word, new_word) = (olds.end, news.end);
    }
    push(0, between(old, &old_ends, old_word, old_words.len()), Kind::Equal);
    push(1, between(new, &new_ends, new_word, new_words.len()), Kind::Equal);
    parts
}

/// Returns the byte at which each word begins, and the end of the last one.
fn ends(words: &[&str]) -> Vec<usize> {
    let mut end = 0;
    let add = |word: &&str| {
        end += word.len();
        end
    };
    [0].into_iter().chain(words.iter().map(add)).collect()
}

/// Returns the length in bytes of the common start of two lines, without a word at its end that continues.
fn common_prefix(old: &str, new: &str) -> usize {
    let bytes = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    let prefix = floor_char_boundary(old, bytes);
    let common = old.get(..prefix).unwrap_or_default();
    prefix - word_bytes(common.chars().rev())
}

fn common_suffix(old: &str, new: &str) -> usize {
    let bytes = old.bytes().rev().zip(new.bytes().rev()).take_while(|(old, new)| old == new);
    let start = ceil_char_boundary(old, old.len() - bytes.count());
    let common = old.get(start..).unwrap_or_default();
    common.len() - word_bytes(common.chars())
}

/// Returns the bytes of the word at the start of `chars`, or 0 if it is long.
fn word_bytes(chars: impl Iterator<Item = char>) -> usize {
    let mut bytes = 0;
    for c in chars.take_while(|c| is_word(*c)) {
        bytes += c.len_utf8();
        if bytes > MAX_WORD_BYTES {
            return 0;
        }
    }
    bytes
}

/// Splits a line into words and single other characters.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut rest, mut chars) = (line, line.char_indices().peekable());
    let mut start = 0;
    while let Some((_, c)) = chars.next() {
        let joins = |next: char| (is_word(c) && is_word(next)) || (!c.is_ascii() && is_mark(next));
        if chars.peek().is_some_and(|(_, next)| joins(*next)) {
            continue;
        }
        let end = chars.peek().map_or(line.len(), |(end, _)| *end);
        if let Some((word, after)) = rest.split_at_checked(end - start) {
            words.push(word);
            (rest, start) = (after, end);
        }
    }
    words
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_mark(c)
}

/// Returns true for a mark that is drawn on the character before it.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && !c.is_alphanumeric() && !is_invisible(c) && width_of(&format!("a{c}")) == 1
}

/// Returns true if two texts look the same although they differ.
pub(super) fn look_alike(old: &str, new: &str) -> bool {
    old != new
        && !old.is_empty()
        && !new.is_empty()
        && (one_line(old) == one_line(new)
            || appearance(old) == appearance(new)
            || has_letters_alike(old, new))
}

/// Returns `text` with composed letters, without invisible characters, and with each blank as a space.
fn appearance(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let visible = text.chars().filter(|c| !is_invisible(*c));
    visible.map(|c| if c.is_whitespace() && c != '\t' { ' ' } else { c }).nfc().collect()
}

/// Returns what a reader sees of a line: lines with the same look may differ.
pub(super) fn look(line: &str) -> Cow<'_, str> {
    let is_plain = line.bytes().all(|byte| matches!(byte, b' '..=b'~')) && line.len() <= MAX_BYTES;
    if is_plain {
        return line.trim_end().into();
    }
    let shown = line.replace('\t', "    ");
    let shown = truncate(&shown, MAX_BYTES);
    appearance(&one_line(shown)).trim_end().to_owned().into()
}

/// Returns true if the texts differ only in ASCII characters of which one has a letter of another script instead.
fn has_letters_alike(old: &str, new: &str) -> bool {
    let is_alike = |(old, new): (char, char)| {
        let is_other = |c: char| !c.is_ascii() && !is_distinct(c.encode_utf8(&mut [0; 4]));
        old == new || (old.is_ascii() && is_other(new)) || (new.is_ascii() && is_other(old))
    };
    old.chars().count() == new.chars().count() && old.chars().zip(new.chars()).all(is_alike)
}

/// What decides how similar a line is to others.
#[derive(Debug)]
pub(super) struct Profile<'t> {
    line: &'t str,
    /// The words, sorted.
    words: Vec<String>,
    /// The length of all words in bytes.
    len: usize,
}

impl<'t> Profile<'t> {
    pub(super) fn new(line: &'t str) -> Self {
        let mut own = Vec::new();
        if line.len() <= MAX_BYTES {
            let text = appearance(line);
            let only = words(&text).into_iter().filter(|word| word.contains(is_word));
            own = only.map(str::to_owned).collect();
            own.sort_unstable();
        }
        Self { line, len: own.iter().map(String::len).sum(), words: own }
    }

    /// Returns how similar two lines are, from 0 to 100.
    pub(super) fn similarity(&self, other: &Self) -> u32 {
        let blanks = |line: &'t str| line.split_whitespace();
        let (old, new) = (self.line, other.line);
        if old.len().max(new.len()) > MAX_BYTES {
            let head = |line: &'t str| truncate(line, MAX_BYTES);
            let tail = |line: &'t str| {
                let start = ceil_char_boundary(line, line.len().saturating_sub(MAX_BYTES));
                line.get(start..).unwrap_or_default()
            };
            let common = common_prefix(head(old), head(new)) + common_suffix(tail(old), tail(new));
            return ratio(common, 2 * MAX_BYTES);
        }
        if blanks(old).eq(blanks(new)) || look_alike(old, new) {
            return SAME;
        }
        let mut others = other.words.iter().peekable();
        let mut common = 0;
        for word in &self.words {
            while others.next_if(|other| *other < word).is_some() {}
            common += others.next_if(|other| *other == word).map_or(0, String::len);
        }
        ratio(2 * common, self.len + other.len)
    }

    /// Returns how similar two lines are if no other lines changed: also if a part of their only word is the same.
    pub(super) fn similarity_alone(&self, other: &Self) -> u32 {
        self.similarity(other).max(ends_similarity(self.line.trim(), other.line.trim()))
    }
}

/// Returns how much of two texts is the same at their starts and ends, from 0 to 100.
fn ends_similarity(old: &str, new: &str) -> u32 {
    let is_same = |(old, new): &(u8, u8)| old == new;
    let prefix = old.bytes().zip(new.bytes()).take_while(is_same).count();
    let max_suffix = old.len().min(new.len()) - prefix;
    let ends = old.bytes().rev().zip(new.bytes().rev()).take(max_suffix);
    ratio(prefix + ends.take_while(is_same).count(), old.len().max(new.len()))
}

/// Returns `part` of `all` in per cent.
pub(super) fn ratio(part: usize, all: usize) -> u32 {
    let per_cent = part.saturating_mul(100) / all.max(1);
    u32::try_from(per_cent).unwrap_or(SAME).min(SAME)
}
