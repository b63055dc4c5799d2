//! Converts the diagnostics that a baseline does not have.

use std::io::{self, Write};
use std::process::ExitCode;

use vitte_diag::Emitter as _;

use super::Setup;
use super::outputs::{SharedOutput, emitter};
use crate::diag::comparison::{MemoryArgs, Run};
use crate::log;

/// Writes the diagnostics of `run` that `known` does not have. Returns exit code 1 if there are any, and 2 if some input could
/// not be read.
pub(super) fn convert(
    known: &Run,
    run: &Run,
    memory: &MemoryArgs,
    setup: &Setup<'_>,
    out: &mut dyn Write,
) -> io::Result<ExitCode> {
    let (is_complete, unchanged) = match memory.compare(known, run) {
        Ok(compared) => compared,
        Err(error) => {
            return writeln!(log::stderr(), "vitte: {error}").map(|()| ExitCode::from(2));
        }
    };
    let out = &SharedOutput::new(out);
    let mut emitter = emitter(setup.outputs, out, &setup.options(run.tool()), None)?;
    let (mut number, mut new) = (0, 0_u64);
    run.each(false, &mut |one| {
        let is_known = unchanged.new.contains(number);
        number += 1;
        if is_known {
            return Ok(());
        }
        new += 1;
        emitter.emit(one.sources, one.diagnostic)
    })?;
    emitter.finish()?;
    Ok(match (is_complete, new) {
        (false, _) => ExitCode::from(2),
        (true, 0) => ExitCode::SUCCESS,
        (true, _) => ExitCode::from(1),
    })
}
