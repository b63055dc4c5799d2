//! The output of `vitte diag diff`.

use std::io::{self, Write};

use serde::Serialize;
use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{
    BaselineState, ColumnUnit, Emitter as _, EmitterOptions, FromOptions as _, SarifEmitter,
    ShortEmitter, Terminal,
};

use super::OutputFormat;
use crate::diag::comparison::{One, Run, Unchanged};
use crate::log;

/// The numbers of diagnostics.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Summary {
    pub(super) new: u64,
    pub(super) fixed: u64,
    pub(super) unchanged: u64,
}

/// Writes the new diagnostics, then those that are fixed.
pub(super) fn write(
    format: OutputFormat,
    old: &Run,
    new: &Run,
    unchanged: &Unchanged,
    out: &mut dyn Write,
) -> io::Result<Summary> {
    let mut summary = Summary::default();
    match format {
        OutputFormat::Human => {
            human(old, new, unchanged, &mut log::text(out), &mut summary)?;
        }
        OutputFormat::Json => {
            each(old, new, unchanged, &mut summary, &mut |state, one| {
                if state != BaselineState::Unchanged {
                    json_line(state, one, out)?;
                }
                Ok(())
            })?;
        }
        OutputFormat::Sarif => {
            let tool = new.tool().or_else(|| old.tool()).unwrap_or_default();
            let options = EmitterOptions::new(tool, Terminal::PLAIN);
            let mut emitter = SarifEmitter::from_options(out, &options);
            each(old, new, unchanged, &mut summary, &mut |state, one| {
                emitter.set_baseline_state(Some(state));
                emitter.emit(one.sources, one.diagnostic)
            })?;
            emitter.finish()?;
        }
    }
    Ok(summary)
}

/// Visits the diagnostics of the later run in their order, then the fixed ones of the earlier run, and counts them.
fn each(
    old: &Run,
    new: &Run,
    unchanged: &Unchanged,
    summary: &mut Summary,
    visit: &mut dyn FnMut(BaselineState, &One<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut number = 0;
    new.each(false, &mut |one| {
        let is_known = unchanged.new.contains(number);
        number += 1;
        *(if is_known { &mut summary.unchanged } else { &mut summary.new }) += 1;
        visit(if is_known { BaselineState::Unchanged } else { BaselineState::New }, one)
    })?;
    let mut number = 0;
    old.each(false, &mut |one| {
        let is_fixed = !unchanged.old.contains(number);
        number += 1;
        summary.fixed += u64::from(is_fixed);
        if is_fixed { visit(BaselineState::Absent, one) } else { Ok(()) }
    })?;
    Ok(())
}

/// ```text
/// new:
/// src/a.vitte:3:4: warning[W0100]: unused `x`
///
/// fixed:
/// src/b.vitte: warning[W0100]: unused `y`
///
/// 1 new, 1 fixed, 130 unchanged
/// ```
fn human(
    old: &Run,
    new: &Run,
    unchanged: &Unchanged,
    out: &mut dyn Write,
    summary: &mut Summary,
) -> io::Result<()> {
    let mut last = None;
    each(old, new, unchanged, summary, &mut |state, one| {
        if state == BaselineState::Unchanged {
            return Ok(());
        }
        if last != Some(state) {
            let gap = if last.is_some() { "\n" } else { "" };
            let title = if state == BaselineState::New { "new" } else { "fixed" };
            writeln!(out, "{gap}{title}:")?;
            last = Some(state);
        }
        ShortEmitter::new(&mut *out).emit(one.sources, one.diagnostic)
    })?;
    let gap = if last.is_some() { "\n" } else { "" };
    let Summary { new, fixed, unchanged } = summary;
    writeln!(out, "{gap}{new} new, {fixed} fixed, {unchanged} unchanged")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonLine<'a> {
    baseline_state: BaselineState,
    diagnostic: JsonDiagnostic<'a>,
}

fn json_line(state: BaselineState, one: &One<'_>, out: &mut dyn Write) -> io::Result<()> {
    let diagnostic = JsonDiagnostic::new(one.sources, one.diagnostic, ColumnUnit::Char);
    let line = JsonLine { baseline_state: state, diagnostic };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}
