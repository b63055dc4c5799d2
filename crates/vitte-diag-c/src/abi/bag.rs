//! Bags.

use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use vitte_diag::baseline::Baseline;
use vitte_diag::{DiagnosticBag, Severity, Summary};

use super::memory::{vd_str, write_both, write_out};
use super::types::{
    severity_from_c, vd_bag, vd_diagnostic, vd_emitter, vd_policy, vd_severity, vd_sources,
};
use crate::failure::{Failure, Result, guard, status, vd_status};
use crate::handles;

/// Creates an empty bag. `policy` may be NULL. Free it with `vd_bag_free`. Returns NULL on failure.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_new(policy: *const vd_policy) -> *mut vd_bag {
    guard(ptr::null_mut(), || {
        handles::insert(if policy.is_null() {
            DiagnosticBag::new()
        } else {
            DiagnosticBag::with_policy(handles::with(policy, |policy| policy.build())?)
        })
    })
}

/// Frees a bag and its diagnostics. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_free(bag: *mut vd_bag) -> vd_status {
    status(|| if bag.is_null() { Ok(()) } else { handles::take(bag).map(drop) })
}

/// Moves a diagnostic to a bag. On success the handle `diagnostic` is not valid any more. Duplicates, and what the policy
/// does not allow, are only counted.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_push(bag: *mut vd_bag, diagnostic: *mut vd_diagnostic) -> vd_status {
    status(|| {
        handles::with_mut(bag, |bag| {
            bag.push(handles::take(diagnostic)?.finish());
            Ok(())
        })
    })
}

/// Moves all diagnostics and counts of `from` to the end of `bag`, through its policy. On success the handle `from` is not
/// valid any more. The order of output does not depend on the threads that filled the bags, if the bags are merged in a
/// fixed order.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_merge(bag: *mut vd_bag, from: *mut vd_bag) -> vd_status {
    status(|| {
        if ptr::eq(bag, from) {
            return Err(Failure::argument(&"a bag cannot be merged with itself"));
        }
        handles::merge(bag, from, DiagnosticBag::merge)
    })
}

/// Returns the number of diagnostics in a bag: without duplicates, and without those that the policy does not allow.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_len(bag: *const vd_bag, len: Option<NonNull<usize>>) -> vd_status {
    status(|| write_out(len, handles::with(bag, |bag| Ok(bag.len()))?))
}

/// Returns the number of diagnostics of a severity, including duplicates and those over the limit of errors.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_count(
    bag: *const vd_bag,
    severity: MaybeUninit<vd_severity>,
    count: Option<NonNull<u64>>,
) -> vd_status {
    status(|| {
        let of = match severity_from_c(severity)? {
            Severity::Note => |summary: Summary| summary.notes,
            Severity::Warning => |summary: Summary| summary.warnings,
            Severity::Error => |summary: Summary| summary.errors,
            Severity::Fatal => |summary: Summary| summary.fatal,
        };
        write_out(count, of(summary(bag)?))
    })
}

/// Returns how many diagnostics were only counted: those over the limit of errors, and the duplicates.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_count_omitted(
    bag: *const vd_bag,
    suppressed: Option<NonNull<u64>>,
    duplicates: Option<NonNull<u64>>,
) -> vd_status {
    status(|| {
        let summary = summary(bag)?;
        write_both((suppressed, summary.suppressed), (duplicates, summary.duplicates))
    })
}

/// Returns true if the compilation failed: there was an error or a fatal diagnostic. Returns true for an invalid handle,
/// too, so that a compiler does not succeed by mistake.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_has_errors(bag: *const vd_bag) -> bool {
    guard(true, || handles::with(bag, |bag| Ok(bag.has_errors())))
}

/// Writes all diagnostics in the order of files and locations, and ends the output. Diagnostics that are written later
/// begin a new document, in formats that have one.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_emit(
    bag: *const vd_bag,
    sources: *const vd_sources,
    emitter: *mut vd_emitter,
) -> vd_status {
    status(|| {
        handles::with_mut(emitter, |emitter| {
            handles::with(bag, |bag| {
                handles::with(sources, |sources| emitter.emit_bag(sources, bag))
            })
        })
    })
}

/// Removes the diagnostics that are known from an earlier run, so that only new ones are shown and fail the compilation.
/// `baseline` is the content of a file that the format `baseline` has written. `known` and `fixed` get the numbers of
/// diagnostics that were removed, and of those that the baseline has and the bag has not; each may be NULL.
///
/// Diagnostics over the limit of errors of a policy are not stored, so they are not compared, and count as new.
#[unsafe(no_mangle)]
pub extern "C" fn vd_bag_apply_baseline(
    bag: *mut vd_bag,
    sources: *const vd_sources,
    baseline: vd_str,
    known: Option<NonNull<u64>>,
    fixed: Option<NonNull<u64>>,
) -> vd_status {
    status(|| {
        let baseline = baseline.bytes()?;
        let baseline = Baseline::parse(baseline).map_err(|error| Failure::argument(&error))?;
        let numbers = handles::with_mut(bag, |bag| {
            handles::with(sources, |sources| {
                let before = bag.summary().known;
                let missing = bag.apply_baseline(&baseline, sources);
                let fixed = missing.iter().map(|(_, count)| count).sum();
                Ok([bag.summary().known - before, fixed])
            })
        })?;
        [known, fixed]
            .into_iter()
            .zip(numbers)
            .filter(|(out, _)| out.is_some())
            .try_for_each(|(out, number)| write_out(out, number))
    })
}

fn summary(bag: *const vd_bag) -> Result<Summary> {
    handles::with(bag, |bag| Ok(bag.summary()))
}
