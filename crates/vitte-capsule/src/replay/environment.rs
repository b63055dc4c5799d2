//! The environment of a replay: the recorded variables that are safe to set. Of this process's environment, only
//! `PATH` is passed on.

use std::collections::BTreeMap;

use super::REDACTED;

/// Prefixes of variables that change which libraries a program loads.
const LOADER_PREFIXES: &[&str] = &["LD_", "DYLD_"];
/// Variables that make a program run or load other code.
const CODE_LOADING: &[&str] = &[
    "BASH_ENV",
    "ENV",
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "IFS",
    "JAVA_TOOL_OPTIONS",
    "NODE_OPTIONS",
    "PERL5LIB",
    "PERL5OPT",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "RUBYOPT",
    "RUSTC_WRAPPER",
];

/// Variables that the replay sets or that do not apply to its directory.
const OVERRIDDEN: &[&str] = &["PATH", "PWD", "TEMP", "TMP", "TMPDIR"];

/// The recorded environment of a capsule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct ReplayEnvironment {
    /// The variables that are set.
    pub(super) variables: BTreeMap<String, String>,
    /// The names of variables whose values are redacted. They are not set.
    pub(super) redacted: Vec<String>,
    /// The names of variables that are invalid or unsafe. They are not set, because a capsule is untrusted.
    pub(super) rejected: Vec<String>,
}

impl ReplayEnvironment {
    pub(super) fn new(recorded: &BTreeMap<String, String>) -> Self {
        let mut environment = Self::default();
        for (name, value) in recorded {
            let is_valid = !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0');
            let upper = name.to_ascii_uppercase();
            // Instead of the home directory and the user of another machine.
            let is_personal = matches!(&**value, "~" | "$USER");
            let is_overridden =
                upper.starts_with("VITTE_CRASH") || OVERRIDDEN.contains(&&*upper) || is_personal;
            let is_unsafe = LOADER_PREFIXES.iter().any(|prefix| upper.starts_with(prefix))
                || CODE_LOADING.contains(&&*upper);
            if value.contains(REDACTED) {
                environment.redacted.push(name.clone());
            } else if is_overridden {
                // Omitted without a note.
            } else if is_unsafe || !is_valid {
                environment.rejected.push(name.clone());
            } else {
                environment.variables.insert(name.clone(), value.clone());
            }
        }
        environment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redacted_and_unsafe_variables_are_not_set() {
        let recorded = [
            ("LANG", "C.UTF-8"),
            ("API_TOKEN", "[redacted]"),
            ("URL", "https://[redacted]@host"),
            ("LD_PRELOAD", "sources/x.so"),
            ("bash_env", "x"),
            ("PATH", "/evil"),
            ("HOME", "~"),
            ("USER", "$USER"),
            ("VITTE_CRASH_DIR", "/elsewhere"),
            ("A=B", "x"),
            ("NUL", "\0"),
            ("", "x"),
        ];
        let recorded = recorded.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let environment = ReplayEnvironment::new(&recorded);
        assert_eq!(environment.variables.keys().collect::<Vec<_>>(), ["LANG"]);
        assert_eq!(environment.redacted, ["API_TOKEN", "URL"]);
        assert_eq!(environment.rejected, ["", "A=B", "LD_PRELOAD", "NUL", "bash_env"]);
    }
}
