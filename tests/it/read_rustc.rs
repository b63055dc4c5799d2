//! The reader of rustc and cargo: the diagnostics of the programs in `tests/compilers`, and damaged ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vitte_diag::json::JsonDiagnostic;
use vitte_diag::read::{Imported, InputFormat};
use vitte_diag::{DiagnosticBag, FileId, Format, text};

mod damaged;
mod expected;

use expected::Expected;

use crate::common::{human, json, root, written};

/// The output of rustc or cargo for one program.
struct Output {
    path: PathBuf,
    input: Vec<u8>,
}

impl Output {
    /// Returns the outputs of all programs.
    fn all() -> Vec<Self> {
        let dirs = ["rustc", "cargo"].map(|dir| root().join("tests/compilers").join(dir));
        let files = dirs.iter().flat_map(|dir| walkdir::WalkDir::new(dir).sort_by_file_name());
        let paths = files.map(|file| file.unwrap().into_path());
        let paths = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
        paths.map(|path| Self { input: fs::read(&path).unwrap(), path }).collect()
    }

    /// Reads an input with the files of the program. Paths are relative to its directory.
    fn try_read(&self, input: &[u8]) -> Option<Imported> {
        let dir = self.path.parent().unwrap();
        InputFormat::Rustc.read(input, &mut |path| load(dir, path)).ok()
    }

    /// Reads the whole output.
    fn read(&self) -> Imported {
        self.try_read(&self.input).unwrap()
    }

    /// Returns each diagnostic, and the line that contains it.
    fn messages(&self) -> Vec<(Value, &[u8])> {
        let lines = self.input.split(|byte| *byte == b'\n');
        let values = lines.filter_map(|line| Some((serde_json::from_slice(line).ok()?, line)));
        let message = |(value, line): (Value, _)| {
            let message = if value["reason"].is_null() { &value } else { &value["message"] };
            message["level"].is_string().then(|| (message.clone(), line))
        };
        values.filter_map(message).collect()
    }
}

fn load(dir: &Path, path: &str) -> Option<Vec<u8>> {
    fs::read(dir.join(path)).ok()
}

/// Returns the kinds of losses.
fn lost(imported: &Imported) -> Vec<&'static str> {
    imported.losses.kinds().map(|(kind, _)| kind).collect()
}

/// Several labels of a diagnostic may be primary in rustc, only one here. The labels are kept.
const PRIMARY: &str = "the primary mark of further labels";

#[test]
fn at_least_97_percent_of_the_diagnostics_are_read_without_loss() {
    let (mut total, mut lossless, mut without_marks) = (0, 0, 0);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for output in Output::all() {
        for (_, line) in output.messages() {
            let imported = output.try_read(line).unwrap();
            assert_eq!(imported.diagnostics.len(), 1);
            let lost = lost(&imported);
            total += 1;
            lossless += usize::from(lost.is_empty());
            without_marks += usize::from(lost.iter().all(|kind| *kind == PRIMARY));
            lost.iter().for_each(|kind| *kinds.entry(kind).or_default() += 1);
        }
    }
    assert!(total > 1000, "{total}");
    assert!(without_marks * 100 >= total * 97, "{without_marks} of {total}: {kinds:#?}");
    // The marks are not the reason why the others pass.
    assert!(lossless * 100 >= total * 95, "{lossless} of {total}: {kinds:#?}");
}

#[test]
fn every_line_is_read_and_every_file_is_the_one_that_rustc_read() {
    for output in Output::all() {
        let imported = output.read();
        let path = output.path.display();
        assert_eq!(imported.changed_files, [], "{path}");
        let is_json = |line: &&[u8]| line.starts_with(b"{");
        let other_lines = output.input.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let other_lines = other_lines.filter(|line| !is_json(line)).count();
        assert_eq!(
            imported.invalid_lines.len(),
            other_lines,
            "{path}: {:?}",
            imported.invalid_lines
        );
        assert!(imported.diagnostics.len() >= output.messages().len(), "{path}");
        let bag: DiagnosticBag = imported.diagnostics.iter().cloned().collect();
        assert_eq!(bag.validate(&imported.sources), [], "{path}");
    }
}

#[test]
fn our_json_has_every_text_and_location_and_reads_back_equal() {
    for output in Output::all() {
        for (message, line) in output.messages() {
            let imported = output.try_read(line).unwrap();
            let (sources, [diagnostic]) = (&imported.sources, &imported.diagnostics[..]) else {
                panic!("one diagnostic per line");
            };
            let bag: DiagnosticBag = [diagnostic.clone()].into_iter().collect();
            let json = json(sources, &bag);
            let read: JsonDiagnostic<'_> = serde_json::from_str(&json).unwrap();
            let file = |path: &str| {
                let found = sources.files().find(|file| file.path() == path);
                found.map_or(FileId::DUMMY, |file| file.id())
            };
            let path = output.path.display();
            assert_eq!(read.to_diagnostic(file).as_ref(), Ok(diagnostic), "{path}");
            let expected = Expected::of(&message, sources);
            assert_eq!(expected.missing_in(&read), Vec::<String>::new(), "{path}: {json}");
            assert_eq!(expected.added_by(&read), Vec::<String>::new(), "{path}: {json}");
        }
    }
}

#[test]
fn every_format_accepts_every_diagnostic() {
    for output in Output::all() {
        let Imported { sources, diagnostics, .. } = output.read();
        let bag: DiagnosticBag = diagnostics.into_iter().collect();
        for &format in Format::ALL {
            assert!(!written(format, &sources, &bag).is_empty() || bag.is_empty());
        }
    }
}

#[test]
fn human_output_has_every_message_and_label() {
    for output in Output::all() {
        for (message, line) in output.messages() {
            let Imported { sources, diagnostics, .. } = output.try_read(line).unwrap();
            let bag: DiagnosticBag = diagnostics.into_iter().collect();
            let shown = human(&sources, &bag, |emitter| emitter.with_width(u16::MAX));
            for label in Expected::of(&message, &sources).messages {
                for line in text::lines(&label, 4) {
                    let line = line.trim();
                    assert!(
                        shown.contains(line),
                        "{}: no {line:?} in\n{shown}",
                        output.path.display()
                    );
                }
            }
        }
    }
}
