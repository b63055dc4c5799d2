use super::*;
use crate::annotation;
use crate::annotation::Revisions;
use crate::messages::messages;

/// Returns the titles of the problems of a case: `text` has the annotations, `diagnostics` are reported.
fn problems(text: &str, diagnostics: &[(u32, Severity, &'static str)]) -> Vec<String> {
    let mut sources = SourceMap::new();
    let case = sources.insert("a.toy", text);
    let comments = Comments::default();
    let revisions = Revisions { all: &[], unused: &[], current: None };
    let (annotations, mistakes) = annotation::parse(text, &comments, revisions);
    assert_eq!(mistakes, []);
    let at = |line: u32| {
        let file = sources.file(case).unwrap();
        Span::empty(case, u32::try_from(file.line_range(line).unwrap().start).unwrap())
    };
    let diagnostics: Vec<Diagnostic> = diagnostics
        .iter()
        .map(|&(line, severity, message)| Diagnostic::new(severity, None, at(line), message))
        .collect();
    let expectations = Expectations {
        annotations: &annotations,
        announced: Severity::Error,
        unannounced: &[],
        summaries: &[Regex::new("^aborting").unwrap()],
        normalize: &str::to_owned,
        comments: &comments,
        sources: &sources,
        case,
    };
    let problems = expectations.check(&messages(&diagnostics, &sources, case));
    problems
        .iter()
        .map(|problem| problem.render(&sources).lines().next().unwrap().to_owned())
        .collect()
}

#[test]
fn as_many_annotations_as_possible_get_a_diagnostic() {
    use Severity::Error;
    let text = "x\n//~^ error\n//~| error: b\n//~| error: a\n";
    let all = [(1, Error, "ab"), (1, Error, "b"), (1, Error, "a")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let diagnostics: Vec<_> = order.iter().map(|&index: &usize| all[index]).collect();
        assert_eq!(problems(text, &diagnostics), [""; 0], "{order:?}");
    }
    assert_eq!(problems(text, &all[..2]), ["error: this error was announced, but not reported"]);
    // Each one can have two, and a wrong choice has to be taken back along a chain.
    let chain: String = (0..50).map(|n| format!("//~? error: m{n}\n")).collect();
    let text = format!("x\n//~^ error\n{}", chain.replace("//~?", "//~|"));
    let messages: Vec<String> = (0..50).map(|n| format!("m{n} and m{}", n + 1)).collect();
    let mut diagnostics: Vec<_> =
        messages.iter().map(|text| (1, Error, &*text.clone().leak())).collect();
    diagnostics.push((1, Error, "m50"));
    assert_eq!(problems(&text, &diagnostics), [""; 0]);
}

/// The result is that of trying every assignment.
#[test]
fn the_number_of_unmatched_annotations_is_the_least_possible() {
    let texts = ["a", "b", "ab", "bc", "abc", "c"];
    let wanted = ["", "a", "b", "c", "ab", "bc"];
    let mut state = 1_u64;
    let mut next = |count: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % count
    };
    for _ in 0..2000 {
        let announced: Vec<&str> = (0..next(5)).map(|_| wanted[next(6)]).collect();
        let reported: Vec<&str> = (0..next(5)).map(|_| texts[next(6)]).collect();
        let candidates: Vec<Vec<usize>> = announced
            .iter()
            .map(|part| {
                (0..reported.len()).filter(|&index| reported[index].contains(part)).collect()
            })
            .collect();
        let mut owners = vec![None; reported.len()];
        for annotation in 0..candidates.len() {
            assign(annotation, &candidates, &mut owners);
        }
        let assigned = owners.iter().flatten().count();
        assert_eq!(
            assigned,
            best(&candidates, &mut vec![false; reported.len()]),
            "{announced:?} {reported:?}"
        );
        for (message, owner) in owners.iter().enumerate() {
            assert!(owner.is_none_or(|owner: usize| candidates[owner].contains(&message)));
        }
    }
}

/// Returns the largest number of annotations that can have a message, by trying everything.
fn best(candidates: &[Vec<usize>], used: &mut Vec<bool>) -> usize {
    let Some((first, rest)) = candidates.split_first() else { return 0 };
    let mut result = best(rest, used);
    for &message in first {
        if !std::mem::replace(&mut used[message], true) {
            result = result.max(1 + best(rest, used));
            used[message] = false;
        }
    }
    result
}

#[test]
fn the_nearest_diagnostics_are_named() {
    let mut sources = SourceMap::new();
    let case = sources.insert("a.toy", "x\ny\n");
    let diagnostic =
        |severity, at, text| Diagnostic::new(severity, None, Span::empty(case, at), text);
    let diagnostics = [
        diagnostic(Severity::Error, 2, "wrong type"),
        diagnostic(Severity::Warning, 0, "wrong type here"),
        diagnostic(Severity::Error, 0, "other"),
        diagnostic(Severity::Note, 2, "far"),
    ];
    let messages = messages(&diagnostics, &sources, case);
    let free: Vec<_> = messages.iter().collect();
    let (annotations, _) = annotation::parse(
        "//~ error: wrong type",
        &Comments::default(),
        Revisions { all: &[], unused: &[], current: None },
    );
    let notes = nearest(&annotations[0], &free, &str::to_owned);
    let notes: Vec<&str> = notes.iter().map(|(note, _)| note.as_str()).collect();
    assert_eq!(
        notes,
        [
            "reported on line 1: error: other (its text does not contain the announced one)",
            "reported as a warning: warning: wrong type here",
            "reported on line 2: error: wrong type",
        ]
    );
}

#[test]
fn summaries_need_no_annotation() {
    use Severity::{Error, Warning};
    assert_eq!(problems("x\n", &[(1, Warning, "w")]), [""; 0]);
    assert_eq!(problems("x\n", &[(1, Error, "aborting")]).len(), 1, "it has a location");
}

#[test]
fn a_large_case_is_compared_in_time() {
    let text: String = (0..20_000).map(|n| format!("x //~ error: m{n}\n")).collect();
    let diagnostics: Vec<_> = (1..=20_000)
        .map(|line| (line, Severity::Error, &*format!("m{}", line - 1).leak()))
        .collect();
    assert_eq!(problems(&text, &diagnostics), [""; 0]);
    // All on one line, in the opposite order.
    let text = format!(
        "x\n//~^ error: m0!\n{}",
        (1..2000).map(|n| format!("//~| error: m{n}!\n")).collect::<String>()
    );
    let diagnostics: Vec<_> =
        (0..2000).rev().map(|n| (1, Severity::Error, &*format!("m{n}!").leak())).collect();
    assert_eq!(problems(&text, &diagnostics), [""; 0]);
}
