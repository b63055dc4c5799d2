//! The flags for people.

use vitte_diag::text;

use crate::common::{dir_with, on_terminal};
use crate::run_in;

const SOURCE: &str =
    "module demo\n\nfn f(a: num) -> num # twice\n\tret 2\n.end\n\nfn f() -> num\n  ret 1\n.end\n";

fn stderr(flags: &[&str]) -> String {
    let dir = dir_with(&[("a.vitte", SOURCE)]);
    let result = run_in(dir.path(), &[&["check", "a.vitte"], flags].concat());
    result.stderr
}

#[test]
fn sources_are_highlighted_in_color() {
    let plain = stderr(&[]);
    let colored = stderr(&["--color=always", "--theme=default-dark"]);
    assert_eq!(on_terminal(&colored).0, plain);
    // The keyword, the type, and the comment of the line with the secondary label.
    for piece in ["\u{1b}[38;5;177mfn", "\u{1b}[38;5;81mnum", "# twice"] {
        assert!(colored.contains(piece), "{piece:?}: {colored:?}");
    }
    let html = run_in(
        dir_with(&[("a.vitte", SOURCE)]).path(),
        &["check", "a.vitte", "--error-format=html", "--theme=high-contrast"],
    );
    assert!(html.stdout.contains("<span class=\"vd-syntax-keyword\">fn"), "{}", html.stdout);
    assert!(html.stdout.contains("<div class=\"vitte-diag vd-high-contrast\">"), "{}", html.stdout);
}

#[test]
fn style_context_and_tab_width_are_applied() {
    let out = stderr(&["--diagnostic-style=unicode", "--context-lines=1", "--tab-width=8"]);
    assert!(out.lines().any(|line| line.ends_with("│         ret 2")), "{out}");
    assert!(!out.contains("-->") && text::width_of("│") == 1, "{out}");
    let error = stderr(&["--theme=solarized"]);
    assert!(error.contains("unknown theme `solarized`; expected one of default,"), "{error}");
    let error = stderr(&["--editor-url=vscode://file/{file}"]);
    assert!(error.contains("unknown placeholder `{file}`"), "{error}");
}
