use serde_json::json;

use super::super::super::pattern::PatternArgs;
use super::super::samples;
use super::*;

fn pattern(text: &str) -> Pattern {
    PatternArgs::default().compile(text).unwrap()
}

#[test]
fn the_tree_has_everything_of_a_capsule() {
    let mut tree = Tree::new(samples::capsule(&json!({"notes": ["caused by: a\nb"]})));
    let mut budget = MAX_SEARCHED;
    make_all(&mut tree.roots, &tree.capsule, &mut budget);
    let mut labels = Vec::new();
    collect(&tree.roots, &mut Vec::new(), &mut |path, node| {
        labels.push(format!("{}{}", "  ".repeat(path.len() - 1), node.label));
    });
    let expected = r#"panic: attempt to subtract with overflow
notes (1)
  caused by: a\nb
        1 | caused by: a
        2 | b
contexts, the innermost first (2)
  type-checking (fn: area) at src/shapes.vitte:5:6
    fn: area
    scope: 2 entries
      depth: 2
      names: 2 items
        [0]: "area"
        [1]: "side"
    tokens: (timed out)
  check
frames of thread main (5), the innermost first
  ... 2 frames of std
      0: std::panicking::begin_panic_handler at library/std/src/panicking.rs:689:5
      1: core::panicking::panic_fmt at library/core/src/panicking.rs:80:14
    2: vittec::front::blocks::close at src/front/blocks.rs:3:13
    3: vittec::main at src/main.rs:40:9
  ... 1 frame of std
      4: std::rt::lang_start at library/std/src/rt.rs:206:5
other threads (1)
  4712 worker-1 (2 frames)
    contexts, the innermost first (1)
      parsing (file: b.vitte)
        file: b.vitte
    frames (2), the innermost first
        0: futex_wait
        1: vittec::work
sources (1)
  src/shapes.vitte (7 lines)"#;
    assert_eq!(labels[..expected.lines().count()].join("\n"), expected);
    for label in ["  PATH: /usr/local/bin:/usr/bin:/bin", "  rip: 0x5581", "  commit: 7991911"] {
        assert!(labels.iter().any(|own| own == label), "{label}: {labels:#?}");
    }
}

#[test]
fn other_threads_may_have_the_frames_of_the_crashed_one() {
    for frames in [json!(["vittec::wait"]), json!([])] {
        let thread = |id| json!({"id": id, "name": format!("w{id}"), "backtrace": frames});
        let threads: Vec<_> = (1..4).map(thread).collect();
        let changes = json!({"backtrace": frames, "threads": threads});
        let mut tree = Tree::new(samples::capsule(&changes));
        assert!(tree.find(&pattern("other threads (2)"), true));
        tree.open();
        assert!(tree.find(&pattern("2 w2"), true) && tree.find(&pattern("3 w3"), true));
        assert!(!tree.find(&pattern("1 w1"), true));
    }
}

#[test]
fn lines_of_a_file_without_a_copy_are_sources_too() {
    let lines = json!([{"id": 0, "file": "src/other.vitte", "lines": [{"line": 9, "lo": 80, "text": "\tlet x"}]}]);
    let mut tree = Tree::new(samples::capsule(&json!({"sources": lines})));
    assert!(tree.find(&pattern("let x"), true));
    assert_eq!(tree.selected().unwrap().node.label, "    9 |     let x");
}

#[test]
fn an_empty_report_is_a_tree() {
    let changes =
        json!({"message": "", "backtrace": [], "context": [], "threads": [], "registers": {}});
    let mut tree = Tree::new(Capsule::new(samples::report(&changes)));
    for row in 0..tree.len() {
        tree.set_cursor(row);
        tree.open();
    }
    tree.set_filter(Some(pattern("no such text")));
    assert_eq!((tree.len(), tree.cursor()), (0, 0));
    assert!(!tree.open() && !tree.close() && !tree.toggle() && tree.selected().is_none());
    assert!(!tree.find(&pattern("no such text"), false));
}
