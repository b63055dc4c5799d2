//! `vitte crash inspect`: shows what a capsule contains.

use std::io::{self, Cursor};

use clap::Args;
use serde_json::json;
use vitte_capsule::Capsule;
use vitte_diag::{BacktraceStyle, FrameLine, FrameLineOptions};
use zip::ZipArchive;

use super::directory::OneCrash;
use super::page::{OutputArgs, Style, TextOutput, count, number, safe, size};
use super::shell::{CommandResult, Shell};
use super::target::LoadedCrash;
use super::vars::Context;

/// The arguments of `vitte crash inspect`.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    #[command(flatten)]
    crash: OneCrash,
    #[command(flatten)]
    output: OutputArgs,
    /// Write one JSON document
    #[arg(long)]
    json: bool,
}

/// Contexts and frames that are shown on a terminal.
const MAX_ROWS: usize = 10;

impl Inspect {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> CommandResult {
        let target = self.crash.load(shell)?;
        let file = target.file(&self.crash.directory.repository())?;
        let parts = parts(&file)?;
        let path = target.path.as_ref().map(|path| path.to_string_lossy().into_owned());
        if self.json {
            let Capsule { report, environment, sources, minidump, .. } = &target.capsule;
            let parts: Vec<_> =
                parts.iter().map(|(name, bytes)| json!({"name": name, "bytes": bytes})).collect();
            let sources = sources
                .iter()
                .map(|source| json!({"file": source.file, "bytes": source.text.len()}));
            return shell.json(&json!({
                "manifest": target.capsule.manifest(),
                "path": path,
                "bytes": file.len(),
                "parts": parts,
                "context": report.contexts,
                "environment": environment.len(),
                "sources": sources.collect::<Vec<_>>(),
                "breadcrumbs": report.breadcrumbs.len(),
                "minidump": minidump.as_ref().map(Vec::len),
                "backtrace": report.backtrace,
            }));
        }
        let mut page = self.output.page();
        // Not cut, so that it can be copied.
        page.verbatim(&safe(&path.unwrap_or_else(|| "a report without a capsule".to_owned())));
        page.gap();
        summary(&target, size(file.len() as u64), &mut page);
        page.heading("parts");
        for (name, bytes) in &parts {
            page.line(Style::Plain, format!("  {:>10}  {name}", size(*bytes)));
        }
        contexts(&target.capsule, &mut page);
        frames(&target.capsule, &mut page);
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

/// Returns the names and the sizes in bytes of the parts of a capsule.
fn parts(file: &[u8]) -> io::Result<Vec<(String, u64)>> {
    let mut archive = ZipArchive::new(Cursor::new(file))?;
    let count = archive.len();
    let part = |index| {
        let part = archive.by_index_raw(index)?;
        Ok((part.name().to_owned(), part.size()))
    };
    (0..count).map(part).collect()
}

/// Adds the fields of the manifest and the sizes of the other parts.
fn summary(target: &LoadedCrash, size_of_file: String, page: &mut TextOutput) {
    let Capsule { environment, sources, minidump, .. } = &target.capsule;
    let manifest = target.capsule.manifest();
    let system = &manifest.system;
    let of_sources = || sources.iter().map(|source| source.text.len() as u64).sum();
    page.fields(&[
        ("size", size_of_file),
        ("format", format!("version {}", manifest.format_version)),
        ("id", manifest.id),
        ("time", manifest.time),
        ("kind", manifest.kind.to_string()),
        ("message", manifest.message),
        ("program", format!("{} {}", manifest.program, manifest.version).trim().to_owned()),
        ("system", format!("{} {}", system.os, system.arch)),
        (
            "fingerprint",
            format!("{} (version {})", manifest.fingerprint.short(), manifest.fingerprint_version),
        ),
        (
            "environment",
            match environment.len() {
                0 => "not captured".to_owned(),
                variables => count(variables, "variable", "variables"),
            },
        ),
        (
            "breadcrumbs",
            match target.capsule.report.breadcrumbs.len() {
                0 => String::new(),
                events => number(events),
            },
        ),
        (
            "sources",
            match sources.len() {
                0 => "not captured".to_owned(),
                files => format!("{}, {}", count(files, "file", "files"), size(of_sources())),
            },
        ),
        (
            "minidump",
            match minidump {
                None => "none".to_owned(),
                Some(bytes) => size(bytes.len() as u64),
            },
        ),
    ]);
}

/// Adds the contexts, without their variables.
fn contexts(capsule: &Capsule, page: &mut TextOutput) {
    let contexts = Context::all(&capsule.report);
    if !contexts.is_empty() {
        page.heading("contexts, the innermost first");
    }
    for context in contexts.iter().take(page.max_entries(MAX_ROWS)) {
        let at = if context.location.is_empty() { "" } else { " at " };
        let values = match context.values.len() {
            0 => String::new(),
            values => format!(" ({})", count(values, "variable", "variables")),
        };
        page.line(Style::Plain, format!("  {}{at}{}{values}", context.name, context.location));
    }
    more(contexts.len(), page);
}

/// Adds the innermost frames, those of libraries folded.
fn frames(capsule: &Capsule, page: &mut TextOutput) {
    let folded = capsule.report.folded_frames();
    let mut options = FrameLineOptions::new(BacktraceStyle::Short, page.width().saturating_sub(2));
    options.max_lines = page.max_entries(MAX_ROWS + 1);
    let lines = folded.lines(options);
    if lines.is_empty() {
        return;
    }
    page.heading("frames, the innermost first");
    let last = lines.iter().filter_map(|line| line.index).max().unwrap_or_default();
    let digits = last.max(1).ilog10() as usize + 1;
    if let Some(heading) = folded.heading() {
        page.line(Style::Secondary, format!("  {:digits$}  {heading}", ""));
    }
    for FrameLine { index, text, gap, location, is_project, .. } in lines {
        let style = if is_project { Style::Plain } else { Style::Secondary };
        let number = index.map_or(String::new(), |index| format!("{index}:"));
        let width = digits + 1;
        page.line(style, format!("  {number:>width$} {text}{:gap$}{location}", ""));
    }
}

fn more(count: usize, page: &mut TextOutput) {
    let max = page.max_entries(MAX_ROWS);
    if count > max {
        page.line(Style::Secondary, format!("  ... and {} more", number(count - max)));
    }
}
