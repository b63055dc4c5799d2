//! The environment variables that a capsule contains, and those that a replay takes from one.

use std::borrow::Cow;

/// The longest value that a replay takes from a capsule, in bytes. All values are shown before a replay, so a longer
/// one would hide the others.
const MAX_REPLAYED_BYTES: usize = 1024;
/// The longest name of a locale or a terminal, in bytes.
const MAX_LOCALE_BYTES: usize = 100;
/// A prefix that is derived from a program has at least this many letters and digits. `LD_`, for a linker named
/// `ld`, is the prefix of the variables of the dynamic loader.
#[cfg(feature = "replay")]
const MIN_PREFIX_LETTERS: usize = 3;

/// Whether a replay may set a variable to the value that a capsule has for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InReplay {
    /// The value describes the other machine, or decides which files are read or which programs run.
    No,
    /// The value is the name of a locale or a terminal, or a flag.
    PlainName,
}

/// The variables that every program has, each with its use in a replay. A name that ends in `_` is a prefix.
const COMMON: [(&str, InReplay); 10] = [
    ("PATH", InReplay::No),
    ("USER", InReplay::No),
    ("HOME", InReplay::No),
    ("LANG", InReplay::PlainName),
    ("LC_", InReplay::PlainName),
    ("SHELL", InReplay::No),
    ("TERM", InReplay::PlainName),
    ("PWD", InReplay::No),
    ("OS", InReplay::No),
    ("CI", InReplay::PlainName),
];

/// Returns a path of a report, in which `~` is the home directory, with that of this user: `HOME`.
#[must_use]
pub fn with_home(path: &str) -> Cow<'_, str> {
    let home = std::env::var("HOME").ok().filter(|home| home.starts_with('/'));
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Cow::Owned(format!("{}/{rest}", home.trim_end_matches('/'))),
        _ => Cow::Borrowed(path),
    }
}

/// The list of the environment variables that are safe to capture, and of those that are safe to set again. Both are
/// lists of what is allowed: a variable that is in neither is neither captured nor set.
///
/// | variable | captured | set by a replay |
/// |---|---|---|
/// | `LANG`, `LC_*`, `TERM`, `CI` | yes | if the value is a plain name, such as `C.UTF-8` |
/// | `PATH`, `USER`, `HOME`, `SHELL`, `PWD`, `OS` | yes | no |
/// | those with the prefix of the program | yes | if the value is short; names that begin with `VITTE_` are not set |
///
/// ```
/// use vitte_capsule::SafeVariables;
///
/// let safe = SafeVariables::of_program("my-cc");
/// assert!(safe.is_captured("HOME") && safe.is_captured("MY_CC_JOBS"));
/// assert!(safe.is_safe_in_replay("MY_CC_JOBS", "4") && safe.is_safe_in_replay("LANG", "de_DE.UTF-8"));
/// assert!(!safe.is_safe_in_replay("HOME", "/home/ada") && !safe.is_safe_in_replay("GIT_CONFIG_COUNT", "1"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SafeVariables {
    /// Empty for no variables besides the common ones.
    prefix: String,
}

impl SafeVariables {
    /// Returns the list for a program. The prefix of its own variables is its name in capitals with `_` for every
    /// other character, and a `_` at the end: `MY_CC_` for `my-cc`.
    #[must_use]
    pub fn of_program(name: &str) -> Self {
        let to_env_char =
            |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        Self { prefix: name.chars().map(to_env_char).chain(['_']).collect() }
    }

    /// Returns the list for a program whose own variables have a prefix. An empty one allows only the common
    /// variables.
    #[must_use]
    pub fn with_prefix(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into() }
    }

    /// Returns the prefix of the program's own variables; empty if there is none.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns whether the prefix has enough letters to belong to one program only.
    #[cfg(feature = "replay")]
    pub(crate) fn has_distinct_prefix(&self) -> bool {
        self.prefix.chars().filter(char::is_ascii_alphanumeric).count() >= MIN_PREFIX_LETTERS
    }

    /// Returns whether a capsule contains the variable.
    #[must_use]
    pub fn is_captured(&self, name: &str) -> bool {
        common(name).is_some() || self.is_own(name)
    }

    /// Returns whether a replay sets the variable to this value from a capsule, which anyone may have written.
    #[must_use]
    pub fn is_safe_in_replay(&self, name: &str, value: &str) -> bool {
        match common(name) {
            Some(InReplay::No) => false,
            Some(InReplay::PlainName) => is_plain_name(value),
            None => {
                let is_env_char =
                    |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
                self.is_own(name)
                    && name.chars().all(is_env_char)
                    // They decide where crashes are stored and where symbols are found.
                    && !name.starts_with("VITTE_")
                    && value.len() <= MAX_REPLAYED_BYTES
                    && !value.contains('\0')
            }
        }
    }

    fn is_own(&self, name: &str) -> bool {
        !self.prefix.is_empty() && name.starts_with(&self.prefix)
    }
}

fn common(name: &str) -> Option<InReplay> {
    let matches = |safe: &str| match safe.ends_with('_') {
        true => name.starts_with(safe),
        false => name == safe,
    };
    // A longer name that begins like a locale variable is not one: those have only capital letters.
    let is_capital = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    COMMON.into_iter().find(|(safe, _)| matches(safe) && is_capital).map(|(_, replay)| replay)
}

/// Returns whether a value is the name of a locale or a terminal, or a flag. The C library reads the name of a locale
/// with a `/` as a path.
fn is_plain_name(value: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.@+:".contains(c);
    value.len() <= MAX_LOCALE_BYTES && !value.starts_with('.') && value.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_sets_only_what_is_listed() {
        let safe = SafeVariables::of_program("vittec");
        for (name, value) in [
            ("LANG", "C.UTF-8"),
            ("LC_ALL", "de_DE.UTF-8@euro"),
            ("LC_MESSAGES", ""),
            ("TERM", "xterm-256color"),
            ("CI", "true"),
            ("VITTEC_JOBS", "a b\n\u{202e}"),
        ] {
            assert!(safe.is_captured(name) && safe.is_safe_in_replay(name, value), "{name}");
        }
        let long = "x".repeat(MAX_REPLAYED_BYTES + 1);
        for (name, value) in [
            ("PATH", "/evil"),
            ("HOME", "/evil"),
            ("SHELL", "/bin/sh"),
            ("PWD", "/"),
            ("LANG", "../../evil"),
            ("LC_ALL", "/evil/locale"),
            ("LC_CTYPE", "a b"),
            ("LC_ALL%%", "C"),
            ("LC_%1", "C"),
            ("TERM", ".."),
            ("VITTEC_FUNC_date%%", "() { evil; }"),
            ("VITTEC_=", "x"),
            ("VITTEC_X", "\0"),
            ("VITTEC_LONG", &long),
            ("vittec_x", "x"),
            ("BASH_FUNC_date%%", "() { evil; }"),
            ("GIT_CONFIG_COUNT", "1"),
            ("NODE_PATH", "."),
            ("LD_PRELOAD", "x.so"),
            ("VITTE_CRASH_DIR", "/elsewhere"),
            ("", ""),
        ] {
            assert!(!safe.is_safe_in_replay(name, value), "{name}");
        }
        // The crash directory of the replay is not that of the capsule.
        assert!(!SafeVariables::of_program("vitte").is_safe_in_replay("VITTE_CRASH_DIR", "x"));
        assert!(!SafeVariables::with_prefix("").is_safe_in_replay("X", "x"));
    }

    #[test]
    fn the_prefix_is_the_name_of_the_program() {
        assert_eq!(SafeVariables::of_program("my-cc 2").prefix(), "MY_CC_2_");
        assert!(SafeVariables::of_program("x").is_captured("X_Y"));
        assert!(!SafeVariables::of_program("x").is_captured("XY"));
        #[cfg(feature = "replay")]
        assert_eq!(
            ["ld", "x", "", "gcc"]
                .map(|name| SafeVariables::of_program(name).has_distinct_prefix()),
            [false, false, false, true]
        );
    }
}
