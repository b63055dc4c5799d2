//! Normalises paths for display, so that they are the same on every machine.

use std::path::{Component, Path};

use super::url;

/// Returns `path` with `/` as separator, `.` and `..` resolved lexically, and relative to `root` if it is below
/// it. Does not access the file system.
///
/// An empty path and `root` itself become `.`. Bytes that are not Unicode are replaced by U+FFFD.
///
/// The name of a [virtual](is_virtual) file, such as `<stdin>`, is returned unchanged.
pub(super) fn normalize(path: &Path, root: Option<&Path>) -> String {
    if let Some(name) = path.to_str().filter(|name| is_virtual(name)) {
        return name.to_owned();
    }
    let path = PathParts::new(path);
    let relative = root.map(PathParts::new).and_then(|root| path.relative_to(&root));
    relative.unwrap_or(path).to_text()
}

/// Returns true if `path` is a name in angle brackets, such as `<stdin>`: a source that is not a file on disk.
pub(crate) fn is_virtual(path: &str) -> bool {
    path.starts_with('<') && path.ends_with('>')
}

/// Returns the `file:` URL of a normalised path. A relative path is resolved against `root`. Returns `None` if
/// the result is not absolute.
pub(crate) fn file_url(path: &str, root: Option<&Path>) -> Option<String> {
    let resolved = match root {
        Some(root) => normalize(&root.join(path), None),
        None => path.to_owned(),
    };
    let slash = if resolved.starts_with('/') { "" } else { "/" };
    let is_absolute = PathParts::new(Path::new(&resolved)).absolute;
    is_absolute.then(|| format!("file://{slash}{}", url::path(&resolved).replace("%3A", ":")))
}

/// A path in parts, without `.` and without `..` after a name.
#[derive(PartialEq)]
struct PathParts {
    /// A drive or share on Windows, else empty.
    prefix: String,
    absolute: bool,
    names: Vec<String>,
}

impl PathParts {
    fn new(path: &Path) -> Self {
        let mut parts = Self { prefix: String::new(), absolute: false, names: Vec::new() };
        for component in path.components() {
            match component {
                Component::Prefix(prefix) => {
                    parts.prefix = prefix.as_os_str().to_string_lossy().replace('\\', "/");
                }
                Component::RootDir => parts.absolute = true,
                Component::CurDir => {}
                Component::ParentDir => match parts.names.last() {
                    Some(name) if name != ".." => _ = parts.names.pop(),
                    _ if parts.absolute => {}
                    _ => parts.names.push("..".to_owned()),
                },
                Component::Normal(name) => parts.names.push(name.to_string_lossy().into_owned()),
            }
        }
        parts
    }

    /// Returns the path relative to `root`, or `None` if it is not below `root`.
    fn relative_to(&self, root: &Self) -> Option<Self> {
        if !self.absolute || !root.absolute || self.prefix != root.prefix {
            return None;
        }
        let names = self.names.strip_prefix(root.names.as_slice())?.to_vec();
        Some(Self { prefix: String::new(), absolute: false, names })
    }

    fn to_text(&self) -> String {
        let root = if self.absolute { "/" } else { "" };
        let text = format!("{}{root}{}", self.prefix, self.names.join("/"));
        if text.is_empty() { ".".to_owned() } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved_lexically() {
        for (path, expected) in [
            ("a.vitte", "a.vitte"),
            ("./src/./a.vitte", "src/a.vitte"),
            ("src//lib/../a.vitte", "src/a.vitte"),
            ("../a.vitte", "../a.vitte"),
            ("a/../../b", "../b"),
            ("/../a", "/a"),
            ("", "."),
            ("<command line>", "<command line>"),
            ("<https://a.example/./b/..>", "<https://a.example/./b/..>"),
        ] {
            assert_eq!(normalize(Path::new(path), None), expected, "{path}");
        }
    }

    #[test]
    fn paths_below_the_root_are_relative_to_it() {
        let root = Some(Path::new("/home/ana/./ws/"));
        for (path, expected) in [
            ("/home/ana/ws/src/a.vitte", "src/a.vitte"),
            ("/home/ana/ws", "."),
            ("/home/ana/wsx/a.vitte", "/home/ana/wsx/a.vitte"),
            ("/home/ana/ws/../b.vitte", "/home/ana/b.vitte"),
            ("src/a.vitte", "src/a.vitte"),
        ] {
            assert_eq!(normalize(Path::new(path), root), expected, "{path}");
        }
    }

    #[test]
    fn urls_need_an_absolute_path_and_are_percent_encoded() {
        let root = Some(Path::new("/home/ana"));
        assert_eq!(file_url("src/a b.vitte", root).unwrap(), "file:///home/ana/src/a%20b.vitte");
        assert_eq!(file_url("../é#?%.vitte", root).unwrap(), "file:///home/%C3%A9%23%3F%25.vitte");
        assert_eq!(file_url("/x/\u{1b}\n", None).unwrap(), "file:///x/%1B%0A");
        assert_eq!(file_url("src/a.vitte", None), None);
        assert_eq!(file_url("src/a.vitte", Some(Path::new("ws"))), None);
    }
}
