//! `vitte crash list` and `vitte crash search`: a line for each crash.

use clap::Args;
use vitte_capsule::{Index, IndexEntry};

use super::directory::Directory;
use super::page::OutputArgs;
use super::selection::Selection;
use super::shell::{CommandResult, Shell};
use super::table::{self, Limit, Newest, Row};

/// The arguments of `vitte crash list`.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    output: OutputArgs,
    /// Write JSON Lines: the index entry of each crash
    #[arg(long)]
    json: bool,
}

/// The arguments of `vitte crash search`.
#[derive(Debug, Args)]
pub(super) struct Search {
    /// Text to search for (case-insensitive)
    term: String,
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    output: OutputArgs,
    /// Write JSON Lines: the index entry of each crash
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        let Self { directory, selection, limit, output, json } = self;
        let index = directory.index(shell)?;
        let is_any = selection.is_empty();
        let matches = |entry: &IndexEntry| (is_any || selection.matches(entry)).then_some(None);
        Listing { directory, limit, output, json, is_any }.show(
            &index,
            index.entries(),
            matches,
            shell,
        )
    }
}

impl Search {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        let Self { term, directory, selection, limit, output, json } = self;
        let index = directory.index(shell)?;
        let term = term.to_lowercase();
        let matches = |entry: &IndexEntry| {
            let found = selection.matches(entry).then(|| found_in(&term, entry)).flatten();
            found.map(Some)
        };
        Listing { directory, limit, output, json, is_any: false }.show(
            &index,
            index.candidates(&term),
            matches,
            shell,
        )
    }
}

/// Returns the name of the first field that contains `term`, which must be in lower case.
fn found_in(term: &str, entry: &IndexEntry) -> Option<&'static str> {
    let has = |text: &str| text.to_lowercase().contains(term);
    let any = |texts: &[String]| texts.iter().any(|text| has(text));
    let kinds =
        [entry.kind.as_str(), entry.code.as_str(), entry.signal.as_deref().unwrap_or_default()];
    if has(&entry.message) {
        Some("message")
    } else if any(&entry.functions) {
        Some("function")
    } else if any(&entry.files) {
        Some("file")
    } else if kinds.iter().any(|kind| has(kind)) {
        Some("kind")
    } else if has(&entry.program) {
        Some("module")
    } else if has(&entry.id) {
        Some("id")
    } else if has(&entry.fingerprint.to_string()) {
        Some("fingerprint")
    } else {
        None
    }
}

/// How crashes are listed.
struct Listing {
    directory: Directory,
    limit: Limit,
    output: OutputArgs,
    json: bool,
    /// Whether there is no filter.
    is_any: bool,
}

impl Listing {
    /// Lists the `entries` for which `matches` returns `Some`; the inner value is the name of the field in which a
    /// search found its text.
    fn show(
        self,
        index: &Index,
        entries: impl DoubleEndedIterator<Item = IndexEntry>,
        matches: impl Fn(&IndexEntry) -> Option<Option<&'static str>>,
        shell: &mut Shell<'_>,
    ) -> CommandResult {
        let max = self.limit.max(self.json);
        if self.json {
            let json = |entry: IndexEntry, _| serde_json::to_string(&entry);
            for line in Newest::of(index, entries, max, self.is_any, matches, json).shown {
                writeln!(shell.out, "{}", line?)?;
            }
            return Ok(());
        }
        let row = |entry: IndexEntry, found_in| Row::of(&entry, index, found_in);
        let newest = Newest::of(index, entries, max, self.is_any, matches, row);
        if newest.total > 0 {
            let mut page = self.output.page();
            table::show(&newest, &mut page);
            return Ok(shell.out.write_all(page.finish().as_bytes())?);
        }
        let no_crashes = self.directory.no_crashes();
        if index.is_empty() || self.is_any {
            return Ok(writeln!(shell.out, "{no_crashes}")?);
        }
        Ok(writeln!(shell.out, "{}", self.directory.no_match(index))?)
    }
}
