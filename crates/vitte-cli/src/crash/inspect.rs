//! `vitte crash inspect`: what is in a capsule, in short.

use std::fs;
use std::io::{self, Cursor};

use clap::Args;
use serde_json::json;
use vitte_capsule::{Capsule, StoreError, StoreErrorKind};
use zip::ZipArchive;

use super::folder::One;
use super::look::{Ink, Look, Page, count, number, safe, size};
use super::shell::{Done, Shell};
use super::target::Target;
use super::vars::Context;

/// The arguments of `vitte crash inspect`.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    look: Look,
    /// Write one JSON document
    #[arg(long)]
    json: bool,
}

/// The calls, contexts and source files that are shown.
const TOP: usize = 10;

impl Inspect {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> Done {
        let target = self.one.load()?;
        let file = match &target.path {
            Some(path) => fs::read(path)
                .map_err(|error| StoreError::new(path, StoreErrorKind::Read(error)))?,
            None => target.capsule.to_bytes()?,
        };
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
                "context": report.context,
                "environment": environment.len(),
                "sources": sources.collect::<Vec<_>>(),
                "minidump": minidump.as_ref().map(Vec::len),
                "backtrace": report.backtrace,
            }));
        }
        let mut page = self.look.page();
        // Not cut: somebody may want to copy it.
        page.whole(&safe(&path.unwrap_or_else(|| "a report without a capsule".to_owned())));
        page.gap();
        facts(&target, size(file.len() as u64), &mut page);
        page.heading("parts");
        for (name, bytes) in &parts {
            page.line(Ink::Plain, format!("  {:>10}  {name}", size(*bytes)));
        }
        context(&target.capsule, &mut page);
        calls(&target.capsule, &mut page);
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

/// The names of the parts of a capsule, and the bytes of each.
fn parts(file: &[u8]) -> io::Result<Vec<(String, u64)>> {
    let mut archive = ZipArchive::new(Cursor::new(file))?;
    let count = archive.len();
    let part = |index| {
        let part = archive.by_index_raw(index)?;
        Ok((part.name().to_owned(), part.size()))
    };
    (0..count).map(part).collect()
}

/// What the manifest says, and how much there is of the rest.
fn facts(target: &Target, size_of_file: String, page: &mut Page) {
    let Capsule { environment, sources, minidump, .. } = &target.capsule;
    let manifest = target.capsule.manifest();
    let system = &manifest.system;
    let of_sources = || sources.iter().map(|source| source.text.len() as u64).sum();
    let nothing = |text: &str| text.to_owned();
    page.facts(&[
        ("size", size_of_file),
        ("format", format!("version {}", manifest.format_version)),
        ("id", manifest.id),
        ("time", manifest.time),
        ("kind", manifest.kind),
        ("message", manifest.message),
        ("program", format!("{} {}", manifest.module, manifest.version).trim().to_owned()),
        ("system", format!("{} {}", system.os, system.arch)),
        (
            "fingerprint",
            format!("{} (version {})", manifest.fingerprint.short(), manifest.fingerprint_version),
        ),
        (
            "environment",
            match environment.len() {
                0 => nothing("not kept"),
                variables => count(variables, "variable", "variables"),
            },
        ),
        (
            "sources",
            match sources.len() {
                0 => nothing("not kept"),
                files => format!("{}, {}", count(files, "file", "files"), size(of_sources())),
            },
        ),
        (
            "minidump",
            match minidump {
                None => nothing("none"),
                Some(bytes) => size(bytes.len() as u64),
            },
        ),
    ]);
}

/// What the program was doing, without the variables.
fn context(capsule: &Capsule, page: &mut Page) {
    let contexts = Context::all(&capsule.report);
    if !contexts.is_empty() {
        page.heading("context, the innermost first");
    }
    for context in contexts.iter().take(TOP) {
        let at = if context.place.is_empty() { "" } else { " at " };
        let values = match context.values.len() {
            0 => String::new(),
            values => format!(" ({})", count(values, "value", "values")),
        };
        page.line(Ink::Plain, format!("  {}{at}{}{values}", context.name, context.place));
    }
    more(contexts.len(), page);
}

/// The innermost calls that are not of the runtime.
fn calls(capsule: &Capsule, page: &mut Page) {
    let frames = capsule.report.backtrace.frames();
    let own: Vec<_> = frames.iter().enumerate().filter(|(_, frame)| !frame.is_runtime()).collect();
    if !own.is_empty() {
        page.heading("calls of the program, the innermost first");
    }
    for (index, frame) in own.iter().take(TOP) {
        page.line(Ink::Plain, format!("  {index}: {}", frame.text()));
    }
    more(own.len(), page);
}

fn more(count: usize, page: &mut Page) {
    if count > TOP {
        page.line(Ink::Aside, format!("  ... and {} more", number(count - TOP)));
    }
}
