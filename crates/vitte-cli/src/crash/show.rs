//! `vitte crash show` and `vitte crash latest`: a crash as its user saw it.

use clap::Args;
use vitte_capsule::{Index, StoreError, StoreErrorKind};
use vitte_diag::{Emitter as _, HumanEmitter, Terminal, text};

use super::folder::{Folder, One};
use super::look::{Look, count, safe};
use super::shell::{Done, Shell};
use super::target::Target;

/// The arguments of `vitte crash show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    how: How,
}

/// The arguments of `vitte crash latest`.
#[derive(Debug, Args)]
pub(super) struct Latest {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    how: How,
}

#[derive(Clone, Copy, Debug, Args)]
struct How {
    /// Show all: the command line, registers, every call of every thread
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    look: Look,
    /// Write JSON: the report as it is stored
    #[arg(long, conflicts_with = "full")]
    json: bool,
}

impl Show {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> Done {
        let target = self.one.load()?;
        self.how.show(&target, &self.one.folder, shell)
    }
}

impl Latest {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> Done {
        match Target::load("latest", &self.folder.repository()) {
            // Nothing is wrong where nothing crashed.
            Err(StoreError { kind: StoreErrorKind::Empty, .. }) => {
                Ok(writeln!(shell.out, "{}", self.folder.nothing())?)
            }
            target => self.how.show(&target?, &self.folder, shell),
        }
    }
}

impl How {
    fn show(self, target: &Target, folder: &Folder, shell: &mut Shell<'_>) -> Done {
        let report = &target.capsule.report;
        if self.json {
            return shell.json(report);
        }
        if self.full {
            shell.out.write_all(report.to_text(true).as_bytes())?;
        } else {
            shell.out.write_all(&diagnostic(target, self.look.terminal()))?;
        }
        let (id, time) = (safe(&report.id), safe(&report.timestamp));
        let others = alike(target, &folder.repository().index()?).len();
        let others = match others {
            0 => "no other crash like this one".to_owned(),
            others => count(others, "other crash like this one", "other crashes like this one"),
        };
        let short = target.capsule.fingerprint.short();
        let line = text::further_line(format!("{id}, at {time}").into()).into_owned();
        Ok(writeln!(shell.out, "\n{line}\nfingerprint {short}: {others}")?)
    }
}

/// The diagnostic as the terminal of the program showed it.
fn diagnostic(target: &Target, terminal: Terminal) -> Vec<u8> {
    let report = &target.capsule.report;
    let mut emitter = HumanEmitter::new(Vec::new()).with_terminal(terminal);
    // Writing to memory cannot fail.
    _ = emitter.emit(&report.sources(), &report.to_diagnostic());
    emitter.into_inner()
}

/// The ids of the other crashes with the same fingerprint, the oldest first.
pub(super) fn alike(target: &Target, index: &Index) -> Vec<String> {
    let capsule = &target.capsule;
    let is_like = |entry: &vitte_capsule::Entry| {
        entry.fingerprint == capsule.fingerprint && entry.id != capsule.report.id
    };
    index.entries().filter(is_like).map(|entry| entry.id).collect()
}
