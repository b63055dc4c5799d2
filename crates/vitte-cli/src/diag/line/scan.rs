//! Recognises lines that are written exactly as `JsonEmitter` writes them, without building a diagnostic.
//!
//! [`scan`] returns the fields of such a line if it is certain that the diagnostic is valid, and `None` in all other
//! cases: the line is then read by [`parse`](super::parse()), which is slower and decides.

use vitte_diag::Severity;

use super::cursor::{Cursor, Raw};
use super::{Fields, Text};

/// Returns the fields of a canonical line without its line end, or `None` if it is not canonical, not valid, or too
/// complicated to be sure.
pub(super) fn scan(line: &[u8]) -> Option<Fields<'_>> {
    let cursor = &mut Cursor::new(line);
    cursor.literal(b"{\"severity\":")?;
    let severity = severity(cursor)?;
    cursor.literal(b",\"code\":")?;
    let code = code(cursor)?;
    cursor.literal(b",\"message\":")?;
    let message = cursor.string()?;
    cursor.literal(b",\"primary\":")?;
    let primary = if cursor.skips(b"null") { None } else { Some(location(cursor)?) };
    cursor.literal(b",\"labels\":")?;
    labels(cursor, primary)?;
    cursor.literal(b",\"help\":")?;
    optional_string(cursor)?;
    cursor.literal(b",\"notes\":")?;
    if !cursor.skips(b"[]") {
        array(cursor, |cursor| cursor.string().map(drop))?;
    }
    let tags = optional_fields(cursor)?;
    let mut path = primary.map(|primary| primary.file);
    if cursor.skips(b",\"file\":") {
        let file = cursor.string()?;
        path = path.or(Some(file));
    }
    cursor.literal(b"}")?;
    let (lo, line) = (primary.map(|primary| primary.lo), primary.map(|primary| primary.line));
    let (message, path) = (Text::Raw(message), path.map(Text::Raw));
    cursor.is_at_end().then_some(Fields { severity, code, message, path, lo, line, tags })
}

/// Reads the fields that are omitted if they are empty, except `file`. Returns the tags.
fn optional_fields(cursor: &mut Cursor<'_>) -> Option<u8> {
    let mut tags = 0;
    if cursor.skips(b",\"children\":") {
        array(cursor, child)?;
    }
    if cursor.skips(b",\"trace\":") {
        array(cursor, step)?;
    }
    if cursor.skips(b",\"tags\":") {
        array(cursor, |cursor| {
            tags |= if cursor.skips(b"\"unnecessary\"") {
                1
            } else {
                cursor.literal(b"\"deprecated\"").map(|()| 2)?
            };
            Some(())
        })?;
    }
    if cursor.skips(b",\"suggestions\":") {
        array(cursor, suggestion)?;
    }
    if cursor.skips(b",\"backtrace\":") {
        array(cursor, |cursor| cursor.string().map(drop))?;
    }
    Some(tags)
}

/// Reads an array of one or more items.
fn array<'a>(
    cursor: &mut Cursor<'a>,
    mut item: impl FnMut(&mut Cursor<'a>) -> Option<()>,
) -> Option<()> {
    cursor.literal(b"[")?;
    loop {
        item(cursor)?;
        if !cursor.skips(b",") {
            return cursor.literal(b"]");
        }
    }
}

fn severity(cursor: &mut Cursor<'_>) -> Option<Severity> {
    let found = [
        (cursor.skips(b"\"error\""), Severity::Error),
        (cursor.skips(b"\"warning\""), Severity::Warning),
        (cursor.skips(b"\"note\""), Severity::Note),
        (cursor.skips(b"\"fatal\""), Severity::Fatal),
    ];
    found.into_iter().find_map(|(is_it, severity)| is_it.then_some(severity))
}

/// Reads a code or null. One with a backslash is not read.
fn code<'a>(cursor: &mut Cursor<'a>) -> Option<Option<&'a str>> {
    if cursor.skips(b"null") {
        return Some(None);
    }
    let code = cursor.string()?.plain()?;
    let is_bracket_or_quote = |byte: &u8| b"()[]{}<>'`".contains(byte);
    let is_code = (1..=vitte_diag::Code::MAX_LEN).contains(&code.len())
        && code.as_bytes().iter().all(|byte| byte.is_ascii_graphic() && !is_bracket_or_quote(byte));
    is_code.then_some(Some(code))
}

fn optional_string<'a>(cursor: &mut Cursor<'a>) -> Option<()> {
    if cursor.skips(b"null") { Some(()) } else { cursor.string().map(drop) }
}

/// A location, as it is written. Two are equal if their texts are.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Location<'a> {
    file: Raw<'a>,
    lo: u32,
    hi: u32,
    line: u32,
    col: u32,
}

fn location<'a>(cursor: &mut Cursor<'a>) -> Option<Location<'a>> {
    cursor.literal(b"{")?;
    let location = place(cursor)?;
    cursor.literal(b"}")?;
    Some(location)
}

/// Reads the fields of a location, which labels and edits have too.
fn place<'a>(cursor: &mut Cursor<'a>) -> Option<Location<'a>> {
    cursor.literal(b"\"file\":")?;
    let file = cursor.string()?;
    cursor.literal(b",\"lo\":")?;
    let lo = cursor.number()?;
    cursor.literal(b",\"hi\":")?;
    let hi = cursor.number()?;
    cursor.literal(b",\"line\":")?;
    let line = cursor.number()?;
    cursor.literal(b",\"col\":")?;
    let col = cursor.number()?;
    (lo <= hi && line > 0 && col > 0).then_some(Location { file, lo, hi, line, col })
}

/// Reads a label. Returns whether it is primary, and its location.
fn label<'a>(cursor: &mut Cursor<'a>) -> Option<(bool, Location<'a>)> {
    cursor.literal(b"{\"style\":")?;
    let is_primary = cursor.skips(b"\"primary\",");
    if !is_primary {
        cursor.literal(b"\"secondary\",")?;
    }
    let location = place(cursor)?;
    cursor.literal(b",\"message\":")?;
    optional_string(cursor)?;
    cursor.literal(b"}")?;
    Some((is_primary, location))
}

/// Reads the labels of a diagnostic: only the first one may be primary, and only at the primary location.
fn labels(cursor: &mut Cursor<'_>, primary: Option<Location<'_>>) -> Option<()> {
    if cursor.skips(b"[]") {
        return Some(());
    }
    let mut expected = primary;
    array(cursor, |cursor| {
        let (is_primary, location) = label(cursor)?;
        let expected = expected.take();
        (!is_primary || expected == Some(location)).then_some(())
    })
}

fn child(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.literal(b"{\"level\":")?;
    let levels = [
        cursor.skips(b"\"note\""),
        cursor.skips(b"\"help\""),
        cursor.skips(b"\"warning\""),
        cursor.skips(b"\"error\""),
    ];
    cursor.literal(b",\"message\":").filter(|()| levels.contains(&true))?;
    cursor.string()?;
    cursor.literal(b",\"labels\":")?;
    if !cursor.skips(b"[]") {
        let mut primaries = 0;
        array(cursor, |cursor| {
            primaries += usize::from(label(cursor)?.0);
            (primaries <= 1).then_some(())
        })?;
    }
    if cursor.skips(b",\"suggestions\":") {
        array(cursor, suggestion)?;
    }
    cursor.literal(b"}")
}

fn step(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.literal(b"{\"kind\":")?;
    let kinds = [
        cursor.skips(b"\"include\""),
        cursor.skips(b"\"macro\""),
        cursor.skips(b"\"call\""),
        cursor.skips(b"\"import\""),
        cursor.skips(b"\"analysis\""),
    ];
    cursor.literal(b",\"message\":").filter(|()| kinds.contains(&true))?;
    cursor.string()?;
    cursor.literal(b",\"location\":")?;
    if !cursor.skips(b"null") {
        location(cursor)?;
    }
    cursor.literal(b"}")
}

fn suggestion(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.literal(b"{\"message\":")?;
    cursor.string()?;
    cursor.literal(b",\"applicability\":")?;
    let applicabilities = [
        cursor.skips(b"\"machine-applicable\""),
        cursor.skips(b"\"maybe-incorrect\""),
        cursor.skips(b"\"has-placeholders\""),
        cursor.skips(b"\"unspecified\""),
    ];
    cursor.literal(b",\"edits\":").filter(|()| applicabilities.contains(&true))?;
    edits(cursor)?;
    if cursor.skips(b",\"alternatives\":") {
        array(cursor, edits)?;
    }
    cursor.literal(b"}")
}

/// Reads edits that belong together. More than a few are not read, because each two of them have to be compared.
fn edits(cursor: &mut Cursor<'_>) -> Option<()> {
    const MAX: usize = 4;
    let mut known: [Option<Location<'_>>; MAX] = [None; MAX];
    let mut free = 0..MAX;
    array(cursor, |cursor| {
        cursor.literal(b"{")?;
        let new = place(cursor)?;
        cursor.literal(b",\"text\":")?;
        cursor.string()?;
        cursor.literal(b"}")?;
        let overlaps = known.iter().flatten().any(|other| {
            let is_apart = new.hi <= other.lo || other.hi <= new.lo;
            other.file == new.file && (!is_apart || (new.lo, new.hi) == (other.lo, other.hi))
        });
        let slot = free.next().and_then(|index| known.get_mut(index)).filter(|_| !overlaps)?;
        *slot = Some(new);
        Some(())
    })
}
