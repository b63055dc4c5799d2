//! The frames that contexts belong to.

use serde_json::Value;

use crate::child::run;

/// Returns each context of a report, the outermost first, with the index and the text of its frame.
fn contexts(report: &Value) -> Vec<(String, Option<(u64, String)>)> {
    let entries = report["context"].as_array().unwrap().iter().rev();
    entries
        .map(|entry| {
            let frame = entry.get("frame").map(|frame| {
                let index = frame.as_u64().unwrap();
                let at = usize::try_from(index).unwrap();
                (index, report["backtrace"][at].as_str().unwrap().to_owned())
            });
            (entry["name"].as_str().unwrap().to_owned(), frame)
        })
        .collect()
}

#[test]
fn a_context_has_the_frame_that_opened_it() {
    for kind in ["frames", "frames-panic"] {
        let ended = run(kind).end().clean();
        let contexts = contexts(ended.report());
        let expected = [
            ("outer", "outer"),
            ("same frame", "outer"),
            ("middle", "middle"),
            ("middle", "middle"),
            ("middle", "middle"),
            ("borrowing", "middle"),
            ("inlined", "inlined"),
        ];
        let report = ended.report();
        assert_eq!(contexts.len(), expected.len(), "{report:#}");
        for ((name, frame), (expected_name, function)) in contexts.iter().zip(expected) {
            let (_, text) = frame.as_ref().unwrap_or_else(|| panic!("{name}: {report:#}"));
            assert_eq!(name, expected_name);
            // In a build with only line tables, the names of inlined functions have no module.
            let (path, _) = text.split_once(' ').unwrap();
            assert_eq!(path.rsplit("::").next(), Some(function), "{name}: {text}");
        }
        let indices: Vec<u64> =
            contexts.iter().filter_map(|(_, frame)| Some(frame.as_ref()?.0)).collect();
        assert_eq!(indices[0], indices[1]);
        // Three calls of one function.
        assert!(indices[2] > indices[3] && indices[3] > indices[4], "{indices:?}");
        assert_eq!(indices[4], indices[5]);
    }
}

#[test]
fn a_context_whose_function_has_returned_has_no_frame() {
    let ended = run("frames-returned").end().clean();
    let contexts = contexts(ended.report());
    let names: Vec<&str> = contexts.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["first", "second", "in a loop", "in a loop"]);
    assert!(contexts.iter().all(|(_, frame)| frame.is_none()), "{contexts:#?}");
}
