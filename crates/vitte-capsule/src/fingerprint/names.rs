//! Names of functions without what another build changes.

/// Bytes of a name that are looked at.
const MOST_NAME: usize = 2_048;
/// Types in types that are looked into.
const MOST_DEPTH: usize = 8;

/// The first 2 KiB.
pub(super) fn beginning(name: &str) -> &str {
    name.get(..vitte_diag::text::floor_char_boundary(name, MOST_NAME)).unwrap_or(name)
}

/// The name of a function without the hash that the compiler puts behind it, which another build changes.
pub(crate) fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((name, hash))
            if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            name
        }
        _ => name,
    }
}

/// The name without hashes, generic arguments, closures and numbers of implementations, so that both
/// manglings of Rust agree.
///
/// ```text
/// a::f::h0123456789abcdef                  a::f
/// a[1a2b]::f::<u8>::{closure#0}            a::f
/// <a::List<u8>>::push                      a::List::push
/// a::List<u8>::push::{{closure}}           a::List::push
/// <a::List<u8> as b::Show<u8>>::show       <a::List as b::Show>::show
/// c::<impl b::Show for a::List<u8>>::show  <a::List as b::Show>::show
/// ```
pub(super) fn normal(name: &str) -> String {
    path(without_hash(beginning(name)).trim(), 0)
}

/// Whether it is the name of a closure.
pub(super) fn is_closure(name: &str) -> bool {
    let last = without_hash(name).rsplit("::").next().unwrap_or_default();
    ["{{closure", "{closure", "{async", "closure$"].iter().any(|begin| last.starts_with(begin))
}

fn path(name: &str, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        // `->` in the type of a function closes nothing.
        if let Some(behind) = rest.strip_prefix("->") {
            out.push_str("->");
            rest = behind;
            continue;
        }
        match c {
            '<' => {
                let (inside, after) = group(rest, '<', '>');
                angles(&mut out, inside, depth);
                rest = after;
            }
            '{' => {
                let (_, after) = group(rest, '{', '}');
                out.truncate(out.trim_end_matches("::").len());
                rest = after;
            }
            '[' if out.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                let (inside, after) = group(rest, '[', ']');
                if !inside.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    out.push('[');
                    out.push_str(inside);
                    out.push(']');
                }
                rest = after;
            }
            _ => {
                out.push(c);
                rest = behind;
            }
        }
    }
    let kept: Vec<&str> = out.split("::").filter(|part| !is_numbered(part)).collect();
    let out = kept.join("::");
    out.trim_end_matches("::").trim().to_owned()
}

/// What stands in `<…>`, as far as it is part of the name.
fn angles(out: &mut String, inside: &str, depth: usize) {
    let nested = |name: &str| {
        if depth < MOST_DEPTH { path(name.trim(), depth + 1) } else { String::new() }
    };
    let is_begin = out.is_empty() || out.ends_with([' ', '&', '(', ',']);
    if let Some(implementation) = inside.strip_prefix("impl ") {
        let name = match split(implementation, " for ") {
            Some((of, own)) => format!("<{} as {}>", nested(own), nested(of)),
            None => nested(implementation),
        };
        // The module that it is written in says no more than it does.
        out.clear();
        out.push_str(&name);
    } else if !is_begin {
        out.truncate(out.trim_end_matches("::").len());
    } else if let Some((own, of)) = split(inside, " as ") {
        out.push_str(&format!("<{} as {}>", nested(own), nested(of)));
    } else {
        out.push_str(&nested(inside));
    }
}

/// `closure$0` and `impl$1`, as Windows has them.
fn is_numbered(part: &str) -> bool {
    let number =
        ["closure$", "impl$", "closure_env$"].iter().find_map(|name| part.strip_prefix(name));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// What stands in the brackets that a text begins with, and what stands behind them.
fn group(text: &str, open: char, close: char) -> (&str, &str) {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close && !(c == '>' && before == '-') {
            depth -= 1;
            if depth == 0 {
                let behind = at + c.len_utf8();
                let inside = text.get(open.len_utf8()..at).unwrap_or_default();
                return (inside, text.get(behind..).unwrap_or_default());
            }
        }
        before = c;
    }
    (text.get(open.len_utf8()..).unwrap_or_default(), "")
}

/// A text at a word that stands in no `<…>`.
fn split<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => {
                if let Some(behind) = text.get(at..).and_then(|rest| rest.strip_prefix(word)) {
                    return Some((text.get(..at)?, behind));
                }
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// The first name of a path: `vittec` of `<&mut vittec::Name as core::fmt::Display>::fmt`.
pub(super) fn crate_of(mut name: &str) -> &str {
    const BEFORE: [&str; 8] = ["<", "&", "(", "[", "*const ", "*mut ", "mut ", "dyn "];
    while let Some(behind) = BEFORE.iter().find_map(|before| name.strip_prefix(before)) {
        name = behind;
    }
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    name.get(..end).unwrap_or(name)
}

/// Whether a function is of a crate: of one in its path, not a symbol without any.
pub(super) fn is_of_crate(name: &str, own: &str) -> bool {
    let name = normal(name);
    name.contains("::") && crate_of(&name) == own
}
