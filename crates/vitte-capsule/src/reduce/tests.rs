//! The search, with tests that know what they look for.

use super::*;

fn sources(texts: &[&str]) -> Vec<CapsuleSource> {
    texts
        .iter()
        .enumerate()
        .map(|(at, text)| CapsuleSource::new(format!("{at}.x"), *text))
        .collect()
}

const ALL: Bounds = Bounds { deadline: None, most_tests: usize::MAX };

fn text_of(sources: &[CapsuleSource]) -> String {
    sources.iter().map(|source| String::from_utf8_lossy(&source.text).into_owned()).collect()
}

/// Shrinks while `holds`, and checks what is promised of every search.
fn shrunk(texts: &[&str], bounds: Bounds, holds: impl Fn(&str) -> bool) -> (String, Shrunk) {
    let run = || {
        let mut tried = std::collections::HashSet::new();
        let mut last = sources(texts);
        let mut sizes = Vec::new();
        let mut test = |sources: &[CapsuleSource]| {
            assert!(
                tried.insert(text_of(sources) + &sources.len().to_string()),
                "it is tested twice"
            );
            if holds(&text_of(sources)) {
                last = sources.to_vec();
                Verdict::Holds
            } else {
                Verdict::Fails
            }
        };
        let found = shrink(sources(texts), &bounds, &mut test, &mut |progress| {
            sizes.push((progress.left.bytes, progress.tests));
        });
        assert_eq!(found.sources, last, "the result is the last one that the test held for");
        assert!(sizes.is_sorted_by(|a, b| a.0 >= b.0 && a.1 < b.1), "{sizes:?}");
        assert_eq!(sizes.len(), found.tests);
        found
    };
    let found = run();
    assert_eq!(found, run(), "it is the same each time");
    let text = text_of(&found.sources);
    assert!(holds(&text));
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
    let holds = |text: &str| needed.iter().all(|needed| text.contains(needed));
    let (left, found) = shrunk(&[&text], ALL, holds);
    assert_eq!(left.lines().map(str::trim).collect::<Vec<_>>(), needed);
    assert_eq!(found.end, ShrinkEnd::Smallest);
    assert!(found.tests < 250, "{} tests for 2800 lines", found.tests);
}

#[test]
fn nothing_that_is_left_can_be_removed_by_itself() {
    // Balanced, as a parser wants it.
    let holds = |text: &str| {
        let count = |word: &str| text.split_whitespace().filter(|own| *own == word).count();
        count(".end") == count("fn") + count("if") && text.contains("bug") && count("if") > 0
    };
    let text = "fn a\n  if x\n    fn b\n      bug here\n    .end\n  .end\n.end\nfn c\n.end\n";
    let (left, found) = shrunk(&[text], ALL, holds);
    assert_eq!(left.split_whitespace().collect::<Vec<_>>(), ["if", "bug", ".end"]);
    for pieces in [blocks::lines(left.as_bytes()), tokens::tokens(left.as_bytes())] {
        for piece in pieces.concat() {
            let mut less = left.clone();
            less.replace_range(piece, "");
            assert!(!holds(&less), "{less:?} is smaller than {left:?}");
        }
    }
    assert_eq!(found.end, ShrinkEnd::Smallest);
}

#[test]
fn files_that_are_not_needed_go() {
    let (left, found) = shrunk(&["a\nb\n", "c\nd\n", "e\n", "f"], ALL, |text| text.contains('d'));
    assert_eq!((&*left, found.sources.len(), &*found.sources[0].file), ("d\n", 1, "1.x"));
    // What needs nothing needs no file.
    let (left, found) = shrunk(&["a", "b"], ALL, |_| true);
    assert_eq!((&*left, found.sources.len(), found.tests), ("", 0, 1));
    let (left, found) = shrunk(&["a b", "c"], ALL, |text| text == "a bc");
    assert_eq!((&*left, found.sources.len()), ("a bc", 2), "nothing could be removed");
}

#[test]
fn a_search_ends_at_its_bounds_with_the_best_so_far() {
    let text = functions(100);
    let holds = |text: &str| text.contains("f50");
    let few = Bounds { most_tests: 4, ..ALL };
    let (left, found) = shrunk(&[&text], few, holds);
    assert_eq!((found.tests, found.end), (4, ShrinkEnd::TestLimit));
    assert!(left.len() < text.len());
    let none = Bounds { deadline: Some(Instant::now()), ..ALL };
    let (left, found) = shrunk(&[&text], none, holds);
    assert_eq!((found.tests, found.end), (0, ShrinkEnd::TimeLimit));
    assert_eq!(left, text);
    let mut stop = |_: &[CapsuleSource]| Verdict::Stop;
    let found = shrink(sources(&["a", "b c d"]), &ALL, &mut stop, &mut |_| ());
    assert_eq!((found.tests, found.end), (1, ShrinkEnd::Stopped));
    assert_eq!(found.sources, sources(&["a", "b c d"]));
}

#[test]
fn any_bytes_are_text_enough() {
    let text: Vec<u8> = (0..=255).cycle().take(4096).collect();
    let mut test = |sources: &[CapsuleSource]| match sources {
        [only] if only.text.contains(&0xff) && only.text.contains(&b'\n') => Verdict::Holds,
        _ => Verdict::Fails,
    };
    let found = shrink(vec![CapsuleSource::new("x", text)], &ALL, &mut test, &mut |_| ());
    assert!(found.sources[0].text.len() < 140, "{:?}", found.sources[0].text);
}
