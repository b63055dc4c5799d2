//! Paths and URIs, without access to the file system.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use vitte_diag::lsp;

/// The identity of a document: the URI of its path, in one spelling, or its URI if it has no path. Clients spell URIs
/// differently, such as `file:///c%3A/a` and `file:///C:/a`.
pub(crate) type Key = Arc<str>;

/// Returns the key of a URI, and the absolute path if it has one.
pub(crate) fn key_of_uri(uri: &str) -> (Key, Option<PathBuf>) {
    let path = lsp::path_of_uri(uri).filter(|path| path.is_absolute() && !is_lossy(path));
    match path.map(|path| normalized(&path)) {
        Some(path) => (key_of_path(&path), Some(path)),
        None => (uri.into(), None),
    }
}

/// Returns true if a part of a path could not be read as UTF-8. Other paths look the same then, so it identifies no file.
fn is_lossy(path: &Path) -> bool {
    path.to_string_lossy().contains(char::REPLACEMENT_CHARACTER)
}

/// Returns the key of an absolute path.
pub(crate) fn key_of_path(path: &Path) -> Key {
    let uri = lsp::uri_of_path(&normalized(path));
    uri.unwrap_or_else(|| path.to_string_lossy().into_owned()).into()
}

/// Removes `.`, and `..` with the name before it. So a path has one spelling, if no directory is a symbolic link.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => _ = out.pop(),
            component => out.push(component),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_path_has_one_spelling() {
        for (path, expected) in
            [("/a/./b/../c", "/a/c"), ("/../a", "/a"), ("/a//b/", "/a/b"), ("/", "/")]
        {
            assert_eq!(normalized(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn the_spellings_of_a_uri_have_one_key() {
        for uri in
            ["file:///a/%62.my", "file:///a/b.my", "FILE:///a/x/../b.my", "file://localhost/a/b.my"]
        {
            let (key, path) = key_of_uri(uri);
            assert_eq!((&*key, path.as_deref()), ("file:///a/b.my", Some(Path::new("/a/b.my"))));
        }
        for uri in [
            "untitled:Untitled-1",
            "vscode-notebook-cell:/a/b.my#X1",
            "",
            "a.my",
            "file:a.my",
            "file:///%FF",
        ] {
            assert_eq!(key_of_uri(uri), (uri.into(), None));
        }
    }
}
