use vitte_diag::{SourceMap, code};

use super::*;
use crate::command::tests::support::Fixture;

/// Returns the mistakes, each with its location.
fn mistakes(text: &str) -> Vec<String> {
    let mut sources = SourceMap::new();
    let id = sources.insert("vitte.toml", text);
    let found = Compilers::parse(sources.file(id).unwrap()).err().unwrap_or_default();
    let shown = |own: &Diagnostic| {
        let at = sources.location(own.primary().unwrap().span()).unwrap();
        let help = own.help().map(|help| format!("\n{help}")).unwrap_or_default();
        format!("{}:{}: {}{help}", at.line, at.col, own.message())
    };
    found.iter().map(shown).collect()
}

fn parse(text: &str) -> Compilers {
    let mut sources = SourceMap::new();
    let id = sources.insert("vitte.toml", text);
    Compilers::parse(sources.file(id).unwrap()).unwrap()
}

#[test]
fn every_key_is_read() {
    let compilers = parse(
        r#"
        [[lsp]]
        command = ["gcc", "{file}"]
        from = "gcc"
        extensions = ["c", ".h"]
        run = "save"
        scope = "workspace"
        timeout = 1_0.5
        explain = ["rustc", "--explain", "{code}"]
        codes_url = "https://a.example/{code}.html"
        name = "cc"
        stdin_name = "-"
        untitled_extension = "x"
        "#,
    );
    let [gcc] = &*compilers.0 else { panic!("{compilers:?}") };
    assert_eq!(gcc.extensions, ["c", "h"]);
    assert_eq!((gcc.run_on, gcc.scope), (RunOn::Save, Scope::Workspace));
    let shown = format!("{:?}", gcc.command);
    assert!(shown.contains("Some(Gcc)") && shown.contains("10.5s"), "{shown}");
    assert!(shown.contains("stdin_name: Some(\"-\")") && shown.contains("extension: Some(\"x\")"));
    assert!(gcc.explain.is_some());
    let tool = compilers.tool();
    assert_eq!(tool.name(), "cc");
    assert_eq!(tool.code_url(code!("E1")).unwrap(), "https://a.example/E1.html");
}

#[test]
fn only_the_command_is_needed() {
    let compilers = parse("[[lsp]]\ncommand = [\"/opt/my cc/mycc.exe\", \"{stdin}\"]\n");
    let [own] = &*compilers.0 else { panic!("{compilers:?}") };
    assert_eq!((own.run_on, own.scope, &*own.name), (RunOn::Change, Scope::Document, "mycc"));
    let compilers = parse(
        "lsp = [{ command = ['cargo', 'check'] }, { command = ['a', '{file}'], run = 'save' }]",
    );
    let first = &compilers.0[0];
    assert_eq!(
        (first.run_on, first.scope),
        (RunOn::Save, Scope::Workspace),
        "it reads files from disk"
    );
    assert_eq!((compilers.run_on(), compilers.scope()), (RunOn::Save, Scope::Document));
    assert_eq!((compilers.tool().name(), compilers.tool().code_url(code!("E1"))), ("vitte", None));
}

#[test]
fn mistakes_have_locations() {
    let command = "[[lsp]]\ncommand = [\"a\", \"{file}\"]\n";
    let example = "\nwrite `[[lsp]]`, and below it `command = [\"mycc\", \"{file}\"]`";
    for (text, expected) in [
        ("", format!("1:1: no compiler is configured{example}")),
        ("[lsp]\n", format!("1:2: `lsp` must be an array of tables{example}")),
        ("lsp = 1\n", "1:7: `lsp` must be an array of tables, not an integer".to_owned()),
        ("lsp = ['a']\n", "1:8: `lsp` must be a table, not a string".to_owned()),
        ("\n[[lsb]]\n", "2:3: unknown key `lsb`: did you mean `lsp`?".to_owned()),
        (
            "# é\n[[lsp]]\nname = 'a'\n",
            "2:1: the table has no `command`\nwrite `command = [\"mycc\", \"{file}\"]`".to_owned(),
        ),
        ("[[lsp]]\ncommand = []\n", "2:11: the command has no program".to_owned()),
        ("[[lsp]]\ncommand = 'a'\n", "2:11: `command` must be an array of strings, not a string".to_owned()),
        ("[[lsp]]\ncommand = ['a', 1]\n", "2:17: `command` must be an array of strings, not an integer".to_owned()),
        (&format!("{command}form = 'gcc'"), "3:1: unknown key `form`: did you mean `from`?".to_owned()),
        (&format!("{command}extension = ['c']"), "3:1: unknown key `extension`: did you mean `extensions`?".to_owned()),
        (&format!("{command}from = 'gc'"), "3:8: unknown value `gc`: did you mean `gcc`? Known are json, rustc, cargo, gcc, sarif, lsp".to_owned()),
        (&format!("{command}run = 'safe'"), "3:7: unknown value `safe`: did you mean `save`? Known are change, save".to_owned()),
        (&format!("{command}scope = ''"), "3:9: `scope` must not be empty".to_owned()),
        (&format!("{command}timeout = '1'"), "3:11: `timeout` must be a number of seconds, not a string".to_owned()),
        (&format!("{command}timeout = 0"), "3:11: `timeout` must be more than 0 and at most 86400 seconds".to_owned()),
        (&format!("{command}timeout = nan"), "3:11: `timeout` must be more than 0 and at most 86400 seconds".to_owned()),
        (&format!("{command}extensions = []"), "3:14: `extensions` must not be empty: omit it for all documents".to_owned()),
        (&format!("{command}extensions = ['*.c']"), "3:15: `*.c` is not an extension, such as `c`".to_owned()),
        (&format!("{command}extensions = 'c'"), "3:14: `extensions` must be an array of strings, not a string".to_owned()),
        (&format!("{command}extensions = ['c', 1]"), "3:20: `extensions` must be an array of strings, not an integer".to_owned()),
        (&format!("{command}explain = ['a']"), "3:11: the command needs an argument with `{code}`, which is replaced by the code".to_owned()),
        (&format!("{command}name = true"), "3:8: `name` must be a string, not a boolean".to_owned()),
    ] {
        assert_eq!(mistakes(text), [expected], "{text}");
    }
    let out = mistakes("[[lsp]]\ncommand = ['a', '-x', 'in={flie}']\n").concat();
    assert!(
        out.starts_with(
            "2:23: unknown placeholder `{flie}` in the argument `in={flie}`: did you mean `{file}`?"
        ),
        "{out}"
    );
}

#[test]
fn what_is_not_toml_is_reported_and_all_mistakes_are() {
    let out = mistakes("[[lsp]]\ncommand = [\n\n[[lsp]]\nname = \n");
    assert!(!out.is_empty() && out.iter().all(|own| !own.contains('\n')), "{out:?}");
    let out = mistakes("[[lsp]]\ncommand = ['a']\ncommand = ['b']\n");
    assert_eq!(out, ["3:1: duplicate key"]);
    let out = mistakes("[[lsp]]\nnam = 1\nfrom = 2\n[[lsp]]\ncommand = ['{x}']\n");
    assert_eq!(out.len(), 4, "{out:?}");
    let many: String = (0..1000).map(|number| format!("k{number} = 1\n")).collect();
    assert_eq!(mistakes(&many).len(), 100);
    // Any text.
    for text in [
        "\u{feff}[[lsp]]",
        "[[lsp]]\r\ncommand = ['\0']",
        "[[[[[",
        "\u{202e}= 1",
        "a.b.c = 1",
        "'' = 1",
        "lsp = [[[[]]]]",
    ] {
        assert!(mistakes(text).len() < 10, "{text:?}");
    }
}

#[test]
fn no_compiler_is_the_source_of_mistakes_in_vitte_toml() {
    let mut fixture = Fixture::new(&[("a.x", "a"), ("vitte.toml", "[[lsp]]\nname = 'mycc'\n")]);
    let compilers = WorkspaceCompilers::new();
    let tool = |fixture: &Fixture, name| {
        let (mut workspace, document) = fixture.workspace(name);
        let bag = compilers.check(&mut workspace, &document);
        assert_eq!(bag.iter().count(), 1, "{name}");
        workspace.into_parts().2.map(|tool| tool.name().to_owned())
    };
    for name in ["a.x", "vitte.toml"] {
        assert_eq!(tool(&fixture, name).as_deref(), Some("vitte"), "{name}");
    }
    fixture.save("vitte.toml", "[[lsp]]\ncommand = ['mycc-that-is-not-here', '{file}']\n");
    assert_eq!(tool(&fixture, "a.x").as_deref(), Some("mycc-that-is-not-here"));
}

/// A compiler that reports its name.
fn reports(name: &str, rest: &str) -> String {
    let json = format!(
        r#"{{"severity":"error","code":null,"message":"{name}","primary":{{"file":"a.x","lo":0,"hi":1,"line":1,"col":1}},"labels":[{{"style":"primary","file":"a.x","lo":0,"hi":1,"line":1,"col":1,"message":null}}],"help":null,"notes":[]}}"#
    );
    format!("[[lsp]]\ncommand = ['sh', '-c', '''echo '{json}' ''', '{{file}}']\n{rest}\n")
}

#[test]
#[cfg(unix)]
fn the_extension_selects_compilers() {
    let compilers = parse(
        &(reports("one", "extensions = ['c', 'x']")
            + &reports("two", "")
            + &reports("three", "extensions = ['d.x']")),
    );
    let mut fixture = Fixture::new(&[("a.x", "a"), ("b.d.x", ""), ("c", ""), ("x", "")]);
    fixture.open_untitled("untitled:1", "c", "");
    let check =
        |name| fixture.check_with(name, |workspace, document| compilers.check(workspace, document));
    let names = |name| check(name).join(" ").replace("a.x:1:1: error: ", "");
    assert_eq!(names("a.x"), "one two");
    assert_eq!(names("b.d.x"), "one two three");
    assert_eq!(names("c"), "two");
    assert_eq!(names("x"), "two");
    assert_eq!(names("untitled:1"), "one two");
}

#[test]
#[cfg(unix)]
fn a_compiler_that_runs_on_save_keeps_its_diagnostics() {
    let compilers = parse(&(reports("on save", "run = 'save'") + &reports("on change", "")));
    let mut fixture = Fixture::new(&[("a.x", "a")]);
    let check = |fixture: &Fixture| {
        fixture.check_with("a.x", |workspace, document| compilers.check(workspace, document))
    };
    let both = ["a.x:1:1: error: on save", "a.x:1:1: error: on change"];
    assert_eq!(check(&fixture), both);
    fixture.open("a.x", "\n\nother");
    assert_eq!(check(&fixture), both);
    // A compiler whose result would not be used any more is not run.
    fixture.cancellation.cancel();
    assert_eq!(check(&fixture), [""; 0]);
}

#[test]
#[cfg(unix)]
fn compilers_of_the_workspace_beside_others_report_the_document() {
    let compilers = parse(&(reports("workspace", "scope = 'workspace'") + &reports("file", "")));
    let fixture = Fixture::new(&[("a.x", "a"), ("b.x", "b")]);
    let check =
        |name| fixture.check_with(name, |workspace, document| compilers.check(workspace, document));
    assert_eq!(check("b.x"), ["a.x:1:1: error: file"]);
    assert_eq!(check("a.x").len(), 2);
}

#[test]
#[cfg(unix)]
fn vitte_toml_is_read_again_when_it_changes() {
    let mut fixture = Fixture::new(&[("a.x", "a")]);
    let workspace_compilers = WorkspaceCompilers::new();
    let check = |fixture: &Fixture, name| {
        fixture
            .check_with(name, |workspace, document| workspace_compilers.check(workspace, document))
    };
    let out = check(&fixture, "a.x").concat();
    assert!(out.starts_with("a.x: error: no compiler is configured: there is no `/"), "{out}");
    assert!(!workspace_compilers.was_found());
    std::fs::create_dir(fixture.path("vitte.toml")).unwrap();
    let out = check(&fixture, "a.x").concat();
    assert!(out.ends_with("vitte.toml`: it is a directory, not a regular file"), "{out}");
    assert!(workspace_compilers.was_found());
    std::fs::remove_dir(fixture.path("vitte.toml")).unwrap();
    fixture.save("vitte.toml", &reports("one", ""));
    assert_eq!(check(&fixture, "a.x"), ["a.x:1:1: error: one"]);
    fixture.save("vitte.toml", &reports("two", "explain = ['echo', '{code}']"));
    assert_eq!(check(&fixture, "a.x"), ["a.x:1:1: error: two"]);
    assert_eq!(workspace_compilers.explain("E1").as_deref(), Some("E1\n"));
    fixture.save("vitte.toml", "\n[lsp]\nx=\n");
    let out = check(&fixture, "a.x").concat();
    let path = fixture.path("vitte.toml");
    assert!(out.starts_with(&format!("a.x: error: cannot use {}:3:3: ", path.display())), "{out}");
    assert_eq!(check(&fixture, "vitte.toml").len(), 1);
    // An unsaved change is not used, and its mistakes are shown in it.
    fixture.save("vitte.toml", &reports("three", ""));
    fixture.open("vitte.toml", "\n[lsp]\n");
    assert_eq!(check(&fixture, "a.x"), ["a.x:1:1: error: three"]);
    assert_eq!(
        check(&fixture, "vitte.toml"),
        ["vitte.toml:2:2: error: `lsp` must be an array of tables"]
    );
    std::fs::write(fixture.path("vitte.toml"), b"\xff").unwrap();
    assert!(check(&fixture, "a.x").concat().ends_with("vitte.toml`: it is not UTF-8"));
    // The directory of a document is its root, if there is no other one.
    fixture.root = None;
    fixture.save("vitte.toml", &reports("four", "timeout = 20"));
    assert_eq!(check(&fixture, "a.x").len(), 1);
    fixture.open_untitled("untitled:1", "c", "");
    assert!(check(&fixture, "untitled:1").concat().contains("the workspace has no root"));
}
