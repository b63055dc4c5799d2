//! `vitte crash search`: the crashes that contain a text, and where.

use std::collections::VecDeque;

use clap::Args;
use serde::Serialize;
use vitte_capsule::{Index, IndexEntry};

use super::hits::{Hit, Hits, MAX_COUNTED};
use super::list_args::ListArgs;
use super::page::{Style, TextOutput, count, crashes, number, safe};
use super::pattern::{Pattern, PatternArgs};
use super::shell::{CommandResult, Failure, Shell};
use super::summary;

/// The arguments of `vitte crash search`.
#[derive(Debug, Args)]
pub(super) struct Search {
    /// The text to search for
    term: String,
    #[command(flatten)]
    pattern: PatternArgs,
    #[command(flatten)]
    list: ListArgs,
    /// Write JSON Lines: the index entry of each crash, with its hits
    #[arg(long)]
    json: bool,
}

/// A crash that contains the text. The JSON object has `hits` besides the fields of the index entry.
#[derive(Serialize)]
struct FoundCrash {
    #[serde(flatten)]
    entry: IndexEntry,
    hits: Vec<Hit>,
    /// The number of hits; the search of a capsule ends after [`MAX_COUNTED`].
    #[serde(rename = "hit_count")]
    count: usize,
}

/// Hits of one crash that are shown on a terminal.
const MAX_ON_TERMINAL: usize = 8;
/// Hits of one crash that are written otherwise. A hostile capsule may have any number.
const MAX_HITS: usize = 1000;
/// Bytes of a line that are shown on a terminal.
const MAX_BYTES_ON_TERMINAL: usize = 200;
/// Bytes of a line that are written otherwise.
const MAX_BYTES: usize = 4096;

impl Search {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        let pattern = self.pattern.compile(&self.term).map_err(Failure::Message)?;
        let index = self.list.directory.index(shell)?;
        let is_cut = !self.json && self.list.output.page().is_cut();
        let (max, mut shown, mut total, mut hits) =
            (self.list.limit.max(self.json), VecDeque::new(), 0, 0);
        for entry in index.entries().filter(|entry| self.list.selection.matches(entry)) {
            let Some(found) = find(entry, &index, &pattern, is_cut, shell)? else { continue };
            total += 1;
            hits += found.count;
            if max == usize::MAX {
                // Written at once, because there may be any number.
                self.write(&found, &index, shell)?;
            } else {
                shown.push_back(found);
                if shown.len() > max {
                    shown.pop_front();
                }
            }
        }
        shown.iter().try_for_each(|found| self.write(found, &index, shell))?;
        if total == 0 {
            return self.report_nothing(&index, shell);
        }
        if !self.json {
            let mut page = self.list.output.page();
            let shown = if max == usize::MAX { total } else { shown.len() };
            let hits = count(hits, "hit", "hits");
            let omitted = match shown {
                shown if shown < total => {
                    format!("; showing {}; --all shows all", crashes(shown))
                }
                _ => String::new(),
            };
            page.line(Style::Plain, format!("{hits} in {}{omitted}", crashes(total)));
            shell.out.write_all(page.finish().as_bytes())?;
        }
        Ok(())
    }

    fn write(&self, found: &FoundCrash, index: &Index, shell: &mut Shell<'_>) -> CommandResult {
        if self.json {
            return Ok(writeln!(shell.out, "{}", serde_json::to_string(found)?)?);
        }
        let mut page = self.list.output.page();
        found.show(index, &mut page);
        page.gap();
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }

    /// Ends with exit code 1, as `grep` does, or with 2 if a crash could not be read.
    fn report_nothing(&self, index: &Index, shell: &mut Shell<'_>) -> CommandResult {
        if !self.json {
            let (is_empty, directory) = (index.is_empty(), &self.list.directory);
            let why = if is_empty { directory.no_crashes() } else { directory.no_match(index) };
            writeln!(shell.err, "{}: {why}", shell.program)?;
        }
        if shell.warnings > 0 { Ok(()) } else { Err(Failure::Exit(1)) }
    }
}

/// Searches a crash. Warns if it cannot be read.
fn find(
    mut entry: IndexEntry,
    index: &Index,
    pattern: &Pattern,
    is_cut: bool,
    shell: &mut Shell<'_>,
) -> CommandResult<Option<FoundCrash>> {
    let capsule = match index.load(&entry.id) {
        Ok(capsule) => capsule,
        // A large index is not compared with the files.
        Err(_) if !index.file_exists(&entry) => return Ok(None),
        Err(error) => {
            shell.warn(&error)?;
            return Ok(None);
        }
    };
    let (max, max_bytes) =
        if is_cut { (MAX_ON_TERMINAL, MAX_BYTES_ON_TERMINAL) } else { (MAX_HITS, MAX_BYTES) };
    let Hits { stored, count, .. } = Hits::of(&capsule, pattern, max, max_bytes);
    if count == 0 {
        return Ok(None);
    }
    if !is_cut {
        entry.message = capsule.report.message;
    }
    Ok(Some(FoundCrash { entry, hits: stored, count }))
}

impl FoundCrash {
    /// ```text
    /// 2025-10-22T13-05-42-1  panic  src/shapes.vitte:3:4  attempt to subtract with overflow
    ///   message: attempt to subtract with overflow
    ///   context type-checking, fn: area
    ///   ... and 2 more
    /// ```
    fn show(&self, index: &Index, page: &mut TextOutput) {
        let Self { entry, hits, count } = self;
        let is_cut = page.is_cut();
        let end = if is_cut { index.shortest_prefix_len(&entry.id) } else { entry.id.len() };
        let id = entry.id.get(..end).unwrap_or(&entry.id);
        let rest = [summary::kind(entry), summary::place(entry), &entry.message];
        let rest = rest.into_iter().filter(|text| !text.is_empty());
        let rest: String = rest.map(|text| format!("  {}", safe(text))).collect();
        page.styled(&[(Style::Heading, id), (Style::Plain, &rest)]);
        for Hit { place, text } in hits {
            let place = format!("  {}: ", safe(place));
            page.styled(&[(Style::Secondary, &place), (Style::Plain, text)]);
        }
        if *count > hits.len() {
            let at_least = if *count >= MAX_COUNTED { "at least " } else { "" };
            let more = number(count - hits.len());
            page.line(Style::Secondary, format!("  ... and {at_least}{more} more"));
        }
    }
}
