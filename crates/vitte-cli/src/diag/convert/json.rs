//! Converts JSON diagnostics to other formats, while they are read.

use std::io::{self, Write};

use vitte_diag::cli::{Destination, OutputFile, OutputSpec, Outputs};
use vitte_diag::{EmitterOptions, Format};

use super::outputs::{CurrentLine, SharedOutput, emitter};
use crate::diag::input::{BlockLines, InputArgs, Mode, Output, parse_all};
use crate::diag::root::Root;
use crate::diag::select::Kept;
use crate::diag::sources::Sources;
use crate::log;

/// Writes the diagnostics to all outputs, in the order of the input. Missing sources are reported. Returns false if some
/// input could not be read.
pub(super) fn convert(
    input: &InputArgs,
    outputs: &Outputs,
    options: &EmitterOptions,
    root: &Root,
    out: &mut dyn Write,
) -> io::Result<bool> {
    // JSON needs no sources.
    match outputs.specs() {
        [OutputSpec { format: Format::Json, destination: Destination::File(path), .. }] => {
            let file = OutputFile::new(path);
            let (is_complete, is_empty) = copy(input, &mut file.clone())?;
            // A file is not replaced because the name of the input was wrong.
            if is_complete || !is_empty {
                file.commit()?;
            }
            Ok(is_complete)
        }
        [OutputSpec { format: Format::Json, .. }] => {
            copy(input, out).map(|(is_complete, _)| is_complete)
        }
        _ => emit(input, outputs, options, root, out),
    }
}

/// Writes the canonical form of each line. Returns whether all input was read, and whether there are no lines.
fn copy(input: &InputArgs, out: &mut dyn Write) -> io::Result<(bool, bool)> {
    let work = |lines: &mut BlockLines<'_>| Kept::select(lines, |_| Ok(true));
    let mut is_empty = true;
    let is_complete = input.read(Mode::Copy, work, &mut |output, _| match output {
        Output::Block(block, kept) => {
            is_empty &= kept.is_empty();
            kept.write(block, out)
        }
        Output::Idle | Output::End => out.flush(),
    })?;
    out.flush()?;
    Ok((is_complete, is_empty))
}

fn emit(
    input: &InputArgs,
    outputs: &Outputs,
    options: &EmitterOptions,
    root: &Root,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let mut shared = &SharedOutput::new(out);
    let line = CurrentLine::default();
    let mut emitter = emitter(outputs, shared, options, Some(&line))?;
    let has_json = outputs.specs().iter().any(|spec| spec.format == Format::Json);
    let mut sources = Sources::new(root);
    let is_complete = input.read(Mode::Parse, parse_all, &mut |output, report| match output {
        Output::Block(_, diagnostics) => diagnostics.iter().try_for_each(|diagnostic| {
            if has_json {
                *line.borrow_mut() = diagnostic.to_line()?;
            }
            sources.emit(diagnostic, &mut emitter, report)
        }),
        Output::Idle | Output::End => shared.flush(),
    })?;
    sources.report_more_missing(&mut log::stderr())?;
    emitter.end(is_complete)?;
    Ok(is_complete)
}
