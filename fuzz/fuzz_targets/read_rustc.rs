//! Reads bytes as the input format `rustc`: `.ci/fuzz 60 read_rustc`. See `vitte_diag_fuzz::read`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitte_diag::read::InputFormat;

fuzz_target!(|input: &[u8]| vitte_diag_fuzz::read(InputFormat::Rustc, input));
