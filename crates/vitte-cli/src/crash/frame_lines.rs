//! The source lines of frames.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use vitte_capsule::Capsule;

/// The source lines of all frames of a capsule. Each file is read once, however many frames refer to it.
pub(super) struct FrameLines<'a>(HashMap<&'a str, HashMap<u32, Cow<'a, str>>>);

impl<'a> FrameLines<'a> {
    pub(super) fn new(capsule: &'a Capsule) -> Self {
        let report = &capsule.report;
        let threads = report.threads.iter().map(|thread| &thread.backtrace);
        let frames = std::iter::once(&report.backtrace).chain(threads);
        let mut wanted: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for location in frames.flat_map(|all| all.frames()).filter_map(|frame| frame.location()) {
            wanted.entry(location.file).or_default().insert(location.line);
        }
        let mut found: HashMap<&str, HashMap<u32, Cow<'_, str>>> = HashMap::new();
        for source in &capsule.sources {
            let Some(mut numbers) = wanted.remove(&*source.file) else { continue };
            let lines = (1..).zip(source.text.split(|byte| *byte == b'\n'));
            for (number, line) in lines {
                if numbers.remove(&number) {
                    let of_file = found.entry(&*source.file).or_default();
                    of_file.insert(number, String::from_utf8_lossy(line));
                }
                if numbers.is_empty() {
                    break;
                }
            }
        }
        // Of other files, the report may have some lines.
        for file in &report.sources {
            let Some(numbers) = wanted.get(&*file.file) else { continue };
            for line in file.lines.iter().filter(|line| numbers.contains(&line.line)) {
                let of_file = found.entry(&*file.file).or_default();
                of_file.entry(line.line).or_insert(Cow::Borrowed(&*line.text));
            }
        }
        Self(found)
    }

    /// Returns a line (1-based) of a source file, if a frame refers to it and the capsule contains it.
    pub(super) fn get(&self, file: &str, line: u32) -> Option<&str> {
        self.0.get(file)?.get(&line).map(|text| &**text)
    }
}

#[cfg(test)]
mod tests {
    use vitte_capsule::{CapsuleSource, CrashReport};

    use super::*;

    #[test]
    fn the_lines_of_all_frames_are_found() {
        let json = r#"{"timestamp": "", "message": "m", "version": "", "module": "x", "thread": "main",
            "signal": null, "system": {"os": "", "arch": ""}, "code": "F0001",
            "backtrace": ["f at a.vitte:2:1", "g at a.vitte:9", "h at b.vitte:4", "i at c.vitte:1"],
            "threads": [{"id": 1, "name": "t", "backtrace": ["j at a.vitte:1:1"]}],
            "sources": [
                {"id": 0, "file": "a.vitte", "lines": [{"line": 2, "lo": 0, "text": "ignored"}]},
                {"id": 1, "file": "b.vitte", "lines": [{"line": 4, "lo": 9, "text": "known"}]}
            ]}"#;
        let report = serde_json::from_str::<CrashReport>(json).unwrap();
        let mut capsule = Capsule::new(report);
        capsule.sources.push(CapsuleSource::new("a.vitte", "one\ntwo\nthree\n"));
        let lines = FrameLines::new(&capsule);
        let found =
            [("a.vitte", 1), ("a.vitte", 2), ("a.vitte", 9), ("b.vitte", 4), ("c.vitte", 1)];
        let found = found.map(|(file, line)| lines.get(file, line));
        assert_eq!(found, [Some("one"), Some("two"), None, Some("known"), None]);
        assert_eq!(lines.get("a.vitte", 3), None, "no frame refers to it");
    }
}
