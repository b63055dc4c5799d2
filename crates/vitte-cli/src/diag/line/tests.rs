use super::*;

const LOCATION: &str = r#""file":"src/a é.vitte","lo":3,"hi":9,"line":1,"col":4"#;

/// A canonical line with every field.
fn full() -> String {
    let edit = format!(r#"{{{LOCATION},"text":"\n"}}"#);
    let other = edit.replace("\"lo\":3,\"hi\":9", "\"lo\":9,\"hi\":9");
    let suggestion = format!(
        r#"{{"message":"fix","applicability":"machine-applicable","edits":[{edit},{other}],"alternatives":[[{edit}]]}}"#
    );
    let label = |style| format!(r#"{{"style":"{style}",{LOCATION},"message":null}}"#);
    let (primary, secondary) = (label("primary"), label("secondary"));
    format!(
        r#"{{"severity":"warning","code":"clippy::len_zero","message":"a \"b\" \\ \u001b[0m","primary":{{{LOCATION}}},"labels":[{primary},{secondary}],"help":"h","notes":["n","\u202e"],"children":[{{"level":"help","message":"c","labels":[{primary}],"suggestions":[{suggestion}]}},{{"level":"note","message":"","labels":[]}}],"trace":[{{"kind":"macro","message":"t","location":null}},{{"kind":"call","message":"t","location":{{{LOCATION}}}}}],"tags":["deprecated","unnecessary"],"suggestions":[{suggestion}],"backtrace":["main"],"file":"b"}}"#
    )
}

/// Returns the canonical JSON of a line as `parse` reads it.
fn parsed(line: &str) -> Option<String> {
    let json = parse(line.as_bytes()).ok()?.to_line().unwrap();
    Some(String::from_utf8(json).unwrap().trim_end().to_owned())
}

/// Checks that a line is scanned only if it is valid and canonical, and that both ways find the same fields.
fn check(line: &str) -> bool {
    let Some(fields) = scan::scan(line.as_bytes()) else { return false };
    assert_eq!(parsed(line).as_deref(), Some(line));
    let diagnostic = parse(line.as_bytes()).unwrap();
    let of = |fields: &Fields<'_>| {
        let path = fields.path.as_ref().map(|path| path.get().into_owned());
        let code = fields.code.map(str::to_owned);
        (
            fields.severity,
            code,
            fields.message.get().into_owned(),
            path,
            fields.lo,
            fields.line,
            fields.tags,
        )
    };
    assert_eq!(of(&fields), of(&Fields::of(&diagnostic)));
    true
}

#[test]
fn a_canonical_line_with_every_field_is_scanned() {
    let full = full();
    assert_eq!(parsed(&full).as_deref(), Some(&*full));
    assert!(check(&full));
    let minimal = r#"{"severity":"fatal","code":null,"message":"","primary":null,"labels":[],"help":null,"notes":[]}"#;
    assert!(check(minimal));
    assert!(check(&minimal.replacen("]}", "],\"file\":\"a\\n\"}", 1)));
}

/// Every part of a canonical line is removed, doubled and replaced: what is scanned stays valid and canonical.
#[test]
fn a_damaged_line_is_not_scanned_unless_it_is_still_canonical() {
    let full = full();
    let tokens: Vec<&str> = full.split_inclusive(['"', ',', ':', '[', ']', '{', '}']).collect();
    let others = [
        "",
        "0",
        "4",
        " ",
        "\\",
        "\"",
        "null",
        "[]",
        "{}",
        "x",
        "primary",
        "note",
        ",",
        "4294967296",
        "\u{7f}",
        "\u{202e}",
    ];
    let mut scanned = 0;
    for at in 0..tokens.len() {
        let doubled = tokens[at].repeat(2);
        for other in others.into_iter().chain([&*doubled]) {
            let damaged = [&tokens[..at], &[other], &tokens[at + 1..]].concat().concat();
            scanned += usize::from(check(&damaged));
            // What precedes the delimiter.
            let last = tokens[at].chars().last().unwrap();
            let damaged =
                [&tokens[..at], &[&*format!("{other}{last}")], &tokens[at + 1..]].concat().concat();
            scanned += usize::from(check(&damaged));
        }
    }
    assert!(scanned > 100, "some changes are harmless: {scanned}");
    for (cut, _) in full.char_indices() {
        assert!(!check(full.get(..cut).unwrap()));
    }
}

#[test]
fn a_line_that_is_not_canonical_is_parsed() {
    let full = full();
    let spaced = full.replacen("\"code\":", " \"unknown\": {}, \"code\" : ", 1) + "\r\n";
    let mut scratch = Scratch::default();
    let line = read(spaced.as_bytes(), &mut scratch).unwrap();
    assert_eq!(std::str::from_utf8(line.json).unwrap(), full);
    assert_eq!(line.fields.message.get(), "a \"b\" \\ \u{1b}[0m");
    assert!(TAGS.into_iter().all(|tag| line.fields.has_tag(tag)));
    assert!(read(b"{}\n", &mut scratch).is_err());
}

#[test]
fn edits_that_overlap_are_not_scanned() {
    let full = full();
    for (lo, hi, is_valid) in
        [(9, 9, true), (0, 3, true), (3, 3, true), (3, 9, false), (4, 4, false), (8, 10, false)]
    {
        let changed = full.replace("\"lo\":9,\"hi\":9", &format!("\"lo\":{lo},\"hi\":{hi}"));
        assert_eq!(check(&changed), is_valid, "{lo}..{hi}");
        assert_eq!(parse(changed.as_bytes()).is_ok(), is_valid, "{lo}..{hi}");
    }
}
