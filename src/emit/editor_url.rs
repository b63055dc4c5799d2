//! Links that open a file in an editor.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::source::url;
use crate::text;

/// The URL with which an editor opens a file at a line and a column, for the links of paths.
///
/// The template has the placeholders `{path}`, the absolute path with `/` as separator, `{line}` and `{column}`, both
/// 1-based. The path is percent-encoded. A `/` before `{path}` and the one at the start of the path are one.
///
/// ```
/// use vitte_diag::EditorUrl;
///
/// let url: EditorUrl = "vscode://file/{path}:{line}:{column}".parse()?;
/// assert!("vscode://file/{path}:{row}".parse::<EditorUrl>().is_err());
/// # Ok::<(), vitte_diag::EditorUrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EditorUrl {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Part {
    /// Characters of a URL.
    Text(String),
    Path,
    Line,
    Column,
}

const LINE: &str = "{line}";
const COLUMN: &str = "{column}";

impl EditorUrl {
    /// Returns the URL of a file with [`LINE`] and [`COLUMN`] in it, for [`at`]. `file_url` is the `file:` URL of the
    /// file.
    pub(super) fn of_file(&self, file_url: &str) -> String {
        let path = file_url.strip_prefix("file://").unwrap_or(file_url);
        let mut url = String::with_capacity(path.len() + 48);
        for part in &self.parts {
            match part {
                Part::Text(text) => url.push_str(text),
                // The two slashes before a host are not the start of a path.
                Part::Path if url.ends_with('/') && !url.ends_with("://") => {
                    url.push_str(path.strip_prefix('/').unwrap_or(path));
                }
                Part::Path => url.push_str(path),
                Part::Line => url.push_str(LINE),
                Part::Column => url.push_str(COLUMN),
            }
        }
        url
    }
}

/// Returns the URL of a line and a column in a file, both 1-based. `url` is a `file:` URL, which has neither, or the
/// result of [`EditorUrl::of_file`]. A percent-encoded path has no braces.
pub(super) fn at(url: &str, line: u32, column: u32) -> Cow<'_, str> {
    if !url.contains('{') {
        return url.into();
    }
    url.replace(LINE, &line.to_string()).replace(COLUMN, &column.to_string()).into()
}

impl FromStr for EditorUrl {
    type Err = EditorUrlError;

    fn from_str(template: &str) -> Result<Self, Self::Err> {
        let error = |reason| EditorUrlError { reason };
        let scheme = template.split_once(':').map_or("", |(scheme, _)| scheme);
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_scheme)
        {
            return Err(error(Reason::NoScheme));
        }
        // A page with the output would run these.
        if ["javascript", "vbscript", "data"].iter().any(|name| scheme.eq_ignore_ascii_case(name)) {
            return Err(error(Reason::Script(scheme.to_owned())));
        }
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((before, placeholder)) = rest.split_once('{') {
            let (name, after) = placeholder.split_once('}').ok_or_else(|| error(Reason::Open))?;
            parts.push(Part::Text(url::encoded(before).into_owned()));
            parts.push(match name {
                "path" => Part::Path,
                "line" => Part::Line,
                "column" => Part::Column,
                _ => return Err(error(Reason::Unknown(name.to_owned()))),
            });
            rest = after;
        }
        parts.push(Part::Text(url::encoded(rest).into_owned()));
        if parts.contains(&Part::Path) { Ok(Self { parts }) } else { Err(error(Reason::NoPath)) }
    }
}

/// Writes the template.
impl fmt::Display for EditorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| {
            f.write_str(match part {
                Part::Text(text) => text,
                Part::Path => "{path}",
                Part::Line => LINE,
                Part::Column => COLUMN,
            })
        })
    }
}

/// The error for a text that is not the template of an [`EditorUrl`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EditorUrlError {
    reason: Reason,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Reason {
    NoScheme,
    NoPath,
    Open,
    /// The scheme of a program instead of a document.
    Script(String),
    /// The name between braces.
    Unknown(String),
}

impl fmt::Display for EditorUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::NoScheme => {
                f.write_str("the URL does not begin with a scheme such as `vscode:`")
            }
            Reason::NoPath => f.write_str("the URL does not contain the placeholder `{path}`"),
            Reason::Open => {
                f.write_str("`{` without `}`; placeholders are `{path}`, `{line}` and `{column}`")
            }
            Reason::Script(scheme) => write!(f, "a link may not have the scheme `{scheme}:`"),
            Reason::Unknown(name) => {
                let name = text::one_line(name);
                write!(
                    f,
                    "unknown placeholder `{{{name}}}`; expected `{{path}}`, `{{line}}` or `{{column}}`"
                )
            }
        }
    }
}

impl std::error::Error for EditorUrlError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(template: &str, file_url: &str) -> String {
        let template: EditorUrl = template.parse().unwrap();
        at(&template.of_file(file_url), 12, 7).into_owned()
    }

    #[test]
    fn placeholders_are_replaced() {
        let file = "file:///home/ana/a%20b.vitte";
        for (template, expected) in [
            ("vscode://file/{path}:{line}:{column}", "vscode://file/home/ana/a%20b.vitte:12:7"),
            ("vscode://file{path}:{line}", "vscode://file/home/ana/a%20b.vitte:12"),
            ("file://{path}#{line}", "file:///home/ana/a%20b.vitte#12"),
            ("file:///{path}", "file:///home/ana/a%20b.vitte"),
            ("x-ed:open?l={line}&f={path}", "x-ed:open?l=12&f=/home/ana/a%20b.vitte"),
            ("x:{column}{column} \u{1b}é{path}", "x:77%20%1B%C3%A9/home/ana/a%20b.vitte"),
        ] {
            assert_eq!(url(template, file), expected, "{template}");
        }
        let windows = url("vscode://file/{path}:{line}", "file:///C:/a.vitte");
        assert_eq!(windows, "vscode://file/C:/a.vitte:12");
    }

    #[test]
    fn the_path_is_not_a_placeholder() {
        // `url::path` encodes braces.
        let file_url = format!("file://{}", url::path("/{line}/{column}"));
        assert_eq!(url("x:{path}", &file_url), "x:/%7Bline%7D/%7Bcolumn%7D");
        assert_eq!(at("file:///a", 1, 2), "file:///a");
    }

    #[test]
    fn a_wrong_template_is_explained() {
        let error = |template: &str| template.parse::<EditorUrl>().unwrap_err().to_string();
        for (template, expected) in [
            ("", "the URL does not begin with a scheme such as `vscode:`"),
            ("/usr/bin/vi {path}", "the URL does not begin with a scheme such as `vscode:`"),
            ("vscode://file", "the URL does not contain the placeholder `{path}`"),
            ("x:{path", "`{` without `}`; placeholders are `{path}`, `{line}` and `{column}`"),
            ("JavaScript:{path}", "a link may not have the scheme `JavaScript:`"),
            ("x:{path}{}", "unknown placeholder `{}`; expected `{path}`, `{line}` or `{column}`"),
            (
                "x:{path}:{ro\u{1b}w}",
                "unknown placeholder `{ro␛w}`; expected `{path}`, `{line}` or `{column}`",
            ),
        ] {
            assert_eq!(error(template), expected, "{template}");
        }
    }

    #[test]
    fn templates_are_written_back() {
        for template in ["vscode://file/{path}:{line}:{column}", "x:{path}?é"] {
            let parsed: EditorUrl = template.parse().unwrap();
            assert_eq!(parsed.to_string().parse(), Ok(parsed.clone()), "{template}");
        }
    }
}
