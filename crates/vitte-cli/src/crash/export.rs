//! `vitte crash export`: copies a capsule, or unpacks its source files.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use vitte_capsule::{Capsule, Existing, write_atomically};
use vitte_diag::text;

use super::directory::OneCrash;
use super::page::{count, display_path};
use super::shell::{CommandResult, Failure, Shell};
use super::target::LoadedCrash;

/// The arguments of `vitte crash export`.
#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = true, args = ["out", "sources"])]
pub(super) struct Export {
    #[command(flatten)]
    crash: OneCrash,
    /// Copy the capsule to this file, or under its own name into this directory
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Unpack the source files into this directory
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// Overwrite existing files
    #[arg(long)]
    force: bool,
    /// Write one JSON document: the paths of the written files
    #[arg(long)]
    json: bool,
}

/// A file to write.
struct OutputFile<'a> {
    path: PathBuf,
    bytes: Cow<'a, [u8]>,
}

impl Export {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> CommandResult {
        let target = self.crash.load(shell)?;
        let capsule = self.out.as_ref().map(|out| self.capsule(out, &target)).transpose()?;
        let sources = self.sources.as_ref().map(|dir| sources(dir, &target.capsule));
        let (sources, wants_sources) = (sources.unwrap_or_default(), self.sources.is_some());
        // Checked before anything is written, so that nothing is written if one file exists.
        let files = || capsule.iter().chain(&sources);
        if let Some(file) = files().find(|file| !self.force && file.path.symlink_metadata().is_ok())
        {
            let path = display_path(&file.path);
            return Err(Failure::Message(format!(
                "`{path}` already exists; pass --force to overwrite it"
            )));
        }
        files().try_for_each(|file| file.write(self.force))?;
        if self.json {
            let path = |file: &OutputFile<'_>| file.path.to_string_lossy().into_owned();
            let sources: Vec<_> = sources.iter().map(path).collect();
            return shell.json(&json!({"capsule": capsule.as_ref().map(path), "sources": sources}));
        }
        if let Some(OutputFile { path, .. }) = &capsule {
            writeln!(shell.out, "{}", display_path(path))?;
        }
        match (&self.sources, sources.len()) {
            (Some(_), 0) => writeln!(shell.out, "the capsule contains no source files")?,
            (Some(dir), files) if wants_sources => {
                let files = count(files, "source file", "source files");
                writeln!(shell.out, "{files} in `{}`", display_path(dir))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns the file for the capsule at `out`, which is a path or a directory. A report that was stored without a
    /// capsule is packed into one.
    fn capsule(&self, out: &Path, target: &LoadedCrash) -> CommandResult<OutputFile<'static>> {
        let bytes = Cow::Owned(target.file(&self.crash.directory.repository())?);
        let is_dir = out.is_dir() || out.as_os_str().to_string_lossy().ends_with(['/', '\\']);
        // The id of a capsule from elsewhere may be any text, so the name of its file is preferred.
        let name = target.path.as_ref().and_then(|path| path.file_name()).map(PathBuf::from);
        let own = || PathBuf::from(format!("{}.{}", target.capsule.report.id, Capsule::EXTENSION));
        let path = if is_dir { out.join(name.unwrap_or_else(own)) } else { out.to_owned() };
        Ok(OutputFile { path, bytes })
    }
}

/// Returns the source files with their paths below `dir`. The names of parts cannot lead out of it.
fn sources<'a>(dir: &Path, capsule: &'a Capsule) -> Vec<OutputFile<'a>> {
    let parts = capsule.manifest().sources.into_iter().zip(&capsule.sources);
    let file =
        |(named, source): (vitte_capsule::ManifestSource, &'a vitte_capsule::CapsuleSource)| {
            let path = named.part.strip_prefix("sources/").unwrap_or(&named.part);
            OutputFile { path: dir.join(path), bytes: Cow::Borrowed(&*source.text) }
        };
    parts.map(file).collect()
}

impl OutputFile<'_> {
    /// Writes the file atomically, readable only by its owner.
    fn write(&self, is_forced: bool) -> CommandResult {
        let existing = if is_forced { Existing::Replace } else { Existing::Fail };
        write_atomically(&self.path, &self.bytes, existing)
            .map_err(|error| failed(&self.path, &error))
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::Message(format!(
        "cannot write `{}`: {}",
        display_path(path),
        text::one_line(&error.to_string())
    ))
}
