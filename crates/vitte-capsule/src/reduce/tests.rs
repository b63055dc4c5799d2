//! Tests the search with simple predicates in place of a crash.

use super::*;

fn sources(texts: &[&str]) -> Vec<CapsuleSource> {
    texts
        .iter()
        .enumerate()
        .map(|(at, text)| CapsuleSource::new(format!("{at}.x"), *text))
        .collect()
}

const UNLIMITED: SearchLimits = SearchLimits { deadline: None, max_tests: usize::MAX };

fn text_of(sources: &[CapsuleSource]) -> String {
    sources.iter().map(|source| String::from_utf8_lossy(&source.text).into_owned()).collect()
}

/// Reduces sources while `is_interesting`, and checks the guarantees of every search.
fn reduced(
    texts: &[&str],
    limits: SearchLimits,
    is_interesting: impl Fn(&str) -> bool,
) -> (String, ReducedSources) {
    let run = || {
        let mut tried = std::collections::HashSet::new();
        let mut last = sources(texts);
        let mut sizes = Vec::new();
        let mut test = |sources: &[CapsuleSource]| {
            assert!(tried.insert(text_of(sources) + &sources.len().to_string()), "tested twice");
            if is_interesting(&text_of(sources)) {
                last = sources.to_vec();
                Verdict::Interesting
            } else {
                Verdict::Uninteresting
            }
        };
        let found = reduce_sources(sources(texts), &limits, &mut test, &mut |progress| {
            sizes.push((progress.remaining.bytes, progress.tests));
        });
        assert_eq!(found.sources, last, "the result is the last interesting one");
        assert!(sizes.is_sorted_by(|a, b| a.0 >= b.0 && a.1 < b.1), "{sizes:?}");
        assert_eq!(sizes.len(), found.tests);
        found
    };
    let found = run();
    assert_eq!(found, run(), "the search is deterministic");
    let text = text_of(&found.sources);
    assert!(is_interesting(&text));
    (text, found)
}

fn functions(count: usize) -> String {
    let function = |at: usize| {
        format!(
            "fn f{at}(x: u32) -> u32\n  if x > {at}\n    say \"f{at}\"\n  .end\n  ret x\n.end\n\n"
        )
    };
    (0..count).map(function).collect()
}

#[test]
fn a_few_lines_far_apart_are_found_among_thousands() {
    let text = functions(400);
    let needed = ["say \"f7\"", "fn f211(", "if x > 399"];
    let is_interesting = |text: &str| needed.iter().all(|needed| text.contains(needed));
    let (left, found) = reduced(&[&text], UNLIMITED, is_interesting);
    assert_eq!(left.lines().map(str::trim).collect::<Vec<_>>(), needed);
    assert_eq!(found.stop_reason, StopReason::Smallest);
    assert!(found.tests < 250, "{} tests for 2800 lines", found.tests);
}

#[test]
fn no_single_piece_of_the_result_can_be_removed() {
    // Blocks must be balanced, as for a parser.
    let is_interesting = |text: &str| {
        let count = |word: &str| text.split_whitespace().filter(|other| *other == word).count();
        count(".end") == count("fn") + count("if") && text.contains("bug") && count("if") > 0
    };
    let text = "fn a\n  if x\n    fn b\n      bug here\n    .end\n  .end\n.end\nfn c\n.end\n";
    let (left, found) = reduced(&[text], UNLIMITED, is_interesting);
    assert_eq!(left.split_whitespace().collect::<Vec<_>>(), ["if", "bug", ".end"]);
    for pieces in [blocks::lines(left.as_bytes()), tokens::tokens(left.as_bytes())] {
        for piece in pieces.concat() {
            let mut less = left.clone();
            less.replace_range(piece, "");
            assert!(!is_interesting(&less), "{less:?} is smaller than {left:?}");
        }
    }
    assert_eq!(found.stop_reason, StopReason::Smallest);
}

#[test]
fn unneeded_files_are_removed() {
    let (left, found) =
        reduced(&["a\nb\n", "c\nd\n", "e\n", "f"], UNLIMITED, |text| text.contains('d'));
    assert_eq!((&*left, found.sources.len(), &*found.sources[0].file), ("d\n", 1, "1.x"));
    // If everything is interesting, no file remains.
    let (left, found) = reduced(&["a", "b"], UNLIMITED, |_| true);
    assert_eq!((&*left, found.sources.len(), found.tests), ("", 0, 1));
    let (left, found) = reduced(&["a b", "c"], UNLIMITED, |text| text == "a bc");
    assert_eq!((&*left, found.sources.len()), ("a bc", 2), "nothing can be removed");
}

#[test]
fn a_search_stops_at_its_limits_with_the_best_result_so_far() {
    let text = functions(100);
    let is_interesting = |text: &str| text.contains("f50");
    let few = SearchLimits { max_tests: 4, ..UNLIMITED };
    let (left, found) = reduced(&[&text], few, is_interesting);
    assert_eq!((found.tests, found.stop_reason), (4, StopReason::TestLimit));
    assert!(left.len() < text.len());
    let none = SearchLimits { deadline: Some(Instant::now()), ..UNLIMITED };
    let (left, found) = reduced(&[&text], none, is_interesting);
    assert_eq!((found.tests, found.stop_reason), (0, StopReason::TimeLimit));
    assert_eq!(left, text);
    let mut stop = |_: &[CapsuleSource]| Verdict::Stop;
    let found = reduce_sources(sources(&["a", "b c d"]), &UNLIMITED, &mut stop, &mut |_| ());
    assert_eq!((found.tests, found.stop_reason), (1, StopReason::Stopped));
    assert_eq!(found.sources, sources(&["a", "b c d"]));
}

#[test]
fn sources_may_be_any_bytes() {
    let text: Vec<u8> = (0..=255).cycle().take(4096).collect();
    let mut test = |sources: &[CapsuleSource]| match sources {
        [only] if only.text.contains(&0xff) && only.text.contains(&b'\n') => Verdict::Interesting,
        _ => Verdict::Uninteresting,
    };
    let found =
        reduce_sources(vec![CapsuleSource::new("x", text)], &UNLIMITED, &mut test, &mut |_| ());
    assert!(found.sources[0].text.len() < 140, "{:?}", found.sources[0].text);
}

#[test]
fn large_sources_are_reduced_by_large_parts() {
    let text = functions(600) + "bug\n" + &functions(600);
    let max_split = SourceSize { files: usize::MAX, lines: 100, bytes: 4000 };
    let run = |word: &str| {
        let mut test = |sources: &[CapsuleSource]| match text_of(sources) {
            text if text.contains(word) => Verdict::Interesting,
            _ => Verdict::Uninteresting,
        };
        let all = sources(&[&text]);
        search::reduce_and_split(all, &UNLIMITED, &max_split, &mut test, &mut |_| ())
    };
    let found = run("bug");
    assert_eq!((text_of(&found.sources).trim(), found.stop_reason), ("bug", StopReason::Smallest));
    // No part can be removed.
    let found = run(&text);
    assert_eq!((text_of(&found.sources), found.stop_reason), (text.clone(), StopReason::TooLarge));
    assert!(found.tests < 5000, "{}", found.tests);
}
