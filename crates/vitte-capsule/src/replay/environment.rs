//! The environment of a replay: what the capsule has of it, and nothing else of this one but `PATH`.

use std::collections::BTreeMap;

use super::MASKED;

/// Names that begin like this change which code a program loads.
const LOADERS: &[&str] = &["LD_", "DYLD_"];
/// These have a program run or load something else.
const LEFT_OUT: &[&str] = &[
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

/// The replay has its own.
const OWN: &[&str] = &["PATH", "PWD", "TEMP", "TMP", "TMPDIR"];

/// The variables that a capsule gives a replay.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Environment {
    pub(super) variables: BTreeMap<String, String>,
    /// Names of those whose values are not known.
    pub(super) masked: Vec<String>,
    /// Names of those that are not taken from a file that may come from anywhere.
    pub(super) refused: Vec<String>,
}

impl Environment {
    pub(super) fn new(recorded: &BTreeMap<String, String>) -> Self {
        let mut environment = Self::default();
        for (name, value) in recorded {
            let is_name = !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0');
            let upper = name.to_ascii_uppercase();
            let is_own = upper.starts_with("VITTE_CRASH") || OWN.contains(&&*upper);
            let is_risk =
                LOADERS.iter().any(|begin| upper.starts_with(begin)) || LEFT_OUT.contains(&&*upper);
            if value.contains(MASKED) {
                environment.masked.push(name.clone());
            } else if is_own {
                // The replay has its own.
            } else if is_risk || !is_name {
                environment.refused.push(name.clone());
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
    fn what_is_masked_or_loads_code_is_left_out() {
        let recorded = [
            ("LANG", "C.UTF-8"),
            ("API_TOKEN", "<masked>"),
            ("URL", "https://<masked>@host"),
            ("LD_PRELOAD", "sources/x.so"),
            ("bash_env", "x"),
            ("PATH", "/evil"),
            ("VITTE_CRASH_DIR", "/elsewhere"),
            ("A=B", "x"),
            ("NUL", "\0"),
            ("", "x"),
        ];
        let recorded = recorded.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let environment = Environment::new(&recorded);
        assert_eq!(environment.variables.keys().collect::<Vec<_>>(), ["LANG"]);
        assert_eq!(environment.masked, ["API_TOKEN", "URL"]);
        assert_eq!(environment.refused, ["", "A=B", "LD_PRELOAD", "NUL", "bash_env"]);
    }
}
