//! `vitte crash clear`: crashes are removed, all or some.

use std::{fs, io};

use clap::Args;
use serde_json::json;
use vitte_capsule::{Entry, Index, Repository, StoreError, StoreErrorKind};
use vitte_diag::text;

use super::folder::Folder;
use super::look::{crashes, safe, size};
use super::selection::Selection;
use super::shell::{Done, Failure, Shell};

/// The arguments of `vitte crash clear`.
#[derive(Debug, Args)]
pub(super) struct Clear {
    /// The crashes: ids, their beginnings, or `latest` [default: all]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    selection: Selection,
    /// Remove all, as where neither an ID nor a filter is given
    #[arg(long, conflicts_with_all = ["ids", "selection"])]
    all: bool,
    /// Only say what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Do not ask; without a terminal nothing is removed otherwise
    #[arg(long, short)]
    yes: bool,
    /// Write JSON Lines: the id and the bytes of each crash that was removed
    #[arg(long)]
    json: bool,
}

impl Clear {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> Done {
        let index = self.folder.repository().index()?;
        let entries = self.meant(&index)?;
        let files = self.files(&index);
        if !self.is_all() {
            shell.complain_of(&index.unreadable)?;
        }
        if entries.is_empty() && files.is_empty() {
            return self.nothing(&index, shell);
        }
        if !self.dry_run && !self.yes {
            let what = what(&entries, files.len());
            match shell.ask(&format!("remove {what} for good?"))? {
                Some(true) => {}
                Some(false) => return Ok(writeln!(shell.out, "nothing was removed")?),
                None => {
                    let why = format!("nobody can be asked whether to remove {what}: say --yes");
                    return Err(Failure::Said(why));
                }
            }
        }
        self.remove(&entries, shell)?;
        for path in files {
            match if self.dry_run { Ok(()) } else { fs::remove_file(path) } {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    let (path, kind) = (path.to_owned(), StoreErrorKind::Remove(error));
                    shell.complain(&StoreError::new(path, kind))?;
                }
                _ => self.say(&path.to_string_lossy(), 0, shell)?,
            }
        }
        if self.is_all() && !self.dry_run {
            self.folder.repository().remove_stale()?;
        }
        Ok(())
    }

    /// Whether neither an id nor a filter is given.
    fn is_all(&self) -> bool {
        self.ids.is_empty() && self.selection.is_empty()
    }

    /// The crashes that are meant. Where one that is named is not found, none is removed.
    fn meant(&self, index: &Index) -> Done<Vec<Entry>> {
        if self.ids.is_empty() {
            return Ok(index.entries().filter(|entry| self.selection.takes(entry)).collect());
        }
        let mut named: Vec<Entry> = Vec::new();
        for asked in &self.ids {
            let id = index.find(asked)?;
            if named.iter().all(|entry| entry.id != id) {
                named.extend(index.entry(&id));
            }
        }
        named.retain(|entry| self.selection.takes(entry));
        Ok(named)
    }

    /// The files that hold no crash that can be read: they go where all go.
    fn files<'a>(&self, index: &'a Index) -> Vec<&'a std::path::Path> {
        let is_damaged = |error: &&StoreError| {
            use StoreErrorKind::{Capsule, NoReport, TooLarge};
            matches!(error.kind, Capsule(_) | NoReport(_) | TooLarge { .. })
        };
        let all = index.unreadable.iter().filter(|_| self.is_all());
        all.filter(is_damaged).map(|error| &*error.path).collect()
    }

    fn nothing(&self, index: &Index, shell: &mut Shell<'_>) -> Done {
        let nothing = self.folder.nothing();
        match (self.json, index.is_empty()) {
            (true, _) => Ok(()),
            (false, true) => Ok(writeln!(shell.out, "{nothing}")?),
            (false, false) => Ok(writeln!(shell.out, "nothing to remove")?),
        }
    }

    fn remove(&self, entries: &[Entry], shell: &mut Shell<'_>) -> Done {
        let repository = self.folder.repository();
        let ids: Vec<&str> = entries.iter().map(|entry| &*entry.id).collect();
        let removed = if self.dry_run { Ok(()) } else { repository.remove(&ids) };
        for entry in entries {
            // Those that could not be removed are still there.
            if removed.is_ok() || !is_there(&repository, entry) {
                self.say(&entry.id, entry.bytes, shell)?;
            }
        }
        Ok(removed?)
    }

    /// Says that something was removed.
    fn say(&self, id: &str, bytes: u64, shell: &mut Shell<'_>) -> Done {
        if self.json {
            let line = json!({"id": id, "bytes": bytes, "dry_run": self.dry_run});
            return Ok(writeln!(shell.out, "{line}")?);
        }
        let would = if self.dry_run { "would remove" } else { "removed" };
        Ok(writeln!(shell.out, "{would} {}", safe(id))?)
    }
}

fn is_there(repository: &Repository, entry: &Entry) -> bool {
    repository.folder().join(&entry.path).symlink_metadata().is_ok()
}

/// What would be removed: `3 crashes, 12.3 KiB, and 1 damaged file`.
fn what(entries: &[Entry], files: usize) -> String {
    let bytes = size(entries.iter().map(|entry| entry.bytes).sum());
    let files = match files {
        0 => String::new(),
        files => format!(" and {files} damaged {}", text::plural("file", files)),
    };
    format!("{} ({bytes}){files}", crashes(entries.len()))
}

#[cfg(test)]
mod tests {
    use vitte_capsule::{Capsule, CrashReport};

    use super::*;

    fn repository(folder: &std::path::Path) -> Repository {
        let repository = Repository::new(folder);
        let json = r#"{"timestamp": "2025-10-22T13:05:42Z", "version": "", "module": "vittec",
            "thread": "main", "signal": null, "message": "m", "backtrace": [], "code": "F0001",
            "system": {"os": "linux", "arch": "x86_64"}}"#;
        let report: CrashReport = serde_json::from_str(json).unwrap();
        repository.save(&mut Capsule::new(report.clone())).unwrap();
        repository.save(&mut Capsule::new(report)).unwrap();
        repository
    }

    /// What is written when a person gives this answer, and how many crashes there are then.
    fn answered(answer: &str) -> (String, String, usize) {
        #[derive(clap::Parser)]
        struct Arguments {
            #[command(flatten)]
            clear: Clear,
        }
        let folder = tempfile::tempdir().unwrap();
        let repository = repository(folder.path());
        let arguments = ["clear", "--dir", folder.path().to_str().unwrap()];
        let Arguments { clear } = clap::Parser::parse_from(arguments);
        let (mut out, mut err, mut answer) = (Vec::new(), Vec::new(), answer.as_bytes());
        let mut shell = Shell {
            name: "vitte",
            out: &mut out,
            err: &mut err,
            answers: Some(&mut answer),
            complaints: 0,
        };
        let done = clear.run(&mut shell);
        assert_eq!(shell.finish(done).unwrap(), 0);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (text(&out), text(&err), repository.index().unwrap().len())
    }

    #[test]
    fn a_person_is_asked() {
        for no in ["", "\n", "n\n", "no\n", "yess\n", "\u{1b}y\n"] {
            let (out, err, left) = answered(no);
            assert_eq!((&*out, left), ("nothing was removed\n", 2), "{no:?}");
            assert!(err.starts_with("remove 2 crashes (") && err.ends_with(" for good? [y/N] "));
        }
        for yes in ["y\n", "YES", " yes \r\n"] {
            let (out, _, left) = answered(yes);
            assert_eq!((out.lines().count(), left), (2, 0), "{yes:?}");
        }
    }
}
