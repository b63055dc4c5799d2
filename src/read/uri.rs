//! The paths of URIs.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// What a URI refers to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Resource {
    /// A file with a path. The path of a relative reference is relative.
    Path(String),
    /// A document of an editor that is not on disk, with its name.
    Untitled(String),
    /// Anything else, as a name in angle brackets: the URI itself.
    Virtual(String),
}

impl Resource {
    /// Returns what a URI or a relative reference (RFC 3986) refers to.
    ///
    /// `?` and `#` are part of a path: tools write paths such as `C#/a.cs` without encoding them.
    pub(super) fn new(uri: &str) -> Self {
        match scheme(uri) {
            // Of another machine.
            None if uri.starts_with("//") => {
                file_path(uri).map_or_else(|| Self::Virtual(bracketed(uri)), Self::Path)
            }
            None => Self::Path(decoded(uri)),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
                file_path(rest).map_or_else(|| Self::Virtual(bracketed(uri)), Self::Path)
            }
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("untitled") => {
                Self::Untitled(decoded(rest))
            }
            Some(_) => Self::Virtual(bracketed(uri)),
        }
    }
}

/// Returns the path of a `file:` URI, or `None` for another URI.
pub(super) fn file_uri_path(uri: &str) -> Option<String> {
    let (scheme, rest) = scheme(uri)?;
    scheme.eq_ignore_ascii_case("file").then(|| file_path(rest)).flatten()
}

/// Returns a name in angle brackets, the path of a source that is not a file.
pub(super) fn bracketed(name: &str) -> String {
    if crate::source::is_virtual(name) { name.to_owned() } else { format!("<{name}>") }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Splits a URI at the colon of its scheme. A single letter is the drive of a Windows path.
fn scheme(uri: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = uri.split_once(':')?;
    let is_name = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_name.then_some((scheme, rest))
}

/// Returns the path of what follows `file:`. Returns `None` for a file on another machine, except on Windows, where
/// it has a path.
fn file_path(rest: &str) -> Option<String> {
    let path = match rest.strip_prefix("//") {
        None => rest,
        Some(rest) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                let path = || format!("//{}{}", decoded(host), decoded(path));
                return cfg!(windows).then(path);
            }
            path
        }
    };
    let path = decoded(path);
    Some(match path.strip_prefix('/').filter(|path| has_drive(path)) {
        Some(path) => path.to_owned(),
        None => path,
    })
}

/// Returns true for `C:/a` and `c:`.
fn has_drive(path: &str) -> bool {
    let mut chars = path.chars();
    let is_drive =
        chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':');
    is_drive && matches!(chars.next(), None | Some('/' | '\\'))
}

/// Returns `path` below the directory `base`, or `path` itself if it is absolute.
pub(super) fn join<'p>(base: &str, path: &'p str) -> Cow<'p, str> {
    let is_absolute = path.starts_with('/') || has_drive(path);
    let separator = if base.ends_with('/') || base.is_empty() { "" } else { "/" };
    if is_absolute { path.into() } else { format!("{base}{separator}{path}").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_uris_are_paths() {
        for (uri, path) in [
            ("file:///home/ana/a%20b.c", "/home/ana/a b.c"),
            ("file:///a%25b%C3%A9.c", "/a%bé.c"),
            ("FILE:///a.c", "/a.c"),
            ("file:/a.c", "/a.c"),
            ("file://localhost/a.c", "/a.c"),
            ("file:///C:/ana/a.c", "C:/ana/a.c"),
            ("file:///c%3A/ana/a.c", "c:/ana/a.c"),
            ("file:///c:x/a.c", "/c:x/a.c"),
            ("src/a%20b.c", "src/a b.c"),
            ("/src/a.c", "/src/a.c"),
            (r"C:\src\a.c", r"C:\src\a.c"),
            ("C#/a.cs", "C#/a.cs"),
            ("a%zz%", "a%zz%"),
            ("%3Cstdin%3E", "<stdin>"),
            ("", ""),
        ] {
            assert_eq!(Resource::new(uri), Resource::Path(path.to_owned()), "{uri}");
        }
    }

    #[test]
    fn other_uris_are_not_paths() {
        let untitled = |name: &str| Resource::Untitled(name.to_owned());
        assert_eq!(Resource::new("untitled:Untitled-1"), untitled("Untitled-1"));
        assert_eq!(Resource::new("untitled:%3Cstdin%3E"), untitled("<stdin>"));
        for uri in ["git:/a.c?ref=1", "https://example.com/a%20b.js", "jdt://contents/a.class"] {
            assert_eq!(Resource::new(uri), Resource::Virtual(format!("<{uri}>")));
        }
        if !cfg!(windows) {
            for remote in ["file://server/share/a.c", "//server/share/a.c"] {
                assert_eq!(Resource::new(remote), Resource::Virtual(format!("<{remote}>")));
            }
        }
    }

    #[test]
    fn paths_are_joined() {
        assert_eq!(join("/home/ana", "src/a.c"), "/home/ana/src/a.c");
        assert_eq!(join("/home/ana/", "a.c"), "/home/ana/a.c");
        assert_eq!(join("", "a.c"), "a.c");
        assert_eq!(join("/home/ana/", "/a.c"), "/a.c");
        assert_eq!(join("/home/ana/", "C:/a.c"), "C:/a.c");
    }
}
