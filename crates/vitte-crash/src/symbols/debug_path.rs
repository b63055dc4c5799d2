//! The environment variable with the directories of debug information.

use vitte_capsule::symbols::DebugPaths;

/// Returns the directories of the system and of [`DebugPaths::ENV_VAR`].
pub(super) fn from_env() -> DebugPaths {
    match std::env::var_os(DebugPaths::ENV_VAR) {
        Some(list) => DebugPaths::new().with_dirs(&list),
        None => DebugPaths::new(),
    }
}
