//! `vitte crash export`: a capsule for somebody else.

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::Args;
use serde_json::json;
use vitte_capsule::{Capsule, Existing, write_whole};
use vitte_diag::text;

use super::folder::One;
use super::look::count;
use super::shell::{Done, Failure, Shell};
use super::target::Target;

/// The arguments of `vitte crash export`.
#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = true, args = ["out", "sources"])]
pub(super) struct Export {
    #[command(flatten)]
    one: One,
    /// Write the capsule to this file, or below its own name into this folder
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Unpack the source files into this folder
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
    /// Write one JSON document: the paths of what was written
    #[arg(long)]
    json: bool,
}

/// A file that is to be written.
struct File {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Export {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> Done {
        let target = self.one.load()?;
        let capsule = self.out.as_ref().map(|out| Self::capsule(out, &target)).transpose()?;
        let sources = self.sources.as_ref().map(|folder| sources(folder, &target.capsule));
        let (sources, wants_sources) = (sources.unwrap_or_default(), self.sources.is_some());
        // Before anything is written, so that there is all or nothing.
        let files = || capsule.iter().chain(&sources);
        if let Some(file) = files().find(|file| !self.force && file.path.symlink_metadata().is_ok())
        {
            let path = shown(&file.path);
            return Err(Failure::Said(format!(
                "`{path}` is there already; --force writes over it"
            )));
        }
        files().try_for_each(|file| file.write(self.force))?;
        if self.json {
            let path = |file: &File| file.path.to_string_lossy().into_owned();
            let sources: Vec<_> = sources.iter().map(path).collect();
            return shell.json(&json!({"capsule": capsule.as_ref().map(path), "sources": sources}));
        }
        if let Some(File { path, .. }) = &capsule {
            writeln!(shell.out, "{}", shown(path))?;
        }
        match (&self.sources, sources.len()) {
            (Some(_), 0) => writeln!(shell.out, "the capsule has no source files")?,
            (Some(folder), files) if wants_sources => {
                let files = count(files, "source file", "source files");
                writeln!(shell.out, "{files} in `{}`", shown(folder))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The capsule as a file, at a path or in a folder; that of a report alone is made now.
    fn capsule(out: &Path, target: &Target) -> Done<File> {
        let bytes = match &target.path {
            Some(path) => fs::read(path).map_err(|error| failed("read", path, &error))?,
            None => target.capsule.to_bytes()?,
        };
        let is_folder = out.is_dir() || out.as_os_str().to_string_lossy().ends_with(['/', '\\']);
        // The name of a file that somebody gave is a name; an id may be anything.
        let name = target.path.as_ref().and_then(|path| path.file_name()).map(PathBuf::from);
        let own = || PathBuf::from(format!("{}.{}", target.capsule.report.id, Capsule::EXTENSION));
        let path = if is_folder { out.join(name.unwrap_or_else(own)) } else { out.to_owned() };
        Ok(File { path, bytes })
    }
}

/// The source files below a folder, at the places that they have in the capsule: none leads out.
fn sources(folder: &Path, capsule: &Capsule) -> Vec<File> {
    let parts = capsule.manifest().sources.into_iter().zip(&capsule.sources);
    let file = |(named, source): (vitte_capsule::ManifestSource, &vitte_capsule::CapsuleSource)| {
        let path = named.part.strip_prefix("sources/").unwrap_or(&named.part);
        File { path: folder.join(path), bytes: source.text.clone() }
    };
    parts.map(file).collect()
}

impl File {
    /// Writes it as a whole or not at all, for its owner alone.
    fn write(&self, is_forced: bool) -> Done {
        let existing = if is_forced { Existing::Goes } else { Existing::Stays };
        write_whole(&self.path, &self.bytes, existing)
            .map_err(|error| failed("write", &self.path, &error))
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::Said(format!(
        "cannot {what} `{}`: {}",
        shown(path),
        text::one_line(&error.to_string())
    ))
}

fn shown(path: &Path) -> String {
    text::one_line(&path.to_string_lossy()).into_owned()
}
