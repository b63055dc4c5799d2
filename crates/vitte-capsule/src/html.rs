//! The HTML report: a capsule as a self-contained page, which loads and sends no data.
//!
//! ```text
//! panic  F0001
//! attempt to subtract with overflow
//! Program vittec 0.1.0   Time 2025-10-22T13:05:42.123Z   Fingerprint 1a2b3c4d …
//! [ search                / ] 3 matches   ☐ in project only   expand all …
//!
//! Diagnostic       fatal[F0001]: `vittec` panicked: …
//! Contexts         ▾ 0 typeck            src/shapes.vitte:3:4
//! Frames           ▸ 2 vittec::front::blocks::close       src/front/blocks.rs:77:13
//! Graph            main ─▶ check ─▶ close
//! Breadcrumbs  Threads  Notes  Registers  Sources  Environment  Capsule
//! ```
//!
//! The templates, the style sheet and the script are in `templates/crash`. The text of a capsule is untrusted:
//! `limits` escapes invisible characters, the templates escape markup, no text is in the script or the style
//! sheet, and the [policy](policy::content_security_policy) allows no other script. Without its
//! script, which adds the search and the keyboard shortcuts, the page still shows everything.
//!
//! The same capsule gives the same bytes. Each list and each string has a limit, and the page says what is omitted.

mod breadcrumbs;
mod code;
mod contexts;
mod embed;
mod facts;
mod fragment;
mod frames;
mod graph;
mod limits;
mod lines;
mod overview;
mod policy;

use std::borrow::Cow;

use askama::Template as _;
use breadcrumbs::HtmlBreadcrumb;
use code::FileView;
use contexts::{HtmlContext, Part};
use frames::{FrameGroup, HtmlThread};
use graph::{Drawing, Graph};
pub use overview::CrashOverview;

use crate::capsule::Capsule;
use crate::report::{CrashKind, shell_command};

const MAX_MESSAGE_BYTES: usize = 2000;
const MAX_COMMAND_BYTES: usize = 4000;
/// Maximum length of each part of the window title, in bytes.
const MAX_TITLE_BYTES: usize = 120;

#[derive(askama::Template)]
#[template(path = "crash/page.html", whitespace = "minimize")]
struct ReportPage<'a> {
    policy: String,
    style: &'a str,
    script: &'a str,
    generator: &'static str,
    title: String,
    kind: CrashKind,
    code: String,
    message: String,
    /// Names and values of the summary.
    facts: Vec<(&'static str, String)>,
    fingerprint: String,
    short_fingerprint: String,
    command: String,
    thread: String,
    /// HTML, not escaped by the template.
    diagnostic: &'a str,
    contexts: Vec<HtmlContext>,
    omitted_contexts: usize,
    frame_groups: Vec<FrameGroup>,
    frame_count: usize,
    drawing: Drawing,
    graph_description: String,
    omitted_nodes: usize,
    breadcrumbs: Vec<HtmlBreadcrumb>,
    omitted_breadcrumbs: usize,
    threads: Vec<HtmlThread>,
    omitted_threads: usize,
    notes: Vec<String>,
    registers: Vec<(String, String)>,
    file_views: Vec<FileView>,
    omitted_files: usize,
    environment: Vec<(String, String)>,
    omitted_variables: usize,
    minidump: String,
    source_count: String,
}

impl Capsule {
    /// Renders the capsule as an HTML report: a self-contained page with the diagnostic, contexts, frames,
    /// execution graph, threads, sources and a search. It loads and sends no data. The same capsule gives the
    /// same bytes.
    ///
    /// A capsule is untrusted. Markup in its text is escaped, characters that could mislead a reader are
    /// replaced by visible escapes, and the page's Content-Security-Policy allows only its own script. Long
    /// strings and lists are truncated, and the page says so.
    #[must_use]
    pub fn to_html(&self) -> String {
        render(self, &fragment::render(self), vitte_diag::html::STYLESHEET)
    }
}

/// Renders the page with an already rendered `diagnostic` and the style sheet of the diagnostic.
fn render(capsule: &Capsule, diagnostic: &str, style: &str) -> String {
    let own =
        concat!(include_str!("../templates/base.css"), include_str!("../templates/crash/page.css"));
    let style = unix_lines(&format!("{style}{own}")).into_owned();
    let script = unix_lines(include_str!("../templates/crash/page.js"));
    // Writing to memory cannot fail.
    report_page(capsule, diagnostic, &style, &script).render().unwrap_or_default()
}

/// Returns what the page shows, which the [fragment](embed) shows too.
fn report_page<'a>(
    capsule: &Capsule,
    diagnostic: &'a str,
    style: &'a str,
    script: &'a str,
) -> ReportPage<'a> {
    let report = &capsule.report;
    let texts = code::texts(capsule);
    let files = code::files(capsule, &texts);
    let (contexts, omitted_contexts) = contexts::from_report(report, &files);
    let frame_groups = frames::crash_groups(report, &files);
    let graph = Graph::new(&frame_groups, &contexts);
    let locations = report.contexts.iter().filter_map(|entry| entry.location.as_ref());
    let (file_views, omitted_files) = code::file_views(&files, locations);
    let (breadcrumbs, omitted_breadcrumbs) = breadcrumbs::from_report(report);
    let (threads, omitted_threads) = frames::threads(report);
    let (environment, omitted_variables) = facts::environment(capsule);
    ReportPage {
        policy: policy::content_security_policy(style, script),
        style,
        script,
        generator: env!("CARGO_PKG_VERSION"),
        title: title(capsule),
        kind: report.kind(),
        code: report.code.to_string(),
        message: limits::multi_line(&report.message, MAX_MESSAGE_BYTES),
        facts: facts::summary(report),
        fingerprint: capsule.fingerprint.to_string(),
        short_fingerprint: capsule.fingerprint.short(),
        command: limits::line(&shell_command(&report.args), MAX_COMMAND_BYTES),
        thread: limits::line(&report.thread, MAX_TITLE_BYTES),
        diagnostic,
        contexts,
        omitted_contexts,
        frame_count: frame_groups.iter().map(|group| group.frames.len()).sum(),
        frame_groups,
        drawing: graph::draw(&graph),
        graph_description: graph.description(),
        omitted_nodes: graph.omitted,
        breadcrumbs,
        omitted_breadcrumbs,
        threads,
        omitted_threads,
        notes: facts::notes(report),
        registers: facts::registers(report),
        file_views,
        omitted_files,
        environment,
        omitted_variables,
        minidump: minidump(capsule),
        source_count: source_count(capsule),
    }
}

/// Converts line ends to line feeds. A browser does so before it computes the hash for the policy, but a
/// checkout of this crate may have other line ends.
fn unix_lines(text: &str) -> Cow<'_, str> {
    match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n")),
        false => Cow::Borrowed(text),
    }
}

fn title(capsule: &Capsule) -> String {
    let report = &capsule.report;
    let message = report.message.lines().next().unwrap_or_default();
    let message = limits::line(message, MAX_TITLE_BYTES);
    let program = limits::line(&report.program, MAX_TITLE_BYTES);
    format!("{}: {message} · {program}", report.kind())
}

fn minidump(capsule: &Capsule) -> String {
    let name = "minidump.dmp";
    match &capsule.minidump {
        None => "No minidump.".to_owned(),
        Some(dump) => {
            let size = limits::counted("byte", dump.len());
            format!("Minidump: {name} ({size}), which a debugger can open.")
        }
    }
}

fn source_count(capsule: &Capsule) -> String {
    let bytes: usize = capsule.sources.iter().map(|source| source.text.len()).sum();
    match capsule.sources.len() {
        0 => "No source files.".to_owned(),
        count => {
            let files = limits::counted("source file", count);
            format!("{files}, {} in total.", limits::counted("byte", bytes))
        }
    }
}
