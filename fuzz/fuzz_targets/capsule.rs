//! Reads bytes as a capsule: `cargo fuzz run capsule -- -rss_limit_mb=512`, from the folder of the crate, with
//! capsules in `fuzz/corpus/capsule` to begin with. What can be read is written again, and reads the same.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use vitte_capsule::Capsule;

fuzz_target!(|bytes: &[u8]| {
    let Ok(capsule) = Capsule::from_bytes(bytes, Path::new("fuzzed")) else { return };
    let again = capsule.to_bytes().expect("what was read can be written");
    let read =
        Capsule::from_bytes(&again, Path::new("again")).expect("what was written can be read");
    assert_eq!(read.report, capsule.report);
    assert_eq!(read.sources, capsule.sources);
    assert!(!capsule.to_html().is_empty());
});
