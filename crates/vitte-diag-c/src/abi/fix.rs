//! Fixes.

use std::ffi::c_void;
use std::io::Write as _;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use vitte_diag::SourceFile;

use super::memory::write_out;
use super::types::{from_c, vd_applicability, vd_bag, vd_sources};
use super::writers::{Callback, Fixed, vd_fixed_fn, vd_write_fn};
use crate::failure::{Failure, Result, status, vd_status};
use crate::fix::{Fixes, apply, patch};
use crate::handles;

/// Writes a patch (a unified diff) of the suggestions of a bag to a function, which `patch -p1` and `git apply` accept.
/// Suggestions that are less certain than `least_certain` are omitted, and those that overlap an earlier one are
/// rejected. `applied` and `rejected` get the numbers of suggestions; each may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_write_patch(
    bag: *const vd_bag,
    sources: *const vd_sources,
    least_certain: MaybeUninit<vd_applicability>,
    write: vd_write_fn,
    user: *mut c_void,
    applied: Option<NonNull<usize>>,
    rejected: Option<NonNull<usize>>,
) -> vd_status {
    status(|| {
        let mut writer = Callback::new(write, user)?;
        let fixes = fixes(bag, sources, least_certain, |file, new| patch(file, &new))?;
        for patch in &fixes.files {
            writer.write_all(patch).map_err(|error| {
                Failure::new(vd_status::VD_E_IO, format!("cannot write the patch: {error}"))
            })?;
        }
        numbers(&fixes, applied, rejected)
    })
}

/// Calls `fixed` with the new text of each file that the suggestions of a bag change. The files themselves are not changed.
/// Otherwise this is `vd_bag_write_patch`.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_apply_fixes(
    bag: *const vd_bag,
    sources: *const vd_sources,
    least_certain: MaybeUninit<vd_applicability>,
    fixed: vd_fixed_fn,
    user: *mut c_void,
    applied: Option<NonNull<usize>>,
    rejected: Option<NonNull<usize>>,
) -> vd_status {
    status(|| {
        let fixed = Fixed::new(fixed, user)?;
        let fixes = fixes(bag, sources, least_certain, |file, new| (file.id().index(), new))?;
        for (file, new) in &fixes.files {
            fixed.call(*file, new)?;
        }
        numbers(&fixes, applied, rejected)
    })
}

fn fixes<T>(
    bag: *const vd_bag,
    sources: *const vd_sources,
    least_certain: MaybeUninit<vd_applicability>,
    convert: impl Fn(&SourceFile, Vec<u8>) -> T,
) -> Result<Fixes<T>> {
    let least_certain = from_c(least_certain)?;
    // The functions of C are called without locks.
    handles::with(bag, |bag| {
        handles::with(sources, |sources| Ok(apply(sources, bag, least_certain, convert)))
    })
}

fn numbers<T>(
    fixes: &Fixes<T>,
    applied: Option<NonNull<usize>>,
    rejected: Option<NonNull<usize>>,
) -> Result {
    for (out, number) in [(applied, fixes.applied), (rejected, fixes.rejected)] {
        if out.is_some() {
            write_out(out, number)?;
        }
    }
    Ok(())
}
