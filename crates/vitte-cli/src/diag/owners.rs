//! `CODEOWNERS`: who owns a file.
//!
//! The syntax is that of [GitHub] or that of [GitLab], which a file has if it is in `.gitlab` or has a section.
//!
//! | | GitHub | GitLab |
//! |---|---|---|
//! | pattern with a slash in its middle | from the root | from any directory |
//! | several patterns match a file | the last one | the last one of each section |
//! | pattern without owners | no owner | the owners of the section |
//! | pattern that begins with `!` | not valid | no owner in this section |
//!
//! [GitHub]: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
//! [GitLab]: https://docs.gitlab.com/user/project/codeowners/reference/

use std::path::{Path, PathBuf};

use globset::{GlobSet, GlobSetBuilder};
use vitte_diag::{input, text};

use super::globs::{Anchor, PatternRoot, globs};
use super::input::reason;

/// Where the file is looked for: the first one that exists is read.
const PLACES: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];
/// The maximum size of the file in bytes, as on GitHub.
const MAX_BYTES: u64 = 3 << 20;

/// The owners of files.
#[derive(Debug)]
pub(super) struct Owners {
    globs: GlobSet,
    /// The index of the rule of each glob.
    rule_of: Vec<usize>,
    rules: Vec<Rule>,
    root: PatternRoot,
}

#[derive(Debug)]
struct Rule {
    /// The index of the section.
    section: usize,
    /// `None` if the files have no owner in this section, whatever other rules it has.
    owners: Option<Vec<String>>,
}

impl Owners {
    /// Reads the given file, or the one of the current directory.
    ///
    /// # Errors
    ///
    /// A message if there is none, it cannot be read, or a pattern is not valid.
    pub(super) fn load(given: Option<&Path>) -> Result<Self, String> {
        let path = match given {
            Some(path) => path.to_owned(),
            None => {
                PLACES.iter().map(PathBuf::from).find(|path| path.is_file()).ok_or_else(|| {
                    format!(
                        "there is no CODEOWNERS file ({}); --owners FILE names one",
                        PLACES.join(", ")
                    )
                })?
            }
        };
        let name = path.to_string_lossy();
        let name = text::one_line(&name);
        let bytes = input::read_file(&path, MAX_BYTES)
            .map_err(|error| format!("cannot read `{name}`: {}", reason(&error)))?;
        let is_gitlab = path.components().any(|part| part.as_os_str() == ".gitlab");
        Self::parse(&String::from_utf8_lossy(&bytes), is_gitlab)
            .map_err(|error| format!("{name}:{error}"))
    }

    /// Parses a file. The error begins with the number of the line.
    fn parse(file: &str, is_gitlab: bool) -> Result<Self, String> {
        let file = file.strip_prefix('\u{feff}').unwrap_or(file);
        let lines = || {
            file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
        };
        let is_gitlab = is_gitlab || lines().any(|line| section(line).is_some());
        let anchor = if is_gitlab { Anchor::Anywhere } else { Anchor::Root };
        let (mut set, mut rule_of, mut rules) = (GlobSetBuilder::new(), Vec::new(), Vec::new());
        let (mut sections, mut current, mut default) = (Vec::<String>::new(), 0, Vec::new());
        for (number, line) in (1_u32..).zip(file.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some((name, owners)) = section(line).filter(|_| is_gitlab) {
                // Sections with the same name are one.
                let name = name.to_lowercase();
                let known = sections.iter().position(|known| *known == name);
                current = 1 + known.unwrap_or(sections.len());
                if known.is_none() {
                    sections.push(name);
                }
                default = words(owners);
                continue;
            }
            let (pattern, owners) = split_pattern(line);
            let excluded = pattern.strip_prefix('!').filter(|_| is_gitlab);
            let pattern = excluded.unwrap_or(&pattern);
            let own = words(owners);
            let owners = match excluded {
                Some(_) => None,
                None if own.is_empty() => Some(default.clone()),
                None => Some(own),
            };
            let globs = globs(&literal_brackets(pattern), anchor)
                .map_err(|error| format!("{number}: {}", text::one_line(&error.to_string())))?;
            for glob in globs {
                set.add(glob);
                rule_of.push(rules.len());
            }
            rules.push(Rule { section: current, owners });
        }
        let globs = set.build().map_err(|error| {
            format!(
                " the patterns are too many or too long: {}",
                text::one_line(&error.to_string())
            )
        })?;
        Ok(Self { globs, rule_of, rules, root: PatternRoot::new(Path::new(".")) })
    }

    /// Returns the owners of a file, separated by spaces, or `None` if it has none.
    pub(super) fn of(&self, path: &str) -> Option<String> {
        let path = self.root.relative(path);
        let mut rules: Vec<_> =
            self.globs.matches(path).iter().filter_map(|glob| self.rule_of.get(*glob)).collect();
        rules.sort_unstable();
        // The last rule of each section, in the order of the sections.
        let mut last: Vec<(usize, &Rule)> = Vec::new();
        for rule in rules.into_iter().filter_map(|rule| self.rules.get(*rule)) {
            match last.iter_mut().find(|(section, _)| *section == rule.section) {
                Some((_, known)) if known.owners.is_some() => *known = rule,
                Some(_) => {}
                None => last.push((rule.section, rule)),
            }
        }
        last.sort_by_key(|(section, _)| *section);
        let mut owners: Vec<&str> = Vec::new();
        for owner in last.iter().filter_map(|(_, rule)| rule.owners.as_ref()).flatten() {
            if !owners.contains(&&**owner) {
                owners.push(owner);
            }
        }
        (!owners.is_empty()).then(|| owners.join(" "))
    }
}

/// Returns the name of a section and its owners, if the line begins one: `[Name] @owner`, `^[Name][2]`.
fn section(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?.split_once(']')?;
    let rest = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => rest,
    };
    let is_section =
        !name.trim().is_empty() && (rest.is_empty() || rest.starts_with([' ', '\t', '#']));
    is_section.then_some((name.trim(), rest))
}

/// Returns the pattern at the start of a line, and what follows. A backslash before a blank or `#` makes it a part of the
/// pattern.
fn split_pattern(line: &str) -> (String, &str) {
    let mut pattern = String::new();
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ' ' | '\t' => return (pattern, line.get(at..).unwrap_or_default()),
            '\\' => match chars.next() {
                Some((_, next @ (' ' | '\t' | '#'))) => pattern.push(next),
                Some((_, next)) => pattern.extend([c, next]),
                None => pattern.push_str("\\\\"),
            },
            c => pattern.push(c),
        }
    }
    (pattern, "")
}

/// Returns the owners in the rest of a line, without a comment.
fn words(rest: &str) -> Vec<String> {
    rest.split_whitespace().take_while(|word| !word.starts_with('#')).map(str::to_owned).collect()
}

/// Escapes brackets and braces, which stand for themselves here.
fn literal_brackets(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut is_escaped = false;
    for c in pattern.chars() {
        if matches!(c, '[' | ']' | '{' | '}') && !is_escaped {
            out.push('\\');
        }
        is_escaped = c == '\\' && !is_escaped;
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(file: &str, path: &str) -> Option<String> {
        Owners::parse(file, false).unwrap().of(path)
    }

    #[test]
    fn the_last_rule_that_matches_decides() {
        let file = "# comment\n* @all  # rest\n\n*.js @js @web\n/docs/ docs@example.com\napps/github\n/a\\ b/ @blank\n";
        for (path, expected) in [
            ("a.c", Some("@all")),
            ("x/a.js", Some("@js @web")),
            ("docs/a.js", Some("docs@example.com")),
            ("x/docs/a.c", Some("@all")),
            ("apps/github/a.c", None),
            ("x/apps/github/a.c", Some("@all")),
            ("a b/c", Some("@blank")),
            ("./docs/x", Some("docs@example.com")),
        ] {
            assert_eq!(owner(file, path).as_deref(), expected, "{path}");
        }
        assert_eq!(owner("", "a"), None);
    }

    #[test]
    fn brackets_are_no_patterns_on_github() {
        assert_eq!(owner("/[id]/{a,b} @x", "[id]/{a,b}").as_deref(), Some("@x"));
        assert_eq!(owner("/[id]/{a,b} @x", "i/a"), None);
        assert_eq!(owner("[id].tsx @x", "src/[id].tsx").as_deref(), Some("@x"));
    }

    #[test]
    fn sections_are_those_of_gitlab() {
        let file = "* @all\n[Docs][2] @docs\n*.md\ninternal/README.md @internal\n^[Data base] @dba\nmodel/ @model\n!model/x.rb\nmodel/ @model\n[DOCS]\n*.txt @text\n";
        for (path, expected) in [
            ("a.md", Some("@all @docs")),
            ("x/internal/README.md", Some("@all @internal")),
            ("model/a.rb", Some("@all @model")),
            ("model/x.rb", Some("@all")),
            ("model/a.md", Some("@all @docs @model")),
            ("a.txt", Some("@all @text")),
        ] {
            assert_eq!(owner(file, path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_pattern_that_is_not_valid_is_an_error() {
        let error = Owners::parse("* @all\na***\\\n", false);
        assert!(error.is_ok(), "a lone backslash stands for itself");
        let missing = Owners::load(Some(Path::new("/nonexistent/CODEOWNERS"))).unwrap_err();
        assert!(missing.starts_with("cannot read `/nonexistent/CODEOWNERS`: "), "{missing}");
    }
}
