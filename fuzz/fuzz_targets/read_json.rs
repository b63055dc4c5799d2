//! Reads bytes as our JSON Lines: `.ci/fuzz 60 read_json`. See `vitte_diag_fuzz::read_json_lines`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| vitte_diag_fuzz::read_json_lines(input));
