//! Patterns for paths, as in `.gitignore`.

use std::path::Path;

use globset::{Glob, GlobBuilder};

/// Which paths a pattern with a slash in its middle matches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Anchor {
    /// Those from the root, as in `.gitignore`.
    Root,
    /// Those from any directory.
    Anywhere,
}

/// Returns the globs for a pattern: a path matches the pattern if it matches one of them.
///
/// `*` and `?` match no slash, `**` matches any directories. A pattern without a slash matches in every directory; a leading
/// slash binds it to the root. What matches a directory matches everything below it, except a last component `*`, which
/// matches only files.
pub(super) fn globs(pattern: &str, anchor: Anchor) -> Result<Vec<Glob>, globset::Error> {
    let (body, is_directory) = match pattern.strip_suffix('/') {
        Some(body) => (body, true),
        None => (pattern, false),
    };
    let rooted = body.strip_prefix('/');
    let is_rooted = rooted.is_some() || (anchor == Anchor::Root && body.contains('/'));
    let prefix = if is_rooted { "" } else { "**/" };
    let body = rooted.unwrap_or(body);
    let last = body.rsplit('/').next().unwrap_or(body);
    let (itself, below) = (format!("{prefix}{body}"), format!("{prefix}{body}/**"));
    let patterns = match last {
        _ if is_directory => vec![below],
        "*" | "**" => vec![itself],
        _ => vec![itself, below],
    };
    let glob = |pattern: &String| {
        GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build()
    };
    patterns.iter().map(glob).collect()
}

/// The directory to which patterns are relative.
#[derive(Debug)]
pub(super) struct PatternRoot(Option<String>);

impl PatternRoot {
    pub(super) fn new(dir: &Path) -> Self {
        let dir = dir.canonicalize().ok().and_then(|dir| dir.into_os_string().into_string().ok());
        Self(dir.map(|dir| dir.trim_end_matches('/').to_owned()))
    }

    /// Returns the path of a file below the directory, as patterns match it; other paths are returned as they are.
    pub(super) fn relative<'p>(&self, path: &'p str) -> &'p str {
        let root = self.0.as_deref();
        let below = root.and_then(|root| path.strip_prefix(root)?.strip_prefix('/'));
        let below = below.unwrap_or(path);
        below.strip_prefix("./").unwrap_or(below)
    }
}

#[cfg(test)]
mod tests {
    use globset::GlobSetBuilder;

    use super::*;

    fn matches(pattern: &str, anchor: Anchor, path: &str) -> bool {
        let mut set = GlobSetBuilder::new();
        for glob in globs(pattern, anchor).unwrap() {
            set.add(glob);
        }
        set.build().unwrap().is_match(path)
    }

    #[test]
    fn paths_below_the_root_are_relative() {
        for (root, path, expected) in [
            (Some("/work/a"), "/work/a/src/x", "src/x"),
            (Some("/work/a"), "/work/ab/x", "/work/ab/x"),
            (Some("/work/a"), "src/x", "src/x"),
            (Some("/work/a"), "./src/x", "src/x"),
            (Some(""), "/src/x", "src/x"),
            (None, "/src/x", "/src/x"),
        ] {
            let root = PatternRoot(root.map(str::to_owned));
            assert_eq!(root.relative(path), expected, "{root:?}");
        }
    }

    #[test]
    fn patterns_match_as_in_gitignore() {
        for (pattern, matching, others) in [
            ("*.js", &["a.js", "x/y/a.js"][..], &["a.jsx", "js"][..]),
            (
                "/build/logs/",
                &["build/logs/a", "build/logs/x/a"],
                &["x/build/logs/a", "build/logs"],
            ),
            ("docs/*", &["docs/a.md"], &["docs/x/a.md", "x/docs/a.md"]),
            ("apps/", &["apps/a", "x/apps/y/a"], &["apps", "myapps/a"]),
            ("docs", &["docs", "docs/a", "x/docs/a"], &["docs.md"]),
            ("/docs/", &["docs/a"], &["x/docs/a"]),
            ("**/logs", &["logs/a", "build/logs/a", "x/logs"], &["logs.txt"]),
            ("/apps/github", &["apps/github", "apps/github/a"], &["x/apps/github", "apps/githubs"]),
            ("src/**/test.c", &["src/test.c", "src/a/b/test.c"], &["test.c"]),
            ("*", &["a", "x/a"], &[]),
            ("/*", &["a"], &["x/a"]),
            ("a?c", &["abc", "x/abc"], &["a/c", "ac"]),
        ] {
            for path in matching {
                assert!(matches(pattern, Anchor::Root, path), "{pattern} {path}");
            }
            for path in others {
                assert!(!matches(pattern, Anchor::Root, path), "{pattern} {path}");
            }
        }
        assert!(matches("docs/*", Anchor::Anywhere, "x/docs/a.md"));
        assert!(!matches("/docs/*", Anchor::Anywhere, "x/docs/a.md"));
    }
}
