//! `vitte crash report`: writes a page about many crashes.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use vitte_capsule::{CrashGroup, CrashOverview, IndexEntry};
use vitte_diag::text;

use super::directory::Directory;
use super::html;
use super::selection::Selection;
use super::shell::{CommandResult, Shell};

/// The arguments of `vitte crash report`.
#[derive(Debug, Args)]
pub(super) struct Report {
    /// The file to write; - is standard output
    #[arg(long, value_name = "FILE")]
    html: PathBuf,
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    selection: Selection,
    /// Write one JSON document: the path of the page, and what it counts
    #[arg(long)]
    json: bool,
}

/// The JSON document.
#[derive(Serialize)]
struct ReportJson<'a> {
    path: &'a str,
    bytes: usize,
    crashes: usize,
    fingerprints: usize,
}

impl Report {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        html::check_stdout(&self.html, self.json)?;
        let index = self.directory.index(shell)?;
        let matches = |entry: &IndexEntry| self.selection.matches(entry);
        let groups = CrashGroup::of(index.entries().filter(matches));
        let (fingerprints, crashes) =
            (groups.len(), groups.iter().map(|group| group.crashes).sum());
        let page = CrashOverview::new(groups)
            .with_command(format!("{} crash", shell.program))
            .with_selection(self.selection.describe())
            .to_html();
        if html::is_stdout(&self.html) {
            return Ok(shell.out.write_all(page.as_bytes())?);
        }
        let path = html::write(self.html, &page)?;
        let shown = path.to_string_lossy();
        if self.json {
            let bytes = page.len();
            return shell.json(&ReportJson { path: &shown, bytes, crashes, fingerprints });
        }
        Ok(writeln!(shell.out, "{}", text::one_line(&shown))?)
    }
}
