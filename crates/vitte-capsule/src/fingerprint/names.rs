//! Names of functions in a fingerprint: [normalised](function_name::normalize), of bounded length.

pub(crate) use vitte_diag::text::function_name::without_hash;
pub(super) use vitte_diag::text::function_name::{crate_of, is_closure};
use vitte_diag::text::{self, function_name};

/// The bytes of a name that are read.
pub(super) const MAX_NAME_BYTES: usize = 2_048;

/// Returns the part of a name that is read.
pub(super) fn truncate(name: &str) -> &str {
    text::truncate(name, MAX_NAME_BYTES)
}

/// Returns a name without what differs between builds.
pub(super) fn normalize(name: &str) -> String {
    function_name::normalize(truncate(name))
}

/// Returns true if a function belongs to a crate. A symbol without a path belongs to none.
pub(super) fn is_in_crate(name: &str, crate_name: &str) -> bool {
    let name = normalize(name);
    name.contains("::") && crate_of(&name) == crate_name
}
