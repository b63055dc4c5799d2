//! Reads bytes as a capsule: `.ci/fuzz 60 capsule`. Capsules in
//! `fuzz/seeds/capsule` are the seeds. A capsule that can be read can be written, and reads back as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitte_capsule::Capsule;

fuzz_target!(|bytes: &[u8]| {
    let Ok(capsule) = Capsule::from_bytes(bytes, "fuzzed") else { return };
    let written = capsule.to_bytes().expect("a capsule that was read can be written");
    let read = Capsule::from_bytes(&written, "written").expect("a written capsule can be read");
    assert_eq!(read.report, capsule.report);
    assert_eq!(read.sources, capsule.sources);
    assert!(!capsule.to_html().is_empty());
});
