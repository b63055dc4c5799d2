use serde_json::json;

use super::*;
use crate::capsule::CapsuleSource;
use crate::report::CrashReport;

/// Returns a capsule with one file and a context at a byte range of it.
fn capsule(text: &str, lo: usize, hi: usize) -> Capsule {
    let location = json!({"id": 3, "file": "a.vitte", "lo": lo, "hi": hi, "line": 1, "col": 1});
    let json = json!({"timestamp": "", "message": "m", "context":
        [{"name": "c", "values": [], "place": location}], "sources":
        [{"id": 3, "file": "a.vitte", "lines": [{"line": 2, "lo": 2, "text": "known"}]}]});
    let report = CrashReport::from_json(json.to_string().as_bytes()).unwrap();
    let mut capsule = Capsule::with_diagnostic(report, String::new());
    capsule.sources.push(CapsuleSource::new("a.vitte", text));
    capsule
}

/// Returns the line numbers and the text of chunks, with marked text in brackets.
fn rendered(chunks: &[Chunk]) -> Vec<(String, String)> {
    let piece = |piece: &Piece| match piece.is_marked {
        true => format!("[{}]", piece.text),
        false => piece.text.clone(),
    };
    let rendered = chunks.iter().map(|chunk| {
        let text = chunk.pieces.iter().map(piece).collect();
        (chunk.numbers.replace('\n', " "), text)
    });
    rendered.collect()
}

fn at(text: &str, lo: usize, hi: usize) -> Vec<(String, String)> {
    let capsule = capsule(text, lo, hi);
    let texts = texts(&capsule);
    let files = files(&capsule, &texts);
    let location = capsule.report.contexts[0].location.as_ref().unwrap();
    rendered(&files[find(&files, location).unwrap()].lines_at(location))
}

fn chunk(numbers: &str, text: &str) -> (String, String) {
    (numbers.to_owned(), text.to_owned())
}

/// Renders a capsule, and returns the page and the largest amount of memory that this took, in bytes.
fn rendered_within(capsule: &Capsule) -> (String, u64) {
    let mut page = String::new();
    let memory = allocation_counter::measure(|| page = capsule.to_html());
    (page, memory.bytes_max)
}

#[test]
fn millions_of_lines_are_not_listed() {
    let capsule = capsule(&"\n".repeat(16 << 20), 5_000_000, 5_000_003);
    let (page, memory) = rendered_within(&capsule);
    assert!(memory < 16 << 20, "{memory} bytes");
    assert!(page.contains(" of 16,777,216 lines omitted"), "no note");
    assert!(page.contains("5000001\n5000002\n5000003"), "the location is not shown");
}

#[test]
fn thousands_of_files_and_contexts_are_truncated() {
    let mut capsule = capsule("a\n", 0, 1);
    let context = capsule.report.contexts[0].clone();
    let mut recorded = capsule.report.sources[0].clone();
    for index in 0..20_000 {
        (recorded.id, recorded.file) = (index, format!("recorded{index}.vitte"));
        capsule.report.sources.push(recorded.clone());
        capsule.report.contexts.push(context.clone());
    }
    for index in 0..4000 {
        capsule.sources.push(CapsuleSource::new(format!("f{index}.vitte"), "x\n".repeat(2000)));
    }
    let (page, memory) = rendered_within(&capsule);
    // The report is copied.
    assert!(memory < 64 << 20, "{memory} bytes");
    assert!(page.len() < 2 << 20, "{} bytes", page.len());
}

#[test]
fn the_location_of_a_context_is_marked() {
    assert_eq!(at("a\r\n\tbé<\u{1b}\nc", 4, 7), [chunk("1 2 3", "a\n    [bé]<␛\nc")]);
    assert_eq!(at("ab\ncd", 1, 4), [chunk("1 2", "a[b]\n[c]d")]);
    assert_eq!(at("ab\ncd", 4, 4), [chunk("1 2", "ab\nc[d]")]);
    assert_eq!(at("ab", 2, 2), [chunk("1", "ab[ ]")], "an empty location at the end of the file");
    assert_eq!(at("", 0, 0), [], "an empty file has no lines");
    assert_eq!(at("ab", 70, 90), [], "a location after the end of the file");
    let lines: String = (1..=40).map(|number| format!("{number}\n")).collect();
    let chunks = at(&lines, 0, lines.len());
    let numbers: Vec<&str> = chunks.iter().map(|(numbers, _)| numbers.as_str()).collect();
    assert_eq!(numbers, ["1 2 3 4 5 6 7 8", "38 39 40"]);
    let (_, long) = &at(&"x".repeat(9000), 0, 1)[0];
    assert!(long.starts_with("[x]xxx") && long.ends_with(" … 8,400 more bytes"), "{long}");
}

#[test]
fn large_files_are_shown_in_part() {
    let shown = |capsule: &Capsule| {
        let texts = texts(capsule);
        let files = files(capsule, &texts);
        let contexts = capsule.report.contexts.iter();
        let locations = contexts.filter_map(|entry| entry.location.as_ref());
        let (views, omitted) = file_views(&files, locations);
        assert_eq!(omitted, 0);
        views.iter().map(|view| (view.note.clone(), rendered(&view.chunks))).collect::<Vec<_>>()
    };
    let small = capsule("ab\nc\n", 0, 1);
    assert_eq!(shown(&small), [(String::new(), vec![chunk("1 2", "[a]b\nc")])]);
    let line = "0123456789".repeat(5) + "\n";
    let large = shown(&capsule(&line.repeat(9000), 51 * 4000, 51 * 4000 + 5));
    let (note, chunks) = &large[0];
    assert_eq!(note, "8,940 of 9,000 lines omitted");
    assert!(chunks[0].0.starts_with("3971 3972 ") && chunks[0].0.ends_with(" 4030"));
    assert!(chunks[0].1.contains("\n[01234]56789"));
    let mut partial = small.clone();
    partial.sources.clear();
    let (note, chunks) = &shown(&partial)[0];
    assert_eq!(note, "only the lines of the contexts were recorded");
    assert_eq!(*chunks, [chunk("2", "known")]);
    let mut lossy = small;
    lossy.sources[0].text = b"a\xffb".to_vec();
    assert!(shown(&lossy)[0].0.contains("invalid UTF-8"));
}

#[test]
fn the_line_of_a_frame_is_marked_if_the_capsule_has_its_source() {
    let capsule = capsule("a\nb\nc\nd\ne\nf\ng\nh\n", 0, 1);
    let texts = texts(&capsule);
    let file = &files(&capsule, &texts)[0];
    let frame = |file: &str, line| CrashFrame {
        file: Some(file.to_owned()),
        line,
        ..CrashFrame::default()
    };
    let found = file.lines_of_frame(&frame("a.vitte", Some(5))).unwrap();
    assert_eq!(rendered(&found), [chunk("2 3 4 5 6 7 8", "b\nc\nd\n[e]\nf\ng\nh")]);
    for frame in [frame("b.vitte", Some(5)), frame("a.vitte", None), frame("a.vitte", Some(99))] {
        assert_eq!(file.lines_of_frame(&frame), None);
    }
}

#[test]
fn a_diagnostic_has_the_whole_files_of_the_capsule() {
    let capsule = capsule("ab\ncd\n", 0, 1);
    let map = capsule.source_map();
    let file = map.files().nth(3).unwrap();
    assert_eq!((file.path(), file.line(1), file.line(2)), ("a.vitte", Some("ab"), Some("cd")));
}
