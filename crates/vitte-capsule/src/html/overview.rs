//! The overview: all crashes of a repository as one self-contained page.
//!
//! ```text
//! Crashes of vittec
//! 10,000 crashes   400 fingerprints   2025-07-05 to 2025-11-01
//! [ search        / ]  [ all kinds ▾ ]  12 of 400 fingerprints
//!
//! Crashes per day   ▁▂▁▅█▂
//! Versions          vittec 0.4.1   1,203 crashes  31 fingerprints  4 new
//! Top frames        typeck::unify::occurs   312 crashes  2 fingerprints
//! Fingerprints      312  ▸ attempt to subtract with overflow  0.3.0 – 0.4.1 …
//! ```
//!
//! It has the rules of the [HTML report](super): the text of the crashes is untrusted, the policy allows only the page's
//! own script, and without the script, which adds search, filter and sorting, the page still shows everything. The
//! page depends only on the crashes: it has no time at which it was made.

mod chart;
mod rows;
mod totals;

use std::collections::BTreeMap;

use askama::Template as _;
use chart::{Bar, Chart};
use rows::Rows;
use totals::Totals;

use super::{limits, policy, unix_lines};
use crate::repository::CrashGroup;

/// The size limit of the page in bytes, for any number of crashes.
const MAX_PAGE_BYTES: usize = 300_000;
/// What is kept free for the text that says what is omitted.
const RESERVED_BYTES: usize = 1000;
const MAX_SELECTION_BYTES: usize = 500;

/// A page about many crashes, for example about all of a [`Repository`](crate::Repository): its groups by
/// fingerprint, a chart of crashes over time, versions and top frames, with a search.
///
/// ```
/// use vitte_capsule::{CrashGroup, CrashOverview, Repository};
///
/// # let dir = std::env::temp_dir().join("no-crashes-in-here");
/// let index = Repository::new(dir).index()?;
/// let page = CrashOverview::new(CrashGroup::of(index.entries())).to_html();
/// assert!(page.contains("No crashes"));
/// # Ok::<(), vitte_capsule::RepositoryError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CrashOverview {
    groups: Vec<CrashGroup>,
    command: String,
    selection: String,
}

#[derive(askama::Template)]
#[template(path = "overview/page.html", whitespace = "minimize")]
struct Page<'a> {
    policy: String,
    style: &'a str,
    script: &'a str,
    generator: &'static str,
    title: String,
    selection: String,
    command: &'a str,
    crashes: usize,
    crash_count: String,
    group_count: String,
    /// The first and the last day with a crash, or empty.
    period: String,
    chart: &'a Chart,
    bars: &'a [Bar],
    versions: &'a Totals,
    functions: &'a Totals,
    rows: &'a Rows,
    omission: String,
}

impl CrashOverview {
    /// Creates the page of these groups, in any order.
    #[must_use]
    pub fn new(mut groups: Vec<CrashGroup>) -> Self {
        rows::sort(&mut groups);
        Self { groups, command: "vitte crash".to_owned(), selection: String::new() }
    }

    /// Sets the command that shows crashes, which the page names. Default: `vitte crash`.
    #[must_use]
    pub fn with_command(mut self, command: impl Into<String>) -> Self {
        self.command = command.into();
        self
    }

    /// Sets the text that says which crashes the page has, such as `since 2025-10-22`. Default: empty.
    #[must_use]
    pub fn with_selection(mut self, selection: impl Into<String>) -> Self {
        self.selection = selection.into();
        self
    }

    /// Renders the page: one HTML file of at most 300,000 bytes, whatever the number of crashes. If not all groups
    /// fit, those with the fewest crashes are omitted, and the page says so; all crashes are counted in any case.
    ///
    /// It loads and sends no data. The crashes are untrusted: markup in their text is escaped, characters that could
    /// mislead a reader are replaced by visible escapes, and the page's Content-Security-Policy allows only its own
    /// script. The same crashes give the same bytes.
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut days: BTreeMap<&str, usize> = BTreeMap::new();
        for (day, crashes) in self.groups.iter().flat_map(|group| &group.days) {
            *days.entry(day).or_default() += crashes;
        }
        let chart = Chart::new(&days);
        let versions = totals::versions(&self.groups);
        let functions = totals::functions(&self.groups);
        let command = limits::line(&self.command, totals::MAX_NAME_BYTES);
        let render = |rows: &Rows| self.render(&chart, &versions, &functions, &command, rows);
        let empty = Rows { html: String::new(), omitted: 0, omitted_crashes: 0, brief: 0 };
        let max_bytes = MAX_PAGE_BYTES.saturating_sub(render(&empty).len() + RESERVED_BYTES);
        render(&rows::render(&self.groups, &chart, &command, max_bytes))
    }

    fn render(
        &self,
        chart: &Chart,
        versions: &Totals,
        functions: &Totals,
        command: &str,
        rows: &Rows,
    ) -> String {
        let style = unix_lines(concat!(
            include_str!("../../templates/base.css"),
            include_str!("../../templates/overview/page.css")
        ));
        let script = unix_lines(include_str!("../../templates/overview/page.js"));
        let crashes = self.groups.iter().map(|group| group.crashes).sum();
        let page = Page {
            policy: policy::content_security_policy(&style, &script),
            style: &style,
            script: &script,
            generator: env!("CARGO_PKG_VERSION"),
            title: totals::title(&self.groups),
            selection: limits::line(&self.selection, MAX_SELECTION_BYTES),
            command,
            crashes,
            crash_count: limits::with_separators(crashes),
            group_count: limits::with_separators(self.groups.len()),
            period: self.period(),
            chart,
            bars: &chart.bars(),
            versions,
            functions,
            rows,
            omission: omission(rows),
        };
        // Writing to memory cannot fail.
        page.render().unwrap_or_default()
    }

    /// Returns the first and the last day with a crash.
    fn period(&self) -> String {
        let days = || self.groups.iter().flat_map(|group| group.days.keys());
        match (days().min(), days().max()) {
            (Some(first), Some(last)) if first != last => {
                format!("{} to {}", limits::line(first, 10), limits::line(last, 10))
            }
            (Some(day), _) => limits::line(day, 10),
            _ => String::new(),
        }
    }
}

/// Says what the table does not have.
fn omission(rows: &Rows) -> String {
    let mut text = String::new();
    if rows.omitted > 0 {
        text = format!(
            "{} with {} omitted: those with the fewest crashes. ",
            limits::counted("fingerprint", rows.omitted),
            totals::crashes(rows.omitted_crashes),
        );
    }
    if rows.brief > 0 {
        text += &format!("{} shown without details.", limits::counted("fingerprint", rows.brief));
    }
    text
}
