//! Names of functions, as demanglers write them: [`short()`] ones for people, and [`normalize`]d ones for comparisons.
//!
//! [`normalize`] removes what differs between builds and between the manglings of Rust.
//!
//! The input is a demangled name, legacy or v0 mangling, or a name of the debug information of Windows:
//!
//! ```text
//! name       = path [ "::h" 16*hex ]
//! path       = segment { "::" segment }
//! segment    = [ qualified ] ident [ "[" { hex } "]" ] [ generics ] | braces | numbered
//! qualified  = "<" type " as " path ">" | "<" type ">" | "<impl " [ path " for " ] type ">"
//! type       = path | other text, such as "&mut " path or "[" type "; 4]"
//! generics   = [ "::" ] "<" … ">"
//! braces     = "{" … "}"
//! numbered   = ( "closure$" | "closure_env$" | "impl$" ) digits
//! ```
//!
//! The rules. Text that matches none of them is copied, so any string has a result:
//!
//! ```text
//! 1  the hash of legacy mangling        a::f::h0123456789abcdef                   a::f
//! 2  the disambiguator of a crate       a[1a2b]::f                                a::f
//! 3  generics                           a::f::<u8>, a::List<u8>::push             a::f, a::List::push
//! 4  braces and the `::` before         a::f::{closure#0}, a::f::{{closure}}      a::f
//! 5  numbered segments                  a::impl$1::f::closure_env$0               a::f
//! 6  `<T>` at the start of a type       <a::List<u8>>::push                       a::List::push
//! 7  `<T as P>` at the start of a type  <a::List<u8> as b::Show<u8>>::show        <a::List as b::Show>::show
//! 8  `<impl P for T>`                   c::<impl b::Show for a::List<u8>>::show   <a::List as b::Show>::show
//! 9  `<impl T>`                         a::<impl a::b::C>::f                      a::b::C::f
//! 10 the `>` of `->` closes nothing     a::f::<fn(u8) -> u8>::g                   a::f::g
//! 11 an unclosed bracket                a::f<u8                                   a::f
//! ```
//!
//! 2: only hexadecimal digits in brackets directly after an identifier. 8 and 9 replace the path before, which is the
//! module of the `impl` block. 11: the bracket ends with the text. Types nested more than 8 times are removed, so the time
//! is linear in the length of the name.

mod short;

pub use short::short;

/// Types that are nested deeper are removed.
const MAX_DEPTH: usize = 8;

/// Returns a name without the hash that the compiler appends, which differs between builds.
#[must_use]
pub fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((name, hash))
            if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            name
        }
        _ => name,
    }
}

/// Returns a name after all rules of the module.
///
/// ```
/// use vitte_diag::text::function_name::normalize;
///
/// assert_eq!(normalize("<vittec[1f]::List<u8> as core::fmt::Debug>::fmt"), "<vittec::List as core::fmt::Debug>::fmt");
/// assert_eq!(normalize("vittec::main::{{closure}}::h0123456789abcdef"), "vittec::main");
/// ```
#[must_use]
pub fn normalize(name: &str) -> String {
    path(without_hash(name).trim(), 0)
}

/// Returns true for the name of a closure.
#[must_use]
pub fn is_closure(name: &str) -> bool {
    let last = without_hash(name).rsplit("::").next().unwrap_or_default();
    ["{{closure", "{closure", "{async", "closure$"].iter().any(|prefix| last.starts_with(prefix))
}

fn path(name: &str, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("->") {
            out.push_str("->");
            rest = after;
            continue;
        }
        match c {
            '<' => {
                let (content, after) = group(rest, '<', '>');
                angle_brackets(&mut out, content, depth);
                rest = after;
            }
            '{' => {
                let (_, after) = group(rest, '{', '}');
                out.truncate(out.trim_end_matches("::").len());
                rest = after;
            }
            '[' if out.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                let (content, after) = group(rest, '[', ']');
                if !content.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    out.push('[');
                    out.push_str(content);
                    out.push(']');
                }
                rest = after;
            }
            _ => {
                out.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
    }
    let segments: Vec<&str> = out.split("::").filter(|part| !is_numbered(part)).collect();
    let out = segments.join("::");
    out.trim_end_matches("::").trim().to_owned()
}

/// Appends what remains of `<content>` to `out`: rules 3 and 6 to 9.
fn angle_brackets(out: &mut String, content: &str, depth: usize) {
    let nested = |name: &str| {
        if depth < MAX_DEPTH { path(name.trim(), depth + 1) } else { String::new() }
    };
    let begins_type = out.is_empty() || out.ends_with([' ', '&', '(', ',']);
    if let Some(block) = content.strip_prefix("impl ") {
        let name = match split(block, " for ") {
            Some((of, own)) => format!("<{} as {}>", nested(own), nested(of)),
            None => nested(block),
        };
        out.clear();
        out.push_str(&name);
    } else if !begins_type {
        out.truncate(out.trim_end_matches("::").len());
    } else if let Some((own, of)) = split(content, " as ") {
        out.push_str(&format!("<{} as {}>", nested(own), nested(of)));
    } else {
        out.push_str(&nested(content));
    }
}

/// Returns true for `closure$0`, `closure_env$0` and `impl$1`.
fn is_numbered(part: &str) -> bool {
    let number =
        ["closure$", "impl$", "closure_env$"].iter().find_map(|name| part.strip_prefix(name));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns the content of the brackets that `text` begins with, and the rest.
fn group(text: &str, open: char, close: char) -> (&str, &str) {
    let mut depth = 0_usize;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close && !(c == '>' && previous == '-') {
            depth -= 1;
            if depth == 0 {
                let content = text.get(open.len_utf8()..at).unwrap_or_default();
                return (content, text.get(at + c.len_utf8()..).unwrap_or_default());
            }
        }
        previous = c;
    }
    (text.get(open.len_utf8()..).unwrap_or_default(), "")
}

/// Splits a string at the first `separator`, which begins with a blank, outside of `<…>`.
fn split<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let mut depth = 0_usize;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if previous != '-' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => {
                if let Some(after) = text.get(at..).and_then(|rest| rest.strip_prefix(separator)) {
                    return Some((text.get(..at)?, after));
                }
            }
            _ => {}
        }
        previous = c;
    }
    None
}

/// Returns the crate of a normalised name: `vittec` of `<&mut vittec::Name as core::fmt::Display>::fmt`.
#[must_use]
pub fn crate_of(mut name: &str) -> &str {
    const PREFIXES: [&str; 8] = ["<", "&", "(", "[", "*const ", "*mut ", "mut ", "dyn "];
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)) {
        name = rest;
    }
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    name.get(..end).unwrap_or(name)
}
