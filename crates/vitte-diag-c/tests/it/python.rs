//! The module for Python writes what Rust writes.

use std::env;
use std::path::Path;
use std::process::{Command, Output};

use crate::common::{dir, has, library_dir};
use crate::install::{quickstart, text};

/// Runs Python with the module in its path.
fn python(library: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("python3");
    command.arg("-B").args(arguments).env_clear();
    command.current_dir(dir().join("../../examples/python"));
    command.env("PATH", env::var_os("PATH").unwrap_or_default());
    command.env("VITTE_DIAG_LIBRARY", library).output().unwrap()
}

fn module(format: &str) -> Output {
    python(&library_dir().join("libvitte_diag_c.so"), &["vitte_diag.py", format])
}

#[test]
fn an_error_in_three_formats() {
    if !has("python3") {
        return;
    }
    let human = module("human");
    assert_eq!(text(&human.stderr), quickstart("human"));
    assert_eq!(human.status.code(), Some(1));
    let json = module("json");
    assert_eq!(text(&json.stdout), quickstart("json"));
    assert_eq!(text(&json.stderr), "");
    let sarif = module("sarif");
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(parse(&text(&sarif.stdout)), parse(&quickstart("sarif")));
}

#[test]
fn failures_are_exceptions() {
    if !has("python3") {
        return;
    }
    let program = r#"
from vitte_diag import *
def fails(call, *arguments):
    try:
        call(*arguments)
    except Error as why:
        print(why)
    else:
        raise AssertionError
sources, bag = Sources(), Bag()
file = sources.add("a.my", "é = @\n")
assert sources.span(file, 4, 5) == (file, 5, 6)
fails(sources.span, file, 4, 9)
fails(sources.span, 7, 0, 1)
fails(sources.load, "missing.my")
fails(error, None, Span(file, 2**32, 2**32 + 1), "outside")
fails(Emitter("xml").render, bag, sources)
moved = error(None, sources.span(file, 4, 5), "illegal \0 \ud800")
bag.push(moved)
fails(bag.push, moved)
assert len(bag) == 1 and bag.has_errors()
assert "a.my:1:5" in Emitter("short").render(bag, sources)
bag.close()
fails(len, bag)
"#;
    let output = python(&library_dir().join("libvitte_diag_c.so"), &["-c", program]);
    assert_eq!(text(&output.stderr), "");
    let messages = [
        "cannot make a span of 4 to 9: the text has 6 characters",
        "the source map has no file 7",
        "cannot read `missing.my`: No such file or directory (os error 2)",
        "4294967296 is not a number of 32 bits without sign",
    ];
    let output = text(&output.stdout);
    assert_eq!(output.lines().take(4).collect::<Vec<_>>(), messages);
    assert_eq!(output.lines().count(), 7, "{output}");
}

/// Texts that are not UTF-8 are counted as Python counts them.
#[test]
fn spans_of_any_text() {
    if !has("python3") {
        return;
    }
    let program = r#"
from vitte_diag import *
sources = Sources()
for text, offset in [("é @", 3), ("\ud800é @", 6), (b"\xff\xfe @", 3), (b"\xe2\x82 @", 3), (b"\xf0\x9f\x98\x80\xff @", 6)]:
    file = sources.add("a.my", text)
    at = sources.text(file).index("@")
    assert sources.span(file, at, at + 1) == (file, offset, offset + 1), (text, at)
    if isinstance(text, str):
        assert sources.text(file) == text
"#;
    let output = python(&library_dir().join("libvitte_diag_c.so"), &["-c", program]);
    assert_eq!(text(&output.stderr), "");
    assert!(output.status.success());
}

#[test]
fn a_missing_library_is_an_error_message() {
    if !has("python3") {
        return;
    }
    let output = python(Path::new("/missing.so"), &["vitte_diag.py"]);
    let message = text(&output.stderr);
    assert!(
        message.starts_with("vitte_diag: cannot load libvitte_diag: /missing.so: "),
        "{message}"
    );
    assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1));
}
