//! Contexts that belong to different frames.

use std::hint::black_box;
use std::process::ExitCode;

use vitte_crash::ContextGuard;

/// Runs a scenario. Returns `None` if `kind` is another one.
pub fn run(kind: &str) -> Option<ExitCode> {
    match kind {
        "frames" => outer("segv"),
        "frames-panic" => outer("panic"),
        "frames-returned" => returned(),
        _ => return None,
    }
    black_box(());
    Some(ExitCode::SUCCESS)
}

#[inline(never)]
fn outer(end: &str) {
    let _outer = vitte_crash::context("outer", None);
    let _same = vitte_crash::context("same frame", None).with("n", 1);
    middle(end, 2);
    black_box(());
}

/// Calls itself, so that two frames have the same function.
#[inline(never)]
fn middle(end: &str, count: u32) {
    let _middle = vitte_crash::context("middle", None).with("count", count);
    if count > 0 {
        middle(end, count - 1);
    } else {
        let value = vec![count];
        vitte_crash::context("borrowing", None)
            .with_variables(&[("value", &value)], || inlined(end));
    }
    black_box(());
}

/// Part of its caller in an optimised build.
#[inline(always)]
fn inlined(end: &str) {
    let _inlined = vitte_crash::context("inlined", None);
    culprit(end);
    black_box(());
}

#[inline(never)]
fn culprit(end: &str) {
    assert!(end != "panic", "in the innermost frame");
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) }
}

#[inline(never)]
fn open(name: &'static str) -> ContextGuard {
    let mut space = [0_u64; 16];
    black_box(&mut space);
    vitte_crash::context(name, None)
}

/// Opens contexts in functions that have returned, and by a pointer to the function.
#[inline(never)]
fn returned() {
    let _first = open("first");
    let by_pointer: fn(&'static str, Option<vitte_diag::Span>) -> ContextGuard =
        black_box(vitte_crash::context);
    let _second = by_pointer("second", None);
    let guards: Vec<_> = (0..2).map(|_| open("in a loop")).collect();
    deep([7; 64]);
    black_box(&guards);
}

/// Has the memory of the frames that have returned.
#[inline(never)]
fn deep(values: [u64; 64]) {
    black_box(&values);
    culprit("segv");
    black_box(());
}
