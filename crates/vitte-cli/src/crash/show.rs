//! `vitte crash show` and `vitte crash latest`: show a crash as its user saw it.

use clap::Args;
use vitte_capsule::{CrashReport, Index, RepositoryError, RepositoryErrorKind};
use vitte_diag::{BacktraceStyle, Terminal, text};

use super::directory::{Directory, OneCrash};
use super::page::{OutputArgs, Style, UNLIMITED, count, safe};
use super::shell::{CommandResult, Shell};
use super::target::LoadedCrash;
use crate::log;

/// The arguments of `vitte crash show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    crash: OneCrash,
    #[command(flatten)]
    detail: Detail,
}

/// The arguments of `vitte crash latest`.
#[derive(Debug, Args)]
pub(super) struct Latest {
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    detail: Detail,
}

#[derive(Clone, Copy, Debug, Args)]
struct Detail {
    /// Show everything: the command line, registers, all frames of all threads
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    output: OutputArgs,
    /// Write JSON: the stored report
    #[arg(long, conflicts_with = "full")]
    json: bool,
}

impl Show {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> CommandResult {
        let target = self.crash.load(shell)?;
        self.detail.show(&target, &self.crash.directory, shell)
    }
}

impl Latest {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        match LoadedCrash::load("latest", &self.directory.repository()) {
            // No crashes is not an error.
            Err(RepositoryError { kind: RepositoryErrorKind::Empty, .. }) => {
                Ok(writeln!(shell.out, "{}", self.directory.no_crashes())?)
            }
            target => self.detail.show(&target?, &self.directory, shell),
        }
    }
}

impl Detail {
    fn show(
        self,
        target: &LoadedCrash,
        directory: &Directory,
        shell: &mut Shell<'_>,
    ) -> CommandResult {
        let report = &target.capsule.report;
        if self.json {
            return shell.json(report);
        }
        if self.full {
            shell.out.write_all(log::shown(report.to_text(true)).as_bytes())?;
        } else {
            let shown = as_seen(report, self.output.terminal());
            shell.out.write_all(shown.as_bytes())?;
        }
        if !self.full {
            self.show_breadcrumbs(report, shell)?;
        }
        let (id, time) = (safe(&report.id), safe(&report.timestamp));
        let others = same_fingerprint(target, &directory.repository().index()?).len();
        let others = match others {
            0 => "no other crash".to_owned(),
            others => count(others, "other crash", "other crashes"),
        };
        let short = target.capsule.fingerprint.short();
        let line = text::escape_workflow_command(format!("{id}, at {time}").into()).into_owned();
        Ok(writeln!(shell.out, "\n{line}\nfingerprint {short} ({others})")?)
    }
}

/// The newest breadcrumbs are shown.
const MAX_BREADCRUMBS: usize = 5;

impl Detail {
    /// Writes the newest breadcrumbs, and how to see all of them.
    fn show_breadcrumbs(self, report: &CrashReport, shell: &mut Shell<'_>) -> CommandResult {
        let all = report.breadcrumbs.len();
        if all == 0 {
            return Ok(());
        }
        let mut page = self.output.page();
        let lines = report.breadcrumb_lines(MAX_BREADCRUMBS);
        let heading = match lines.len() {
            shown if shown < all => {
                let all = count(all, "breadcrumb", "breadcrumbs");
                format!(
                    "the last {shown} of {all}; `{} crash breadcrumbs` shows all",
                    shell.program
                )
            }
            _ => "breadcrumbs, the oldest first".to_owned(),
        };
        page.line(Style::Heading, heading);
        lines.iter().for_each(|line| page.line(Style::Plain, format!("  {line}")));
        writeln!(shell.out)?;
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}

/// Returns a crash as its user saw it. Where lines are not cut, nothing is omitted.
pub(super) fn as_seen(report: &CrashReport, terminal: Terminal) -> String {
    let is_short = terminal.backtraces == BacktraceStyle::Short;
    match terminal.width {
        UNLIMITED if is_short => report.to_terminal(terminal.with_backtraces(BacktraceStyle::All)),
        _ => report.to_terminal(terminal),
    }
}

/// Returns the ids of the other crashes with the same fingerprint, the oldest first.
pub(super) fn same_fingerprint(target: &LoadedCrash, index: &Index) -> Vec<String> {
    let capsule = &target.capsule;
    let is_same = |entry: &vitte_capsule::IndexEntry| {
        entry.fingerprint == capsule.fingerprint && entry.id != capsule.report.id
    };
    index.entries().filter(is_same).map(|entry| entry.id).collect()
}
