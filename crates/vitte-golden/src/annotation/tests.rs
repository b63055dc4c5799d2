use super::*;

const NONE: Revisions<'_> = Revisions { all: &[], unused: &[], current: None };

/// Returns what a text announces, one per line: `line kind[code]: message`, or the mistakes.
fn shown(text: &str, revisions: Revisions<'_>) -> Vec<String> {
    let (annotations, mistakes) = parse(text, &Comments::default(), revisions);
    let line = |annotation: &Annotation| {
        let line = annotation.line.map_or_else(|| "?".to_owned(), |line| line.to_string());
        format!("{line} {annotation}")
    };
    let mistake = |mistake: &Mistake| {
        format!(
            "{}{}",
            mistake.message,
            mistake.help.iter().map(|help| format!("; {help}")).collect::<String>()
        )
    };
    annotations.iter().map(line).chain(mistakes.iter().map(mistake)).collect()
}

#[test]
fn annotations_have_a_line_a_kind_a_code_and_a_message() {
    let text = "a //~ error[E0001]: illegal\nb\n\
                //~^ warn: unused\n//~| help\n//~v note: next\nc\n\
                d //~? ERROR no `main` [E0601]\r\n//~^^ FATAL[F0001]\n//~| suggestion: x";
    assert_eq!(
        shown(text, NONE),
        [
            "1 error[E0001]: illegal",
            "2 warning: unused",
            "2 help",
            "6 note: next",
            "? error: no `main` [E0601]",
            "6 fatal[F0001]",
            "6 suggestion: x",
        ]
    );
}

#[test]
fn a_mistake_says_what_is_allowed() {
    let kinds = "`fatal`, `error`, `warning`, `note`, `help`, `suggestion` or `raw`";
    assert_eq!(
        shown("a //~ eror: x\n//~\n//~^^^^ error\n//~vv error\n", NONE),
        [
            format!("unknown kind `eror`; expected {kinds}; did you mean `error`?"),
            format!("an annotation begins with {kinds}"),
            "points 4 lines up, but there are only 2 lines above".to_owned(),
            "points at line 6, but the file has 4 lines".to_owned(),
        ]
    );
    assert_eq!(shown("//~v error", NONE), ["points at line 2, but the file has 1 line"]);
    assert_eq!(shown("\n//~v error\n", NONE), ["2 error"]);
    let first = "`|` repeats the line of the annotation before it, and there is none";
    assert_eq!(shown("//~| error", NONE), [first]);
    let unknown =
        "unknown revision `a`: the case has no revisions; declare it in a directive `revisions: …`";
    assert_eq!(shown("//[a]~ error", NONE), [unknown]);
}

#[test]
fn annotations_of_other_revisions_do_not_apply() {
    let all = ["one".to_owned(), "two".to_owned()];
    let text =
        "x\n//[one]~^ error: a\n//[one]~| note: b\n//[two]~^^^ error: c\n//[one,two]~| note: d\n";
    let shown = |current| shown(text, Revisions { all: &all, unused: &[], current });
    assert_eq!(shown(Some("one")), ["1 error: a", "1 note: b", "1 note: d"]);
    assert_eq!(shown(Some("two")), ["1 error: c", "1 note: d"]);
    let (_, mistakes) = parse(
        "//[tow]~ error",
        &Comments::default(),
        Revisions { all: &all, unused: &[], current: None },
    );
    assert_eq!(mistakes[0].message, "unknown revision `tow`; the case has `one` or `two`");
    assert_eq!(mistakes[0].help.as_deref(), Some("did you mean `two`?"));
    assert_eq!(mistakes[0].range, 0..14);
}

#[test]
fn lines_are_numbered_as_in_the_source_map() {
    let lines: Vec<_> = numbered_lines("a\r\n\nb").collect();
    assert_eq!(lines, [(1, 0, "a"), (2, 3, ""), (3, 4, "b")]);
    assert_eq!(numbered_lines("\u{feff}//@ x\n").next(), Some((1, 3, "//@ x")));
}
