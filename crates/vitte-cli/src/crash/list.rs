//! `vitte crash list` and `vitte crash search`: a line for each crash.

use clap::Args;
use vitte_capsule::{Entry, Index};

use super::folder::Folder;
use super::look::{Look, crashes};
use super::selection::Selection;
use super::shell::{Done, Shell};
use super::table::{self, Limit, Newest, Row};

/// The arguments of `vitte crash list`.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    look: Look,
    /// Write JSON Lines: what the index has of each crash
    #[arg(long)]
    json: bool,
}

/// The arguments of `vitte crash search`.
#[derive(Debug, Args)]
pub(super) struct Search {
    /// What is searched for; small letters are as large ones
    term: String,
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    look: Look,
    /// Write JSON Lines: what the index has of each crash
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> Done {
        let Self { folder, selection, limit, look, json } = self;
        let index = folder.index(shell)?;
        let is_any = selection.is_empty();
        let takes = |entry: &Entry| (is_any || selection.takes(entry)).then_some(None);
        Listing { folder, limit, look, json, is_any }.show(&index, index.entries(), takes, shell)
    }
}

impl Search {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> Done {
        let Self { term, folder, selection, limit, look, json } = self;
        let index = folder.index(shell)?;
        let term = term.to_lowercase();
        let takes = |entry: &Entry| {
            let found = selection.takes(entry).then(|| found_in(&term, entry)).flatten();
            found.map(Some)
        };
        Listing { folder, limit, look, json, is_any: false }.show(
            &index,
            index.entries_near(&term),
            takes,
            shell,
        )
    }
}

/// In what of a crash a term is, which is in small letters.
fn found_in(term: &str, entry: &Entry) -> Option<&'static str> {
    let has = |text: &str| text.to_lowercase().contains(term);
    let any = |texts: &[String]| texts.iter().any(|text| has(text));
    let kinds = [&*entry.kind, entry.code.as_str(), entry.signal.as_deref().unwrap_or_default()];
    if has(&entry.message) {
        Some("message")
    } else if any(&entry.functions) {
        Some("function")
    } else if any(&entry.files) {
        Some("file")
    } else if kinds.iter().any(|kind| has(kind)) {
        Some("kind")
    } else if has(&entry.module) {
        Some("module")
    } else if has(&entry.id) {
        Some("id")
    } else if has(&entry.fingerprint.to_string()) {
        Some("fingerprint")
    } else {
        None
    }
}

/// How some crashes are listed.
struct Listing {
    folder: Folder,
    limit: Limit,
    look: Look,
    json: bool,
    /// Whether all of them are.
    is_any: bool,
}

impl Listing {
    /// Lists those of some `entries` that `takes` takes; it says where it found what it looks for, if it looks for something.
    fn show(
        self,
        index: &Index,
        entries: impl DoubleEndedIterator<Item = Entry>,
        takes: impl Fn(&Entry) -> Option<Option<&'static str>>,
        shell: &mut Shell<'_>,
    ) -> Done {
        let most = self.limit.most(self.json);
        if self.json {
            let json = |entry: Entry, _| serde_json::to_string(&entry);
            for line in Newest::of(index, entries, most, self.is_any, takes, json).shown {
                writeln!(shell.out, "{}", line?)?;
            }
            return Ok(());
        }
        let row = |entry: Entry, found_in| Row::of(&entry, index, found_in);
        let newest = Newest::of(index, entries, most, self.is_any, takes, row);
        if newest.total > 0 {
            let mut page = self.look.page();
            table::show(&newest, &mut page);
            return Ok(shell.out.write_all(page.finish().as_bytes())?);
        }
        let nothing = self.folder.nothing();
        if index.is_empty() || self.is_any {
            return Ok(writeln!(shell.out, "{nothing}")?);
        }
        let place = nothing.trim_start_matches("no crash reports ");
        let of = match index.len() {
            1 => "the one crash".to_owned(),
            count => format!("none of {}", crashes(count)),
        };
        let is = if index.len() == 1 { "is not" } else { "is" };
        Ok(writeln!(shell.out, "{of} {place} {is} like that")?)
    }
}
