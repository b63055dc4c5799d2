//! The environment of a replay: what an allow list takes from the capsule, `PATH`, and what the replay sets itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::REDACTED;
use crate::environment::SafeVariables;
use crate::repository::Repository;

/// The limit of the variables from a capsule: all of them are shown.
const MAX_VARIABLES: usize = 64;

/// Where the value of an environment variable comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum VariableOrigin {
    /// The capsule, which anyone may have written.
    Capsule,
    /// The environment of this process.
    Machine,
    /// The replay itself.
    Replay,
}

/// An environment variable of a replay.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ReplayVariable {
    /// The name.
    pub name: String,
    /// The value. It may have any character; in the value of [`VariableOrigin::Replay`] the name of the directory is
    /// not known yet, and is [`ReplayPlan::DIR_PATTERN`](super::ReplayPlan::DIR_PATTERN).
    pub value: OsString,
    /// Where the value comes from.
    pub origin: VariableOrigin,
}

/// The recorded environment of a capsule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct ReplayEnvironment {
    /// The variables that are set.
    pub(super) variables: BTreeMap<String, String>,
    /// The names of variables whose values are redacted. They are not set.
    pub(super) redacted: Vec<String>,
    /// The names of other variables that are not set, without those that describe the other machine.
    pub(super) rejected: Vec<String>,
}

impl ReplayEnvironment {
    pub(super) fn new(recorded: &BTreeMap<String, String>, safe: &SafeVariables) -> Self {
        let mut environment = Self::default();
        for (name, value) in recorded {
            if safe.is_safe_in_replay(name, value) && environment.variables.len() < MAX_VARIABLES {
                match value.contains(REDACTED) {
                    true => environment.redacted.push(name.clone()),
                    false => _ = environment.variables.insert(name.clone(), value.clone()),
                }
            } else if !is_of_machine(name) {
                environment.rejected.push(name.clone());
            }
        }
        environment
    }

    /// Returns all variables of the program, sorted by name, for a directory.
    pub(super) fn all(&self, dir: &Path) -> Vec<ReplayVariable> {
        let mut all: Vec<ReplayVariable> = self
            .variables
            .iter()
            .map(|(name, value)| ReplayVariable {
                name: name.clone(),
                value: value.into(),
                origin: VariableOrigin::Capsule,
            })
            .collect();
        all.extend(search_path().map(|value| ReplayVariable {
            name: "PATH".to_owned(),
            value,
            origin: VariableOrigin::Machine,
        }));
        let own =
            [("TMPDIR", super::sandbox::TMP), (Repository::DIR_ENV_VAR, super::sandbox::CRASHES)];
        all.extend(own.map(|(name, sub)| ReplayVariable {
            name: name.to_owned(),
            value: dir.join(sub).into(),
            origin: VariableOrigin::Replay,
        }));
        all.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        all
    }
}

/// Returns whether capture always records the variable, and a replay never sets it.
fn is_of_machine(name: &str) -> bool {
    let common = SafeVariables::with_prefix("");
    common.is_captured(name) && !common.is_safe_in_replay(name, "")
}

/// Returns the `PATH` of this process without its relative entries: in the directory of a replay, they would name files
/// of the capsule.
fn search_path() -> Option<OsString> {
    let path = std::env::var_os("PATH")?;
    let absolute = std::env::split_paths(&path).filter(|dir| dir.is_absolute());
    std::env::join_paths(absolute).ok().filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_variables_are_set() {
        let recorded = [
            ("LANG", "C.UTF-8"),
            ("VITTEC_KEY", "[redacted]"),
            ("VITTEC_URL", "https://[redacted]@host"),
            ("VITTEC_JOBS", "4"),
            ("API_TOKEN", "[redacted]"),
            ("LD_PRELOAD", "sources/x.so"),
            ("BASH_FUNC_date%%", "() { evil; }"),
            ("PATH", "/evil"),
            ("HOME", "~"),
            ("USER", "$USER"),
            ("VITTE_CRASH_DIR", "/elsewhere"),
            ("LC_ALL", "/evil"),
            ("", "x"),
        ];
        let recorded = recorded.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let safe = SafeVariables::of_program("vittec");
        let environment = ReplayEnvironment::new(&recorded, &safe);
        assert_eq!(environment.variables.keys().collect::<Vec<_>>(), ["LANG", "VITTEC_JOBS"]);
        assert_eq!(environment.redacted, ["VITTEC_KEY", "VITTEC_URL"]);
        let rejected =
            ["", "API_TOKEN", "BASH_FUNC_date%%", "LC_ALL", "LD_PRELOAD", "VITTE_CRASH_DIR"];
        assert_eq!(environment.rejected, rejected);
        let all = environment.all(Path::new("/dir"));
        let own = all.iter().filter(|variable| variable.origin == VariableOrigin::Replay);
        let own: Vec<_> = own.map(|variable| (&*variable.name, variable.value.to_str())).collect();
        assert_eq!(own.len(), 2, "{own:?}");
        assert!(all.is_sorted_by(|a, b| a.name < b.name), "{all:?}");
    }

    #[test]
    fn a_flood_of_variables_is_cut() {
        let recorded = (0..1000).map(|index| (format!("VITTEC_{index}"), "x".to_owned())).collect();
        let safe = SafeVariables::of_program("vittec");
        let environment = ReplayEnvironment::new(&recorded, &safe);
        assert_eq!(environment.variables.len(), MAX_VARIABLES);
        assert_eq!(environment.rejected.len(), 1000 - MAX_VARIABLES);
    }
}
