//! A capsule as a page for a browser: one file, which loads nothing and sends nothing.
//!
//! ```text
//! panic  F0001
//! attempt to subtract with overflow
//! Program vittec 0.1.0   Time 2025-10-22T13:05:42.123Z   Fingerprint 1a2b3c4d …
//! [ search                / ] 3 matches   ☐ in project only   expand all …
//!
//! Diagnostic       fatal[F0001]: `vittec` panicked: …
//! Context          ▾ 0 typeck            src/shapes.vitte:3:4
//! Frames           ▸ 2 vittec::front::blocks::close       src/front/blocks.rs:77:13
//! Graph            main ─▶ check ─▶ close
//! Threads  Notes  Registers  Sources  Environment  Capsule
//! ```
//!
//! The templates, the style and the script are in `templates/crash`. Text of a capsule is hostile:
//! `shown` makes it safe for the reader, the templates escape it for the browser, none of it is ever in the
//! script or the style, and the [policy](policy::of) lets nothing else run. The page is whole without its
//! script, which adds the search and the keys.
//!
//! The same capsule has the same bytes. Each list and each text has a limit, and what is beyond it is said.

mod code;
mod contexts;
mod facts;
mod fragment;
mod frames;
mod graph;
mod limits;
mod policy;

use std::borrow::Cow;

use askama::Template as _;
use code::View;
use contexts::{Doing, Part};
use frames::{Group, Thread};
use graph::{Drawing, Graph};

use crate::capsule::Capsule;
use crate::report::{CrashKind, command};

/// The most bytes of the message.
const MESSAGE: usize = 2000;
/// The most bytes of the title of the window.
const TITLE: usize = 120;

#[derive(askama::Template)]
#[template(path = "crash/page.html", whitespace = "minimize")]
struct Page<'a> {
    policy: String,
    style: &'a str,
    script: &'a str,
    generator: &'static str,
    title: String,
    kind: CrashKind,
    code: String,
    message: String,
    facts: Vec<(&'static str, String)>,
    fingerprint: String,
    short_fingerprint: String,
    command: String,
    thread: String,
    /// Markup.
    diagnostic: &'a str,
    doing: Vec<Doing>,
    more_doing: usize,
    groups: Vec<Group>,
    call_count: usize,
    drawing: Drawing,
    description: String,
    graph_left_out: usize,
    threads: Vec<Thread>,
    more_threads: usize,
    notes: Vec<String>,
    registers: Vec<(String, String)>,
    views: Vec<View>,
    more_views: usize,
    environment: Vec<(String, String)>,
    more_environment: usize,
    minidump: String,
    source_count: String,
}

impl Capsule {
    /// The capsule as a page for a browser: one file that loads nothing and sends nothing, with a search, the
    /// calls, the contexts and a drawing of who called whom. It is the same for the same capsule.
    ///
    /// Nothing of a capsule is run, whatever it holds: text is escaped, what a reader could be fooled with
    /// has stand-ins, and the page's Content-Security-Policy allows its own script alone. What is very long
    /// is cut, and says so.
    #[must_use]
    pub fn to_html(&self) -> String {
        page(self, &fragment::of(self), vitte_diag::html::STYLESHEET)
    }
}

/// The page of a capsule, whose `diagnostic` is drawn already, and has this style.
fn page(capsule: &Capsule, diagnostic: &str, style: &str) -> String {
    let report = &capsule.report;
    let style =
        unix(&format!("{style}{}", include_str!("../templates/crash/page.css"))).into_owned();
    let script = unix(include_str!("../templates/crash/page.js"));
    let texts = code::texts(capsule);
    let files = code::files(capsule, &texts);
    let (doing, more_doing) = contexts::of(report, &files);
    let groups = frames::of_crash(report, &files);
    let graph = Graph::of(&groups, &doing);
    let places = report.contexts.iter().filter_map(|entry| entry.location.as_ref());
    let (views, more_views) = code::views(&files, places);
    let (threads, more_threads) = frames::threads(report);
    let (environment, more_environment) = facts::environment(capsule);
    let page = Page {
        policy: policy::of(&style, &script),
        style: &style,
        script: &script,
        generator: env!("CARGO_PKG_VERSION"),
        title: title(capsule),
        kind: report.kind(),
        code: report.code.to_string(),
        message: limits::block(&report.message, MESSAGE),
        facts: facts::of(report),
        fingerprint: capsule.fingerprint.to_string(),
        short_fingerprint: capsule.fingerprint.short(),
        command: limits::line(&command(&report.args), 2 * MESSAGE),
        thread: limits::line(&report.thread, TITLE),
        diagnostic,
        doing,
        more_doing,
        call_count: groups.iter().map(|group| group.calls.len()).sum(),
        groups,
        drawing: graph::draw(&graph),
        description: graph.description(),
        graph_left_out: graph.left_out,
        threads,
        more_threads,
        notes: facts::notes(report),
        registers: facts::registers(report),
        views,
        more_views,
        environment,
        more_environment,
        minidump: minidump(capsule),
        source_count: source_count(capsule),
    };
    // Writing to memory cannot fail.
    page.render().unwrap_or_default()
}

/// A browser hashes what it has read, in which every line ends with a line feed; a file of this crate may
/// have been checked out otherwise.
fn unix(text: &str) -> Cow<'_, str> {
    match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n")),
        false => Cow::Borrowed(text),
    }
}

fn title(capsule: &Capsule) -> String {
    let report = &capsule.report;
    let message = report.message.lines().next().unwrap_or_default();
    let message = limits::line(message, TITLE);
    let module = limits::line(&report.program, TITLE);
    format!("{}: {message} · {module}", report.kind())
}

fn minidump(capsule: &Capsule) -> String {
    let name = "minidump.dmp";
    match &capsule.minidump {
        None => "It has no minidump.".to_owned(),
        Some(dump) => {
            let size = limits::counted("byte", dump.len());
            format!("It has a minidump of {size}, {name}, which a debugger reads.")
        }
    }
}

fn source_count(capsule: &Capsule) -> String {
    let bytes: usize = capsule.sources.iter().map(|source| source.text.len()).sum();
    match capsule.sources.len() {
        0 => "It has no source files.".to_owned(),
        count => {
            let files = limits::counted("source file", count);
            format!("It has {files} of {} together.", limits::counted("byte", bytes))
        }
    }
}
