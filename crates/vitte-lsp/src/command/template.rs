//! Arguments with placeholders, such as `--input={file}`.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

use vitte_diag::text::one_line;

/// A placeholder of an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Placeholder {
    File,
    Stdin,
    Dir,
    Root,
}

impl Placeholder {
    const ALL: [(&str, Self); 4] =
        [("file", Self::File), ("stdin", Self::Stdin), ("dir", Self::Dir), ("root", Self::Root)];
}

/// What the placeholders are replaced by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a> {
    pub(super) file: &'a Path,
    pub(super) dir: &'a Path,
    pub(super) root: &'a Path,
}

/// An argument in parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(OsString),
    Placeholder(Placeholder),
}

impl Template {
    /// Parses an argument. `{{` is a brace, and so is one that no letter and no `}` follows. An argument that is not UTF-8 has
    /// no placeholders.
    ///
    /// # Errors
    ///
    /// A placeholder that is not known.
    pub(super) fn parse(argument: &OsStr) -> Result<Self, CommandError> {
        let Some(mut rest) = argument.to_str() else {
            return Ok(Self(vec![Part::Text(argument.to_owned())]));
        };
        let (mut parts, mut text) = (Vec::new(), String::new());
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            rest = after;
            if let Some(after) = rest.strip_prefix('{') {
                text.push('{');
                rest = after;
                continue;
            }
            let Some((name, after)) = name(rest) else {
                text.push('{');
                continue;
            };
            let known = Placeholder::ALL.into_iter().find(|(known, _)| *known == name);
            let (_, placeholder) = known.ok_or_else(|| CommandError::unknown(name, argument))?;
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text).into()));
            }
            parts.push(Part::Placeholder(placeholder));
            rest = after;
        }
        text.push_str(rest);
        if !text.is_empty() || parts.is_empty() {
            parts.push(Part::Text(text.into()));
        }
        Ok(Self(parts))
    }

    pub(super) fn has(&self, placeholder: Placeholder) -> bool {
        self.0.contains(&Part::Placeholder(placeholder))
    }

    /// Returns the argument with the values of its placeholders, which need not be UTF-8.
    pub(super) fn expand(&self, values: Values<'_>) -> OsString {
        let mut out = OsString::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push(text),
                Part::Placeholder(Placeholder::File) => out.push(values.file),
                Part::Placeholder(Placeholder::Stdin) => out.push("-"),
                Part::Placeholder(Placeholder::Dir) => out.push(values.dir),
                Part::Placeholder(Placeholder::Root) => out.push(values.root),
            }
        }
        out
    }
}

/// Returns what is between a `{` and the next `}`, if it is empty or looks like a name, and what follows.
fn name(rest: &str) -> Option<(&str, &str)> {
    let (name, after) = rest.split_once('}')?;
    let is_name = name.chars().all(|c| c.is_alphanumeric() || "_-. ".contains(c))
        && name.chars().next().is_none_or(char::is_alphabetic);
    is_name.then_some((name, after))
}

/// Why a [`CompilerCommand`](super::CompilerCommand) is invalid.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum CommandError {
    /// The name of the program is empty.
    NoProgram,
    /// An argument has a placeholder that is not known.
    UnknownPlaceholder {
        /// The placeholder without braces.
        given: String,
        /// The argument.
        argument: String,
        /// The nearest known placeholder without braces.
        nearest: &'static str,
    },
}

impl CommandError {
    fn unknown(given: &str, argument: &OsStr) -> Self {
        let known = Placeholder::ALL.iter().map(|(name, _)| *name);
        let nearest = nearest(given, known).unwrap_or("file");
        let argument = argument.to_string_lossy().into_owned();
        Self::UnknownPlaceholder { given: given.to_owned(), argument, nearest }
    }
}

/// Returns the name that is most similar to a given one.
pub(crate) fn nearest<'n>(
    given: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let given = given.to_lowercase();
    let similarity = |name: &&str| strsim::jaro_winkler(name, &given);
    // The first one of several.
    known.into_iter().min_by(|a, b| similarity(b).total_cmp(&similarity(a)))
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProgram => f.write_str("the command has no program"),
            Self::UnknownPlaceholder { given, argument, nearest } => {
                let (given, argument) = (one_line(given), one_line(argument));
                write!(
                    f,
                    "unknown placeholder `{{{given}}}` in the argument `{argument}`: did you mean `{{{nearest}}}`? \
                     Known are {{file}}, {{stdin}}, {{dir}} and {{root}}; `{{{{` is a brace"
                )
            }
        }
    }
}

impl std::error::Error for CommandError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(argument: &str) -> String {
        let (file, dir, root) = (Path::new("/r/d/a b"), Path::new("/r/d"), Path::new("/r"));
        let template = Template::parse(argument.as_ref()).unwrap();
        template.expand(Values { file, dir, root }).into_string().unwrap()
    }

    #[test]
    fn placeholders_are_replaced_anywhere_in_an_argument() {
        for (argument, expected) in [
            ("{file}", "/r/d/a b"),
            ("--in={file},{file};", "--in=/r/d/a b,/r/d/a b;"),
            ("{stdin}", "-"),
            ("-I{dir}:{root}/include", "-I/r/d:/r/include"),
            ("", ""),
            ("{{file}", "{file}"),
            ("{{{file}}", "{/r/d/a b}"),
            ("{\"a\": {\"b\": 1}}", "{\"a\": {\"b\": 1}}"),
            ("a{", "a{"),
            ("a{file", "a{file"),
            ("é{1,2}}", "é{1,2}}"),
        ] {
            assert_eq!(expanded(argument), expected, "{argument}");
        }
    }

    #[test]
    fn unknown_placeholders_are_errors_with_the_nearest_known_one() {
        for (argument, given, nearest) in [
            ("--in={flie}", "flie", "file"),
            ("{FILE}", "FILE", "file"),
            ("{std-in}", "std-in", "stdin"),
            ("{directory}", "directory", "dir"),
            ("{rot}", "rot", "root"),
            ("{}", "", "file"),
        ] {
            let error = Template::parse(argument.as_ref()).unwrap_err();
            let argument = argument.to_owned();
            let given = given.to_owned();
            assert_eq!(error, CommandError::UnknownPlaceholder { given, argument, nearest });
        }
        let error = Template::parse("{flie}".as_ref()).unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown placeholder `{flie}` in the argument `{flie}`: did you mean `{file}`? Known are {file}, {stdin}, \
             {dir} and {root}; `{{` is a brace"
        );
    }

    #[test]
    #[cfg(unix)]
    fn arguments_and_paths_need_not_be_utf_8() {
        use std::os::unix::ffi::OsStrExt as _;

        let argument = OsStr::from_bytes(b"{file}\xff");
        let bytes = OsStr::from_bytes(b"/\xff");
        let file = Path::new(bytes);
        let values = Values { file, dir: file, root: file };
        assert_eq!(Template::parse(argument).unwrap().expand(values), argument);
        assert_eq!(Template::parse("{file}".as_ref()).unwrap().expand(values), bytes);
    }
}
