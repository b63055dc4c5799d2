//! `vitte crash clear`: removes all or some crashes.

use clap::Args;
use serde_json::json;
use vitte_capsule::{Index, IndexEntry, RepositoryError, RepositoryErrorKind};
use vitte_diag::text;

use super::directory::Directory;
use super::page::{crashes, safe, size};
use super::selection::Selection;
use super::shell::{CommandResult, Failure, Shell};

/// The arguments of `vitte crash clear`.
#[derive(Debug, Args)]
pub(super) struct Clear {
    /// The crashes: ids, unique prefixes of them, or `latest` [default: all]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    selection: Selection,
    /// Remove all crashes; the default if there is neither an ID nor a filter
    #[arg(long, conflicts_with_all = ["ids", "selection"])]
    all: bool,
    /// Show what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask for confirmation; required if stdin is not a terminal
    #[arg(long, short)]
    yes: bool,
    /// Write JSON Lines: the id and the size in bytes of each removed crash
    #[arg(long)]
    json: bool,
}

impl Clear {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        self.directory.note_other_users(shell)?;
        let index = self.directory.repository().index()?;
        let entries = self.selected(&index)?;
        let files = self.files(&index);
        if !self.is_all() {
            shell.warn_all(&index.unreadable)?;
        }
        if entries.is_empty() && files.is_empty() {
            return self.report_nothing(&index, shell);
        }
        if !self.dry_run && !self.yes {
            let what = describe(&entries, files.len());
            match shell.confirm(&format!("permanently remove {what}?"))? {
                Some(true) => {}
                Some(false) => return Ok(writeln!(shell.out, "nothing was removed")?),
                None => {
                    return Err(Failure::Message(format!(
                        "refusing to remove {what} without confirmation (stdin is not a terminal); pass --yes"
                    )));
                }
            }
        }
        self.remove(&index, &entries, shell)?;
        let repository = self.directory.repository();
        for path in files {
            match if self.dry_run { Ok(()) } else { repository.remove_unreadable(path) } {
                Err(error) => shell.warn(&error)?,
                Ok(()) => self.report(&path.to_string_lossy(), 0, shell)?,
            }
        }
        if self.is_all() && !self.dry_run {
            self.directory.repository().remove_stale()?;
        }
        Ok(())
    }

    /// Returns true if there is neither an id nor a filter.
    fn is_all(&self) -> bool {
        self.ids.is_empty() && self.selection.is_empty()
    }

    /// Returns the selected crashes. If one of the ids is not found, that is an error and no crash is removed.
    fn selected(&self, index: &Index) -> CommandResult<Vec<IndexEntry>> {
        if self.ids.is_empty() {
            return Ok(index.entries().filter(|entry| self.selection.matches(entry)).collect());
        }
        let mut named: Vec<IndexEntry> = Vec::new();
        for asked in &self.ids {
            let id = index.find(asked)?;
            if named.iter().all(|entry| entry.id != id) {
                named.extend(index.entry(&id));
            }
        }
        named.retain(|entry| self.selection.matches(entry));
        Ok(named)
    }

    /// Returns the damaged files and the links, which are removed together with all crashes.
    fn files<'a>(&self, index: &'a Index) -> Vec<&'a std::path::Path> {
        let is_damaged = |error: &&RepositoryError| {
            use RepositoryErrorKind::{Capsule, InvalidReport, Link, TooLarge};
            matches!(error.kind, Capsule(_) | InvalidReport(_) | Link | TooLarge { .. })
        };
        let all = index.unreadable.iter().filter(|_| self.is_all());
        all.filter(is_damaged).map(|error| &*error.path).collect()
    }

    fn report_nothing(&self, index: &Index, shell: &mut Shell<'_>) -> CommandResult {
        let no_crashes = self.directory.no_crashes();
        match (self.json, index.is_empty()) {
            (true, _) => Ok(()),
            (false, true) => Ok(writeln!(shell.out, "{no_crashes}")?),
            (false, false) => {
                let no_match = self.directory.no_match(index);
                Ok(writeln!(shell.out, "{no_match}")?)
            }
        }
    }

    fn remove(
        &self,
        index: &Index,
        entries: &[IndexEntry],
        shell: &mut Shell<'_>,
    ) -> CommandResult {
        let repository = self.directory.repository();
        let ids: Vec<&str> = entries.iter().map(|entry| &*entry.id).collect();
        let removed = if self.dry_run { Ok(()) } else { repository.remove(&ids) };
        for entry in entries {
            // After an error some crashes may still exist.
            if removed.is_ok() || !index.file_exists(entry) {
                self.report(&entry.id, entry.bytes, shell)?;
            }
        }
        Ok(removed?)
    }

    /// Reports a removed crash or file.
    fn report(&self, id: &str, bytes: u64, shell: &mut Shell<'_>) -> CommandResult {
        if self.json {
            let line = json!({"id": id, "bytes": bytes, "dry_run": self.dry_run});
            return Ok(writeln!(shell.out, "{line}")?);
        }
        let would = if self.dry_run { "would remove" } else { "removed" };
        Ok(writeln!(shell.out, "{would} {}", safe(id))?)
    }
}

/// Describes what will be removed: `3 crashes (12.3 KiB) and 1 damaged file`.
fn describe(entries: &[IndexEntry], files: usize) -> String {
    let bytes = size(entries.iter().map(|entry| entry.bytes).sum());
    let files = match files {
        0 => String::new(),
        files => format!(" and {files} damaged {}", text::plural("file", files)),
    };
    format!("{} ({bytes}){files}", crashes(entries.len()))
}

#[cfg(test)]
mod tests {
    use vitte_capsule::{Capsule, CrashReport, Repository};

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

    /// Returns the output, the questions and the number of crashes that are left after `answer`.
    fn after_answer(answer: &str) -> (String, String, usize) {
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
            program: "vitte",
            out: &mut out,
            err: &mut err,
            answers: Some(&mut answer),
            warnings: 0,
        };
        let done = clear.run(&mut shell);
        assert_eq!(shell.finish(done).unwrap(), 0);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (text(&out), text(&err), repository.index().unwrap().len())
    }

    #[test]
    fn clear_asks_for_confirmation() {
        for no in ["", "\n", "n\n", "no\n", "yess\n", "\u{1b}y\n"] {
            let (out, err, left) = after_answer(no);
            assert_eq!((&*out, left), ("nothing was removed\n", 2), "{no:?}");
            assert!(
                err.starts_with("permanently remove 2 crashes (") && err.ends_with(")? [y/N] ")
            );
        }
        for yes in ["y\n", "YES", " yes \r\n"] {
            let (out, _, left) = after_answer(yes);
            assert_eq!((out.lines().count(), left), (2, 0), "{yes:?}");
        }
    }
}
