//! Random sessions: after each edit the diagnostics of the server are those of a fresh check of the same text.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vitte_diag::SourceMap;

use crate::common::checker::check_text;
use crate::common::expected::{self, Unit};
use crate::common::random::Random;
use crate::common::{Client, all_capabilities, server};

const SESSIONS: u64 = 1000;
const STEPS: usize = 10;

const PIECES: [&str; 24] = [
    "",
    "\n",
    "\r",
    "\r\n",
    "\n\r",
    "\r\r\n",
    "@",
    "?",
    "%",
    "&",
    "{",
    "}",
    "é",
    "𝄞",
    "\u{feff}",
    "a\u{301}",
    "漢字",
    "@ x\r\n  % y\r?",
    "{\n@\r}\n",
    "\0",
    "\u{2028}",
    "👩‍👩‍👧",
    "plain text\n",
    "@@",
];
const URIS: [&str; 4] =
    ["file:///w/a.my", "file:///w/b%20c.my", "untitled:x", "file:///w/%C3%A9.my"];

struct Session {
    client: Client,
    random: Random,
    unit: Unit,
    pulls: bool,
    /// The open documents, with their versions.
    open: BTreeMap<&'static str, (i32, String)>,
    /// The last result of each document that was pulled.
    results: BTreeMap<&'static str, (String, Value)>,
}

impl Session {
    fn new(seed: u64) -> Self {
        let unit = Unit::ALL[usize::try_from(seed % 3).unwrap()];
        let pulls = seed % 2 == 1;
        let mut capabilities = all_capabilities();
        capabilities["general"]["positionEncodings"] = json!([unit.name()]);
        if pulls {
            let publish = capabilities["textDocument"]["publishDiagnostics"].clone();
            capabilities["textDocument"]["diagnostic"] = publish;
        }
        Self {
            client: Client::start(server(), &capabilities),
            random: Random::new(seed),
            unit,
            pulls,
            open: BTreeMap::new(),
            results: BTreeMap::new(),
        }
    }

    fn text(&mut self) -> String {
        (0..self.random.below(12)).map(|_| self.random.pick(&PIECES)).collect()
    }

    fn step(&mut self) {
        let uri = self.random.pick(&URIS);
        let Some((version, text)) = self.open.get(uri).cloned() else {
            let (text, version) = (self.text(), self.random.below(100));
            let version = i32::try_from(version).unwrap();
            self.client.open_version(uri, version, &text);
            self.open.insert(uri, (version, text));
            return self.compare(uri);
        };
        if self.random.one_in(8) {
            self.client.close(uri);
            self.open.remove(uri);
            return;
        }
        self.edit(uri, version, text);
        // Without waiting for the result of the last edit.
        while self.random.one_in(3) {
            let (version, text) = self.open[uri].clone();
            self.edit(uri, version, text);
        }
        self.compare(uri);
    }

    fn edit(&mut self, uri: &'static str, version: i32, mut text: String) {
        let changes: Vec<Value> =
            (0..=self.random.below(3)).map(|_| self.change(&mut text)).collect();
        let version = version + i32::try_from(self.random.below(3)).unwrap();
        self.client.change(uri, version, changes.into());
        self.open.insert(uri, (version, text));
    }

    /// Changes a text, and returns the change.
    fn change(&mut self, text: &mut String) -> Value {
        if self.random.one_in(6) {
            *text = self.text();
            return json!({"text": *text});
        }
        let mut point = || {
            let lines = text.matches(['\n', '\r']).count() + 2;
            let (line, character) = (self.random.below(lines), self.random.below(9));
            (u32::try_from(line).unwrap(), u32::try_from(character).unwrap())
        };
        let (a, b) = (point(), point());
        let (start, end) = (a.min(b), a.max(b));
        let offset = |(line, character)| expected::offset(text, line, character, self.unit);
        let range = offset(start)..offset(end);
        let new = self.random.pick(&PIECES);
        text.replace_range(range, new);
        crate::common::edit([start.0, start.1, end.0, end.1], new)
    }

    /// Compares the diagnostics of a document with those of a fresh check.
    fn compare(&mut self, uri: &'static str) {
        let (version, text) = self.open[uri].clone();
        let mut sources = SourceMap::new();
        let file = sources.add("fresh", text.as_str()).unwrap();
        let bag = check_text(file, &text);
        let fresh = expected::diagnostics(&sources, &bag, uri, self.unit);
        let found = if self.pulls { self.pull(uri) } else { self.published(uri, version) };
        assert_eq!(found, json!(fresh), "{:?}: {text:?}", self.unit);
    }

    /// What was published for the last version, after everything was checked.
    fn published(&mut self, uri: &str, version: i32) -> Value {
        let all = self.client.settle();
        let last = all.into_iter().rfind(|one| one["uri"] == uri);
        let mut last = last.unwrap_or_else(|| panic!("{uri} was not published"));
        assert_eq!(last["version"], version);
        last["diagnostics"].take()
    }

    fn pull(&mut self, uri: &'static str) -> Value {
        let known = self.results.get(uri).cloned();
        let previous = known.as_ref().map(|(id, _)| id.clone());
        let params = json!({"textDocument": {"uri": uri}, "previousResultId": previous});
        let mut report = self.client.request("textDocument/diagnostic", params);
        let id = report["resultId"].as_str().unwrap().to_owned();
        let items = match known {
            Some((known, items)) if report["kind"] == "unchanged" => {
                assert_eq!(known, id);
                items
            }
            _ => report["items"].take(),
        };
        self.results.insert(uri, (id, items.clone()));
        items
    }
}

fn sessions(seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        let mut session = Session::new(seed);
        let run = std::panic::AssertUnwindSafe(|| (0..STEPS).for_each(|_| session.step()));
        if let Err(failed) = std::panic::catch_unwind(run) {
            let message = failed.downcast::<String>().map_or_else(|_| String::new(), |text| *text);
            panic!("session {seed}: {message}");
        }
        session.client.shut_down();
    }
}

#[test]
fn published_diagnostics_are_those_of_a_fresh_check() {
    sessions((0..SESSIONS).step_by(2));
}

#[test]
fn pulled_diagnostics_are_those_of_a_fresh_check() {
    sessions((1..SESSIONS).step_by(2));
}
