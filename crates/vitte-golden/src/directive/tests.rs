use super::*;

const NONE: Revisions<'_> = Revisions { all: &[], unused: &[], current: None };

fn mistakes(text: &str) -> Vec<String> {
    let (_, mistakes) = parse(text, &Comments::default(), NONE, &[]);
    let shown = |mistake: Mistake| {
        mistake.message + &mistake.help.map_or_else(String::new, |help| format!("; {help}"))
    };
    mistakes.into_iter().map(shown).collect()
}

#[test]
fn directives_set_options() {
    let text = "//@ check-pass (a remark)\n//@ flags: --edition 2 '--name=a b'\n  //@compile-flags: --cfg a=\"b\" 'c d'\n\
                //@ exit-code: 101\n//@ timeout: 5\n//@ no-fix: needs a name\n//@ unannounced: note, HELP\n\
                let x = 1 //@ not-a-directive\n//@ normalize: \"a+\" -> \"b\"\n//@ ignore: slow\n";
    let (options, mistakes) = parse(text, &Comments::default(), NONE, &[]);
    assert_eq!(mistakes, []);
    assert_eq!(options.outcome, Some(Expected::Pass));
    assert_eq!(options.flags, ["--edition", "2", "--name=a b", "--cfg", "a=\"b\"", "c d"]);
    assert_eq!((options.exit_code, options.timeout), (Some(101), Some(Duration::from_secs(5))));
    assert_eq!((options.fixes, options.rules.len()), (Some(false), 1));
    assert_eq!(options.unannounced, [Kind::Note, Kind::Help]);
    assert_eq!(options.ignored.as_deref(), Some("slow"));
}

#[test]
fn unknown_directives_are_mistakes_with_the_nearest_name() {
    assert_eq!(
        mistakes("//@ chek-pass\n//@ zzz\n//@ compile-flag: x\n"),
        [
            "unknown directive `chek-pass`; did you mean `check-pass`?",
            "unknown directive `zzz`",
            "unknown directive `compile-flag`; did you mean `compile-flags`?",
        ]
    );
}

#[test]
fn a_wrong_value_is_a_mistake() {
    assert_eq!(
        mistakes(
            "//@ flags\n//@ flags: 'a\n//@ exit-code: x\n//@ timeout: 0\n//@ ignore:\n//@ unannounced: nte\n//@ normalize: x\n//@ no-fix"
        ),
        [
            "`flags` needs flags: `flags: --edition 2`",
            "`flags` has a quote without its end",
            "`exit-code` needs a number, not `x`",
            "`timeout` needs at least one second",
            "`ignore` needs a reason: `ignore: needs a network`",
            "`unannounced`: unknown kind `nte`",
            "`normalize`: expected `\"regular expression\" -> \"replacement\"`",
            "`no-fix` needs a reason: `no-fix: the fix adds a placeholder`",
        ]
    );
}

#[test]
fn revisions_have_directives_of_their_own() {
    let text = "//@ revisions: old new\n//@[new] flags: -n\n//@[old,new] flags: -b\n//@ revisions: old a!\n//@[nwe] check-pass";
    let declared = DeclaredRevisions::find(text, &Comments::default());
    assert_eq!(declared.all, ["old", "new"]);
    let wrong: Vec<_> = declared.mistakes.iter().map(|mistake| mistake.message.as_str()).collect();
    assert_eq!(
        wrong,
        [
            "the revision `old` is declared twice",
            "`a!` is not a name: a revision has letters, digits, `_` and `-`"
        ]
    );
    let flags = |current| {
        let (options, mistakes) =
            parse(text, &Comments::default(), declared.with_current(current), &[]);
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        options.flags
    };
    assert_eq!(
        (flags(Some("old")), flags(Some("new"))),
        (vec!["-b".into()], vec!["-n".into(), "-b".into()])
    );
}

#[test]
fn a_suite_adds_directives() {
    let edition = CustomDirective {
        name: "edition".to_owned(),
        handler: Arc::new(|value, options| match value {
            "1" | "2" => Ok(_ = options.flag(format!("--edition={value}"))),
            _ => Err(format!("`{value}` is not an edition")),
        }),
    };
    let needs = CustomDirective {
        name: "needs-*".to_owned(),
        handler: Arc::new(|_, options| Ok(_ = options.ignore("not here"))),
    };
    let custom = [edition, needs];
    let text = "//@ edition: 2\n//@ needs-network\n//@ edition: 3\n//@ editoin: 1";
    let (options, mistakes) = parse(text, &Comments::default(), NONE, &custom);
    assert_eq!(
        (options.flags, options.ignored.as_deref()),
        (vec!["--edition=2".to_owned()], Some("not here"))
    );
    let mistakes: Vec<_> = mistakes.iter().map(|mistake| mistake.message.as_str()).collect();
    assert_eq!(mistakes, ["`edition`: `3` is not an edition", "unknown directive `editoin`"]);
    assert_eq!(options.values[0], ("edition".to_owned(), "2".to_owned()));
}
