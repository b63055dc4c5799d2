//! `stats` and `top`.

use super::{diag, line};
use crate::common::dir_with;

fn input() -> String {
    let tagged = line("warning", "W1", "src/b.c", 0, "m")
        .replace("\"notes\":[]", "\"notes\":[],\"tags\":[\"unnecessary\",\"deprecated\"]");
    let nowhere = "{\"severity\":\"fatal\",\"code\":null,\"message\":\"m\",\"primary\":null,\"labels\":[],\"help\":null,\"notes\":[]}\n";
    let e1 = line("error", "E1", "src/a.c", 0, "m");
    let js = line("note", "N,1", "web/x.js", 0, "m");
    [&*e1, &e1, &line("error", "E2", "src/a.c", 3, "m"), &tagged, nowhere, &js].concat()
}

fn stats(arguments: &[&str]) -> String {
    let dir = dir_with(&[("CODEOWNERS", "* @all\n*.js @web @js\n/src/b.c\n")]);
    let ended = diag(dir.path(), arguments, input().as_bytes());
    assert_eq!((ended.code, &*ended.stderr), (0, ""));
    ended.stdout
}

#[test]
fn diagnostics_are_counted_by_each_value() {
    let head = "1 fatal error, 3 errors, 1 warning, 1 note\n\n";
    for (by, table) in [
        (
            "code",
            "errors  warnings  notes  code\n     2         0      0  E1\n     1         0      0  (no code)\n     1         0      0  E2\n     0         0      1  N,1\n     0         1      0  W1\n",
        ),
        (
            "directory",
            "errors  warnings  notes  directory\n     3         1      0  src\n     1         0      0  (no file)\n     0         0      1  web\n",
        ),
        (
            "tag",
            "errors  warnings  notes  tag\n     4         0      1  (no tag)\n     0         1      0  deprecated\n     0         1      0  unnecessary\n",
        ),
        (
            "owner",
            "errors  warnings  notes  owner\n     3         0      0  @all\n     1         1      0  (no owner)\n     0         0      1  @web @js\n",
        ),
        (
            "severity,file",
            "severity  file       count\nerror     src/a.c        3\nfatal     (no file)      1\nwarning   src/b.c        1\nnote      web/x.js       1\n",
        ),
        (
            "file,code,file",
            "errors  warnings  notes  file       code\n     2         0      0  src/a.c    E1\n     1         0      0  (no file)  (no code)\n     1         0      0  src/a.c    E2\n     0         1      0  src/b.c    W1\n     0         0      1  web/x.js   N,1\n",
        ),
    ] {
        assert_eq!(stats(&["stats", "--by", by]), format!("{head}{table}"), "{by}");
    }
}

#[test]
fn top_shows_the_first_rows() {
    let top = stats(&["top", "-n", "1"]);
    assert!(
        top.ends_with(
            "errors  warnings  notes  code\n     2         0      0  E1\n\n4 more rows\n"
        ),
        "{top}"
    );
    assert_eq!(stats(&["top"]), stats(&["stats", "--by=code"]));
}

#[test]
fn counts_are_json_and_csv() {
    let json = stats(&["stats", "--by=file,code", "--format=json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["fatal"], &json["errors"], &json["count"]),
        (&1.into(), &3.into(), &6.into())
    );
    assert_eq!(json["rows"].as_array().unwrap().len(), 5);
    let expected = serde_json::json!({"file": null, "code": null, "fatal": 1, "errors": 0, "warnings": 0, "notes": 0, "count": 1});
    assert_eq!(json["rows"][1], expected);
    let csv = stats(&["top", "--by=code,severity", "--format=csv", "-n9"]);
    let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
    assert_eq!(
        lines[..2],
        ["code,severity,fatal,errors,warnings,notes,count", "E1,error,0,2,0,0,2"]
    );
    assert!(
        lines.contains(&"\"N,1\",note,0,0,0,1,1") && lines.contains(&",fatal,1,0,0,0,1"),
        "{csv}"
    );
}

#[test]
fn owners_need_a_file() {
    let dir = dir_with(&[("mine", "*.c @c\n")]);
    let ended = diag(dir.path(), &["stats", "--by=owner"], input().as_bytes());
    assert_eq!((ended.code, &*ended.stdout), (2, ""));
    assert!(ended.stderr.starts_with("vitte: there is no CODEOWNERS file ("), "{}", ended.stderr);
    let ended = diag(dir.path(), &["stats", "--by=owner", "--owners=mine"], input().as_bytes());
    assert!(ended.stdout.contains("     3         1      0  @c\n"), "{}", ended.stdout);
}

#[test]
fn a_table_is_safe_on_a_terminal() {
    let dir = dir_with(&[]);
    let input = line("error", "E1", "a\\u001b[2Jb\\n/x.c", 0, "m");
    for arguments in [
        &["stats"][..],
        &["stats", "--by=directory", "--format=csv"],
        &["stats", "--by=file", "--format=json"],
    ] {
        let shown = diag(dir.path(), arguments, input.as_bytes()).stdout;
        assert!(!shown.contains('\u{1b}') && shown.contains("[2Jb"), "{shown:?}");
    }
}
