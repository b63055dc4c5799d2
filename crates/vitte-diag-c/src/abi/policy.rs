//! Policies.

use std::mem::MaybeUninit;
use std::ptr;

use super::memory::vd_str;
use super::types::{from_c, vd_level, vd_policy, vd_tool};
use crate::failure::{guard, status, vd_status};
use crate::handles;
use crate::policy::{PolicyDraft, codes};

/// Creates a policy without levels and without a limit. It knows the codes of `tool`; with NULL, or a tool without codes,
/// every code can have a level. Free it with `vd_policy_free`. Returns NULL on failure.
#[unsafe(no_mangle)]
pub extern "C" fn vd_policy_new(tool: *const vd_tool) -> *mut vd_policy {
    guard(ptr::null_mut(), || {
        let codes =
            if tool.is_null() { Vec::new() } else { handles::with(tool, |tool| Ok(codes(tool)))? };
        handles::insert(PolicyDraft::new(codes))
    })
}

/// Frees a policy. Bags that were created with it are not affected. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_policy_free(policy: *mut vd_policy) -> vd_status {
    status(|| if policy.is_null() { Ok(()) } else { handles::take(policy).map(drop) })
}

/// Sets the level of a code (`W0100`, `-Wshadow`), of all codes with a prefix (`W01`, `clippy::`), or of `warnings`. The
/// most specific level applies to a diagnostic. Errors cannot be lowered. Fails with `VD_E_ARGUMENT`, and a similar code
/// in the error text, if the policy does not know the code.
#[unsafe(no_mangle)]
pub extern "C" fn vd_policy_set_level(
    policy: *mut vd_policy,
    selector: vd_str,
    level: MaybeUninit<vd_level>,
) -> vd_status {
    status(|| {
        let (selector, level) = (selector.text()?, from_c(level)?);
        handles::with_mut(policy, |policy| policy.set_level(&selector, level))
    })
}

/// Sets the number of errors after which further diagnostics are only counted. 0, the default, means no limit.
#[unsafe(no_mangle)]
pub extern "C" fn vd_policy_set_max_errors(policy: *mut vd_policy, errors: u64) -> vd_status {
    status(|| {
        handles::with_mut(policy, |policy| {
            policy.set_max_errors(errors);
            Ok(())
        })
    })
}
