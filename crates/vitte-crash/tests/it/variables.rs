//! Variables that contexts hold: they are in the report, whatever their `Serialize` does.

use std::time::Duration;

use serde_json::{Value, json};

use crate::child::{Ended, run};

const SEGV: i32 = -libc::SIGSEGV;

/// The variables of a context of the only report, by its name.
fn held<'a>(ended: &'a Ended, name: &str) -> &'a [Value] {
    let entries = ended.report()["context"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["name"] == name);
    let entry = entry.unwrap_or_else(|| panic!("no {name}: {ended:#?}"));
    entry["variables"].as_array().map_or(&[], Vec::as_slice)
}

/// A run that holds such a variable between others, which are all there; what became of it.
fn odd(variable: &str, how: &str, code: i32) -> Value {
    let wish = format!("hold-{variable}-{how}");
    let ended = run(&wish).end().clean();
    assert_eq!(ended.code(), code, "{ended:#?}");
    // Without a handler nothing is serialised: one variable is like the other.
    if variable == "plain" {
        assert_eq!(run(&wish).bare(), ended.status, "{ended:#?}");
    }
    assert!(!ended.stdout.contains("copy") && !ended.stderr.contains("copy"), "{ended:#?}");
    assert!(ended.time < Duration::from_secs(15), "{ended:#?}");
    let report = ended.report();
    assert!(report["backtrace"].as_array().unwrap().len() > 3, "{report:#}");
    assert_eq!(
        report["notes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|note| { note.as_str().unwrap().contains("variables") })
            .count(),
        0,
        "{report:#}"
    );
    let [types, odd, text] = held(&ended, "inner") else { panic!("{report:#}") };
    if odd["error"] == "timed out" {
        let late = "skipped: the time limit was reached";
        assert_eq!((text["error"].as_str(), &text["value"]), (Some(late), &Value::Null));
    } else {
        assert_eq!(text, &json!({"key": "text", "value": "last"}));
        assert_eq!(held(&ended, "outer"), [json!({"key": "outer", "value": [1, 2, 3]})]);
    }
    assert_eq!(types, &json!({"key": "types", "value": {"[1,2]": "pair", "[3,4]": "other"}}));
    assert_eq!(held(&ended, "between"), [Value::Null; 0]);
    assert_eq!(odd["key"], "odd");
    odd.clone()
}

/// Both of them: in a panic hook and in the handler of a signal.
fn both(variable: &str) -> [Value; 2] {
    [odd(variable, "panic", 101), odd(variable, "segv", SEGV)]
}

fn errors(variable: &str) -> [String; 2] {
    both(variable).map(|odd| {
        assert_eq!(odd["value"], Value::Null, "{odd:#}");
        odd["error"].as_str().unwrap_or_else(|| panic!("{odd:#}")).to_owned()
    })
}

const PLAIN: &str = r#"{"Function":{"of":[{"Named":"i64"},"Unit"]}}"#;

#[test]
fn they_are_in_the_report_of_every_kind_of_crash() {
    let abort = -libc::SIGABRT;
    let overflow = run("overflow+bare").end().code();
    for (how, code) in
        [("panic", 101), ("segv", SEGV), ("abort", abort), ("overflow", overflow), ("malloc", 101)]
    {
        let odd = odd("plain", how, code);
        assert_eq!(odd["value"].to_string(), PLAIN, "{how}");
        assert_eq!(odd.get("error"), None);
    }
    // The heap is at hand, as far as it can be.
    for how in ["panic", "malloc"] {
        assert_eq!(odd("allocates", how, 101)["value"], 100_002);
    }
    assert_eq!(odd("allocates", "segv", SEGV)["value"], 100_002);
}

#[test]
fn they_are_in_the_report_of_a_thread_and_of_a_unit_of_work() {
    let ended = run("hold-plain-thread_panic").end().clean();
    assert_eq!((ended.code(), &ended.report()["thread"]), (101, &"worker".into()));
    assert_eq!(held(&ended, "inner")[1]["value"], json!({"Named": "of a thread"}));
    let ended = run("hold-plain-catch").end().clean();
    assert_eq!(ended.code(), 0);
    assert_eq!(ended.lines(), [format!("[3, 0, 1] {PLAIN}")]);
    assert_eq!(held(&ended, "inner").len(), 3);
    // The inner one is closed, the outer one is not.
    let ended = run("hold-plain-run").end().clean();
    assert_eq!(ended.report()["code"], "F0006");
    assert_eq!(held(&ended, "outer").len(), 1);
}

#[test]
fn what_held_them_may_be_closed_lost_or_unwound() {
    for how in ["after", "unwound"] {
        let ended = run(&format!("hold-plain-{how}")).end().clean();
        assert_eq!(ended.code(), 101, "{ended:#?}");
        assert_eq!(ended.report()["context"].as_array().unwrap().len(), 2, "{ended:#?}");
        assert_eq!(held(&ended, "outer").len(), 1);
    }
    let ended = run("hold-plain-forget").end().clean();
    assert_eq!(held(&ended, "kept"), [json!({"key": "inner", "value": "of what is lost"})]);
    assert_eq!(held(&ended, "lost"), [Value::Null; 0]);
    assert_eq!(held(&ended, "inner").len(), 3);
}

#[test]
fn one_that_fails_fails_alone() {
    assert_eq!(errors("errors"), ["as it likes"; 2]);
    assert_eq!(errors("panics"), ["panicked: in `Serialize`"; 2]);
    assert_eq!(errors("segfaults"), ["the forked child was terminated by SIGSEGV"; 2]);
    assert_eq!(errors("recurses"), ["the forked child was terminated by SIGSEGV"; 2]);
    assert_eq!(errors("aborts"), ["the forked child was terminated by SIGABRT"; 2]);
    assert_eq!(errors("exits"), ["the forked child exited"; 2]);
}

#[test]
fn one_that_takes_too_long_is_ended() {
    assert_eq!(errors("hangs"), ["timed out"; 2]);
    assert_eq!(errors("locked"), ["timed out"; 2]);
    for error in errors("eats") {
        let stopped = "the forked child was terminated by SIGABRT";
        assert!(error == "timed out" || error == stopped, "{error}");
    }
}

#[test]
fn what_is_large_is_cut() {
    for odd in both("cycle") {
        let text = odd["value"].to_string();
        assert!(text.starts_with(r#"{"name":"a","next":{"name":"a","next":"#), "{text}");
        assert!(text.ends_with(r#""next":"... (2 items)"}}}}}"#), "{text}");
    }
    for odd in both("endless") {
        let items = odd["value"].as_array().unwrap();
        assert_eq!((items.len(), &items[50]), (51, &"... at least 100001 more items".into()));
    }
    for odd in both("endless_map") {
        assert_eq!(odd["value"]["..."], "at least 1000001 more items");
    }
}

#[test]
fn the_limits_are_those_of_the_handler() {
    for (how, code) in [("panic", 101), ("segv", SEGV)] {
        let ended = run(&format!("hold-errors-{how}+short")).end().clean();
        assert_eq!(ended.code(), code);
        let values: Vec<_> = held(&ended, "inner").iter().map(|held| &held["value"]).collect();
        let types = json!({"\"... (2 items)\"": "pa... 2 more characters", "...": "1 more item"});
        assert_eq!(values, [&types, &Value::Null, &json!("la... 2 more characters")]);
        assert_eq!(held(&ended, "outer")[0]["value"], json!([1, "... 2 more items"]));
    }
}

#[test]
fn what_is_borrowed_is_an_error_in_its_place() {
    for odd in both("borrowed") {
        let error = "already mutably borrowed";
        assert_eq!(odd["value"], json!({"name": "s", "table": {"<error>": error}}));
        assert_eq!(odd["error"], error);
    }
}

#[test]
fn a_copy_has_the_thread_and_nothing_of_the_world() {
    for local in both("local") {
        assert_eq!(local["value"], json!(["from the thread"]));
    }
    // Nothing is shown, as `odd` has seen, and no file is left, as `clean` has.
    for writes in both("writes") {
        assert_eq!(writes["value"], false);
    }
}

#[test]
fn nobody_needs_to_wait_for_children_or_to_have_any() {
    for (wish, code) in [("hold-plain-panic", 101), ("hold-plain-segv", SEGV)] {
        let ended = run(&format!("{wish}+no-children")).end().clean();
        assert_eq!((ended.code(), held(&ended, "inner").len()), (code, 3));
    }
    let ended = run("hold-panics-panic+no-children").end().clean();
    assert_eq!(held(&ended, "inner")[1]["error"], "panicked: in `Serialize`");
    let ended = run("hold-plain-panic+no-clone").end().clean();
    assert_eq!((ended.code(), held(&ended, "inner").len()), (101, 0));
    let note = "left out: variables: cannot fork the process";
    assert_eq!(ended.report()["notes"], json!([note]));
    let ended = run("hold-panics-panic+closed").end().clean();
    assert_eq!((ended.code(), held(&ended, "inner").len()), (101, 3));
    for option in ["closed", "full"] {
        let ended = run(&format!("hold-errors-segv+{option}")).end().clean();
        assert_eq!((ended.code(), held(&ended, "inner").len()), (SEGV, 3), "{option}");
    }
}
