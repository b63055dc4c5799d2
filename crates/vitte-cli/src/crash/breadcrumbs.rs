//! `vitte crash breadcrumbs`: shows the events that the program recorded before the crash.

use std::borrow::Cow;

use clap::{Args, ValueEnum};
use vitte_capsule::{Breadcrumb, BreadcrumbLevel, CrashReport};
use vitte_diag::text;

use super::directory::OneCrash;
use super::head;
use super::page::{OutputArgs, Style, count, number, safe};
use super::shell::{CommandResult, Shell};
use super::table::{self, Column};

/// The arguments of `vitte crash breadcrumbs`.
#[derive(Debug, Args)]
pub(super) struct Breadcrumbs {
    #[command(flatten)]
    crash: OneCrash,
    /// Only events of this level and higher ones: trace, debug, info, warn or error
    #[arg(long, value_name = "LEVEL", value_enum, hide_possible_values = true)]
    level: Option<Level>,
    /// Only events of the thread with this name
    #[arg(long, value_name = "NAME")]
    thread: Option<String>,
    /// Only the last N of these events
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// Show the times of the events (UTC), not those before the crash
    #[arg(long)]
    absolute: bool,
    #[command(flatten)]
    output: OutputArgs,
    /// Write JSON: a list of the events, the oldest first
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

impl From<Level> for BreadcrumbLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Trace => Self::Trace,
            Level::Debug => Self::Debug,
            Level::Info => Self::Info,
            Level::Warn => Self::Warn,
            Level::Error => Self::Error,
        }
    }
}

/// The maximum width of columns on a terminal, in cells.
const MAX_TARGET_CELLS: usize = 24;
const MAX_THREAD_CELLS: usize = 16;

impl Breadcrumbs {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> CommandResult {
        let report = self.crash.load(shell)?.capsule.report;
        let mut selected: Vec<&Breadcrumb> =
            report.breadcrumbs.iter().filter(|breadcrumb| self.matches(breadcrumb)).collect();
        let matching = selected.len();
        if let Some(last) = self.last {
            selected.drain(..matching.saturating_sub(last));
        }
        if self.json {
            return shell.json(&selected);
        }
        let id = safe(&report.id);
        if report.breadcrumbs.is_empty() {
            return Ok(writeln!(shell.out, "no breadcrumbs were recorded for `{id}`")?);
        }
        let all = report.breadcrumbs.len();
        if matching == 0 {
            let all = count(all, "breadcrumb", "breadcrumbs");
            return Ok(writeln!(shell.out, "no match among {all} of `{id}`")?);
        }
        let mut page = self.output.page();
        let shown = selected.get(..head::MAX_ROWS).unwrap_or(&selected);
        table::show(self.columns(&report, shown), &mut page);
        if let Some(more) = head::more_rows(selected.len(), "breadcrumb") {
            page.line(Style::Secondary, more);
        }
        page.gap();
        let total = count(all, "breadcrumb", "breadcrumbs");
        page.line(
            Style::Plain,
            match selected.len() {
                shown if shown < all => format!("showing {} of {total}", number(shown)),
                _ => total,
            },
        );
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }

    fn matches(&self, breadcrumb: &Breadcrumb) -> bool {
        self.level.is_none_or(|level| breadcrumb.level >= level.into())
            && self.thread.as_ref().is_none_or(|thread| breadcrumb.thread == *thread)
    }

    /// Returns the columns. That of the thread is only there if the events are those of several threads.
    ///
    /// ```text
    /// time     level  thread  target         message
    /// -1.877s  debug  worker  vittec::cache  entry removed (key: shapes)
    /// -0.001s  warn   main    vittec::front  unusual block
    /// ```
    fn columns(&self, report: &CrashReport, shown: &[&Breadcrumb]) -> Vec<Column> {
        let cells = |cell: &dyn Fn(&Breadcrumb) -> Cow<'_, str>| -> Vec<String> {
            let cell = |breadcrumb: &&Breadcrumb| {
                let cell = cell(breadcrumb);
                let (text, more) = head::of_text(&cell);
                let more = more.map(|more| format!(" {more}")).unwrap_or_default();
                safe(text) + &more
            };
            shown.iter().map(cell).collect()
        };
        let mut times = cells(&|breadcrumb| match self.absolute {
            true => breadcrumb.timestamp.as_str().into(),
            false => report.breadcrumb_time(breadcrumb).into(),
        });
        for time in &mut times {
            // A line of the table begins with the time, which may be any text.
            *time = text::escape_workflow_command(std::mem::take(time).into()).into_owned();
        }
        let mut columns = vec![
            Column::text("time", usize::MAX, times),
            Column::text(
                "level",
                usize::MAX,
                cells(&|breadcrumb| breadcrumb.level.as_str().into()),
            ),
        ];
        if report.has_breadcrumbs_of_several_threads() {
            let threads = cells(&|breadcrumb| breadcrumb.thread.as_str().into());
            columns.push(Column::text("thread", MAX_THREAD_CELLS, threads));
        }
        let targets = cells(&|breadcrumb| breadcrumb.target.as_str().into());
        columns.push(Column::path("target", MAX_TARGET_CELLS, targets));
        let messages = cells(&|breadcrumb| breadcrumb.to_string().into());
        columns.push(Column::text("message", usize::MAX, messages));
        columns
    }
}
