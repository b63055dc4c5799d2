//! `vitte crash`: the reports of crashes.

mod ask;
mod interrupt;
mod list;
mod reduce;
mod replay;
mod selection;
mod target;
mod upload;

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use reduce::CrashReduce;
use replay::CrashReplay;
use selection::Selection;
use upload::CrashUpload;

use crate::color::ColorChoice;
use crate::crash::{CrashReport, Repository, Store, StoreError, StoreErrorKind};
use crate::emit::{Emitter as _, HumanEmitter};
use crate::terminal::Terminal;
use crate::text;

/// ID is that of a report, the beginning of one, or `latest`.
#[derive(Debug, Subcommand)]
pub(super) enum Crash {
    /// Lists reports, the oldest first
    List {
        #[command(flatten)]
        folder: Folder,
        #[command(flatten)]
        selection: Selection,
        /// Write JSON Lines: the main fields of each report
        #[arg(long)]
        json: bool,
    },
    /// Shows a report
    Show {
        /// The report: its id, the beginning of it, or `latest`
        id: String,
        #[command(flatten)]
        folder: Folder,
        /// Write the JSON as it is stored
        #[arg(long, conflicts_with = "full")]
        json: bool,
        /// Show all: the command line, registers, every call of every thread
        #[arg(long)]
        full: bool,
    },
    /// Sends a report to whoever mends the program: to a folder, to Sentry, or as an issue on GitHub
    Upload(CrashUpload),
    /// Runs the program of a crash again on its sources, and says whether the same crash came back
    Replay(CrashReplay),
    /// Makes the sources of a crash as small as they can be for the same crash to come back
    Reduce(CrashReduce),
    /// Removes reports
    Clear {
        /// The reports: ids, their beginnings, or `latest`
        #[arg(value_name = "ID")]
        ids: Vec<String>,
        #[command(flatten)]
        folder: Folder,
        #[command(flatten)]
        selection: Selection,
        /// Remove all reports
        #[arg(long, conflicts_with_all = ["ids", "selection"])]
        all: bool,
        /// Only say what would be removed
        #[arg(long)]
        dry_run: bool,
    },
}

/// Where the reports are.
#[derive(Debug, Args)]
pub(super) struct Folder {
    /// The folder of the reports [default: `$VITTE_CRASH_DIR`, or target/crash-reports]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Folder {
    fn repository(&self) -> Repository {
        Repository::new(self.store().folder())
    }

    fn store(&self) -> Store {
        let wished = || env::var_os("VITTE_CRASH_DIR").filter(|dir| !dir.is_empty());
        let dir = self.dir.clone().or_else(|| wished().map(PathBuf::from));
        Store::new(dir.unwrap_or_else(|| PathBuf::from(Store::DEFAULT_FOLDER)))
    }
}

/// The most files that are reported one by one.
const MOST_COMPLAINTS: usize = 20;

impl Crash {
    /// Whether all went well; the error is that of writing.
    pub(super) fn run(self, out: &mut dyn Write) -> io::Result<bool> {
        let mut complaints = Complaints { to: &mut io::stderr(), count: 0 };
        let done = match self {
            Self::List { folder, selection, json } => {
                list(&folder.store(), &selection, json, out, &mut complaints)?
            }
            Self::Show { id, folder, json, full } => show(&folder.store(), &id, json, full, out)?,
            Self::Upload(upload) => return upload.run(out, &mut io::stderr()),
            Self::Replay(replay) => return replay.run(out).map(|code| code == 0),
            Self::Reduce(reduce) => return reduce.run(out).map(|code| code == 0),
            Self::Clear { ids, folder, selection, all, dry_run } => {
                let clear = Clear { store: folder.store(), selection, all, dry_run };
                clear.run(&ids, out, &mut complaints)?
            }
        };
        if let Err(error) = done {
            complaints.add(&error)?;
        }
        complaints.finish()
    }
}

/// What could not be done.
struct Complaints<'a> {
    to: &'a mut dyn Write,
    count: usize,
}

impl Complaints<'_> {
    fn add(&mut self, error: &StoreError) -> io::Result<()> {
        self.count += 1;
        if self.count <= MOST_COMPLAINTS { writeln!(self.to, "vitte: {error}") } else { Ok(()) }
    }

    /// Whether there was nothing to complain of.
    fn finish(self) -> io::Result<bool> {
        if self.count > MOST_COMPLAINTS {
            let more = text::more("file", self.count - MOST_COMPLAINTS);
            writeln!(self.to, "vitte: and {more} like these")?;
        }
        Ok(self.count == 0)
    }
}

/// What is done, unless the store has an error; the outer error is that of writing.
type Done<T = ()> = io::Result<Result<T, StoreError>>;

fn list(
    store: &Store,
    selection: &Selection,
    json: bool,
    out: &mut dyn Write,
    complaints: &mut Complaints<'_>,
) -> Done {
    let mut rows = Vec::new();
    let mut count = 0_usize;
    let listed = each(store, complaints, |report| {
        count += 1;
        if !selection.takes(&report) {
            return Ok(());
        }
        if json {
            return list::write_json(&report, out);
        }
        // Not the whole report: there may be very many.
        rows.push(list::Row::of(&report));
        Ok(())
    })?;
    if listed.is_err() || json {
        return Ok(listed);
    }
    if rows.is_empty() {
        let path = store.folder().to_string_lossy();
        let folder = text::one_line(&path);
        match count {
            0 => writeln!(out, "no crash reports in `{folder}`")?,
            _ => {
                let reports = text::plural("crash report", count);
                writeln!(out, "none of {count} {reports} in `{folder}` is like that")?;
            }
        }
        return Ok(Ok(()));
    }
    let width = Terminal::stdout(ColorChoice::Auto).width;
    out.write_all(list::table(&rows, width.into()).as_bytes()).map(Ok)
}

/// Shows each report of a store, the oldest first; one at a time is read. What cannot be read is a
/// complaint.
fn each(
    store: &Store,
    complaints: &mut Complaints<'_>,
    mut see: impl FnMut(CrashReport) -> io::Result<()>,
) -> Done {
    let names = match store.names() {
        Ok(names) => names,
        Err(error) => return Ok(Err(error)),
    };
    for id in names.ids {
        match store.load(&id) {
            Ok(report) => see(report)?,
            Err(error) if is_gone(&error) => {}
            Err(error) => complaints.add(&error)?,
        }
    }
    for error in &names.others {
        complaints.add(error)?;
    }
    Ok(Ok(()))
}

/// Whether somebody else has removed a report whose name was there.
const fn is_gone(error: &StoreError) -> bool {
    matches!(error.kind, StoreErrorKind::Unknown(_))
}

fn show(store: &Store, asked: &str, json: bool, full: bool, out: &mut dyn Write) -> Done {
    let shown = store.find(asked).and_then(|id| match json {
        true => store.load_json(&id),
        false => store.load(&id).map(|report| view(&report, full)),
    });
    match shown {
        Ok(shown) => out.write_all(shown.as_bytes()).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

/// What a person sees of a report: the diagnostic as it was shown, or all that there is.
fn view(report: &CrashReport, full: bool) -> String {
    if full {
        return report.to_text(true);
    }
    let mut emitter =
        HumanEmitter::new(Vec::new()).with_terminal(Terminal::stdout(ColorChoice::Auto));
    // Writing to memory cannot fail.
    _ = emitter.emit(&report.sources(), &report.to_diagnostic());
    let shown = emitter.into_inner();
    let id = text::one_line(&report.id);
    let time = text::one_line(&report.timestamp);
    format!(
        "{}\n{id}, at {time}; `--full` shows the command line, registers and all threads\n",
        String::from_utf8_lossy(&shown)
    )
}

/// What is to be removed, and how.
struct Clear {
    store: Store,
    selection: Selection,
    all: bool,
    dry_run: bool,
}

impl Clear {
    fn run(&self, asked: &[String], out: &mut dyn Write, complaints: &mut Complaints<'_>) -> Done {
        if asked.is_empty() && !self.all && self.selection.is_empty() {
            complaints.count += 1;
            let help = "vitte: which reports? Name them, select some, or ask for --all";
            return writeln!(complaints.to, "{help}").map(Ok);
        }
        let ids = match self.ids(asked, complaints)? {
            Ok(ids) => ids,
            Err(error) => return Ok(Err(error)),
        };
        let mut count = 0_usize;
        for id in ids {
            match if self.dry_run { Ok(()) } else { self.store.remove(&id) } {
                Ok(()) => {
                    count += 1;
                    let what = if self.dry_run { "would remove" } else { "removed" };
                    writeln!(out, "{what} {id}")?;
                }
                Err(error) if is_gone(&error) => {}
                Err(error) => complaints.add(&error)?,
            }
        }
        if count == 0 && complaints.count == 0 {
            writeln!(out, "nothing to remove")?;
        }
        if self.all && !self.dry_run {
            return Ok(self.store.remove_stale());
        }
        Ok(Ok(()))
    }

    /// The reports that are meant. Where one that is named is not found, none is removed.
    fn ids(&self, asked: &[String], complaints: &mut Complaints<'_>) -> Done<Vec<String>> {
        if self.all {
            // Those that cannot be read too.
            return Ok(self.store.names().map(|names| names.ids));
        }
        let mut named = Vec::new();
        for asked in asked {
            match self.store.find(asked) {
                Ok(id) if named.contains(&id) => {}
                Ok(id) => named.push(id),
                Err(error) => return Ok(Err(error)),
            }
        }
        if self.selection.is_empty() {
            return Ok(Ok(named));
        }
        let mut ids = Vec::new();
        let seen = each(&self.store, complaints, |report| {
            let is_named = asked.is_empty() || named.contains(&report.id);
            if is_named && self.selection.takes(&report) {
                ids.push(report.id);
            }
            Ok(())
        })?;
        Ok(seen.map(|()| ids))
    }
}
