//! What the cases of `tests/ui` cannot state about the front end.

use vitte_diag::{Policy, SourceMap};
use vittec::front;

/// Returns the number of diagnostics of a source.
fn count(text: &str) -> usize {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", text).unwrap();
    front::check(sources.file(file).unwrap(), &Policy::default()).ordered().len()
}

#[test]
fn ten_thousand_levels_do_not_overflow_the_stack() {
    let opened: String =
        (1..=10_000).map(|depth| format!("{}if a\n", " ".repeat(depth % 64))).collect();
    let text = format!("fn f()\n{opened}{}.end\n", ".end\n".repeat(10_000));
    let small_stack = std::thread::Builder::new().stack_size(128 * 1024);
    let checked = small_stack.spawn(move || {
        assert_eq!(count(&text), 0);
        assert_eq!(count(&"/*".repeat(10_000)), 1);
        assert_eq!(count(&"(".repeat(10_000)), 1);
    });
    checked.unwrap().join().unwrap();
}
