//! Reads bytes as the input format `lsp`: `.ci/fuzz 60 read_lsp`. See `vitte_diag_fuzz::read`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitte_diag::read::InputFormat;

fuzz_target!(|input: &[u8]| vitte_diag_fuzz::read(InputFormat::Lsp, input));
