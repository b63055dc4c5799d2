//! Borrowed variables in reports, also if their `Serialize` fails.

use std::time::Duration;

use serde_json::{Value, json};

use crate::child::{RunResult, run};

const SEGV: i32 = -libc::SIGSEGV;

/// Returns the variables of a context of the only report.
fn variables_of<'a>(ended: &'a RunResult, name: &str) -> &'a [Value] {
    let entries = ended.report()["context"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["name"] == name);
    let entry = entry.unwrap_or_else(|| panic!("no {name}: {ended:#?}"));
    entry["variables"].as_array().map_or(&[], Vec::as_slice)
}

/// Crashes while a variable is borrowed between others, and checks the others. Returns the variable in the report.
fn odd(variable: &str, crash: &str, code: i32) -> Value {
    let argument = format!("variable-{variable}-{crash}");
    let ended = run(&argument).end().clean();
    assert_eq!(ended.code(), code, "{ended:#?}");
    // Without a handler nothing is serialised, so one variable is enough.
    if variable == "plain" {
        assert_eq!(run(&argument).status_without_handler(), ended.status, "{ended:#?}");
    }
    let child_output = "written by the forked child";
    let is_leaked = ended.stdout.contains(child_output) || ended.stderr.contains(child_output);
    assert!(!is_leaked, "{ended:#?}");
    assert!(ended.time < Duration::from_secs(15), "{ended:#?}");
    let report = ended.report();
    assert!(report["backtrace"].as_array().unwrap().len() > 3, "{report:#}");
    let mut notes = report["notes"].as_array().unwrap().iter();
    assert!(!notes.any(|note| note.as_str().unwrap().contains("variables")), "{report:#}");
    let [types, odd, text] = variables_of(&ended, "inner") else { panic!("{report:#}") };
    if odd["error"] == "timed out" {
        let skipped = "skipped: the time limit was reached";
        assert_eq!((text["error"].as_str(), &text["value"]), (Some(skipped), &Value::Null));
    } else {
        assert_eq!(text, &json!({"key": "text", "value": "last"}));
        assert_eq!(variables_of(&ended, "outer"), [json!({"key": "outer", "value": [1, 2, 3]})]);
    }
    assert_eq!(types, &json!({"key": "types", "value": {"[1,2]": "pair", "[3,4]": "other"}}));
    assert_eq!(variables_of(&ended, "between"), [Value::Null; 0]);
    assert_eq!(odd["key"], "odd");
    odd.clone()
}

/// Returns the variable after a panic and after a signal.
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
fn variables_are_in_the_report_of_every_kind_of_crash() {
    let abort = -libc::SIGABRT;
    let overflow = run("overflow+no-handler").end().code();
    for (crash, code) in
        [("panic", 101), ("segv", SEGV), ("abort", abort), ("overflow", overflow), ("malloc", 101)]
    {
        let odd = odd("plain", crash, code);
        assert_eq!(odd["value"].to_string(), PLAIN, "{crash}");
        assert_eq!(odd.get("error"), None);
    }
    // A `Serialize` can allocate, even if other threads do.
    for crash in ["panic", "malloc"] {
        assert_eq!(odd("allocates", crash, 101)["value"], 100_002);
    }
    assert_eq!(odd("allocates", "segv", SEGV)["value"], 100_002);
}

#[test]
fn variables_are_in_the_reports_of_threads_and_caught_panics() {
    let ended = run("variable-plain-thread_panic").end().clean();
    assert_eq!((ended.code(), &ended.report()["thread"]), (101, &"worker".into()));
    assert_eq!(variables_of(&ended, "inner")[1]["value"], json!({"Named": "of a thread"}));
    let ended = run("variable-plain-catch").end().clean();
    assert_eq!(ended.code(), 0);
    assert_eq!(ended.lines(), [format!("[3, 0, 1] {PLAIN}")]);
    assert_eq!(variables_of(&ended, "inner").len(), 3);
    // The inner context is closed, the outer one is open.
    let ended = run("variable-plain-run_main").end().clean();
    assert_eq!(ended.report()["code"], "F0006");
    assert_eq!(variables_of(&ended, "outer").len(), 1);
}

#[test]
fn contexts_with_variables_may_be_closed_forgotten_or_unwound() {
    for crash in ["after", "unwound"] {
        let ended = run(&format!("variable-plain-{crash}")).end().clean();
        assert_eq!(ended.code(), 101, "{ended:#?}");
        assert_eq!(ended.report()["context"].as_array().unwrap().len(), 2, "{ended:#?}");
        assert_eq!(variables_of(&ended, "outer").len(), 1);
    }
    let ended = run("variable-plain-forget").end().clean();
    let innermost = json!({"key": "innermost", "value": "in the innermost context"});
    assert_eq!(variables_of(&ended, "innermost"), [innermost]);
    assert_eq!(variables_of(&ended, "forgotten"), [Value::Null; 0]);
    assert_eq!(variables_of(&ended, "inner").len(), 3);
}

#[test]
fn a_failure_affects_only_its_own_variable() {
    assert_eq!(errors("errors"), ["a custom error"; 2]);
    assert_eq!(errors("panics"), ["panicked: in `Serialize`"; 2]);
    assert_eq!(errors("segfaults"), ["the forked child was terminated by SIGSEGV"; 2]);
    assert_eq!(errors("recurses"), ["the forked child was terminated by SIGSEGV"; 2]);
    assert_eq!(errors("aborts"), ["the forked child was terminated by SIGABRT"; 2]);
    assert_eq!(errors("exits"), ["the forked child exited"; 2]);
}

#[test]
fn a_variable_that_takes_too_long_times_out() {
    assert_eq!(errors("hangs"), ["timed out"; 2]);
    assert_eq!(errors("locked"), ["timed out"; 2]);
    for error in errors("exhausts_memory") {
        let stopped = "the forked child was terminated by SIGABRT";
        assert!(error == "timed out" || error == stopped, "{error}");
    }
}

#[test]
fn large_values_are_cut() {
    for odd in both("cycle") {
        let text = odd["value"].to_string();
        assert!(text.starts_with(r#"{"name":"a","next":{"name":"a","next":"#), "{text}");
        assert!(text.ends_with(r#""next":"... (2 items)"}}}}}"#), "{text}");
    }
    // A busy machine may need longer for these than the time limit permits. Their text is also checked by the unit tests.
    let in_time = |variable| both(variable).into_iter().filter(|odd| odd["error"] != "timed out");
    for odd in in_time("endless") {
        let items = odd["value"].as_array().unwrap();
        assert_eq!((items.len(), &items[50]), (51, &"... at least 100001 more items".into()));
    }
    for odd in in_time("endless_map") {
        assert_eq!(odd["value"]["..."], "at least 1000001 more items");
    }
}

#[test]
fn the_limits_of_the_handler_are_used() {
    for (crash, code) in [("panic", 101), ("segv", SEGV)] {
        let ended = run(&format!("variable-errors-{crash}+small-limits")).end().clean();
        assert_eq!(ended.code(), code);
        let values: Vec<_> =
            variables_of(&ended, "inner").iter().map(|variable| &variable["value"]).collect();
        let types = json!({"\"... (2 items)\"": "pa... 2 more characters", "...": "1 more item"});
        assert_eq!(values, [&types, &Value::Null, &json!("la... 2 more characters")]);
        assert_eq!(variables_of(&ended, "outer")[0]["value"], json!([1, "... 2 more items"]));
    }
}

#[test]
fn a_mutably_borrowed_cell_is_replaced_by_its_error() {
    for odd in both("borrowed") {
        let error = "already mutably borrowed";
        assert_eq!(odd["value"], json!({"name": "s", "table": {"<error>": error}}));
        assert_eq!(odd["error"], error);
    }
}

#[test]
fn the_forked_child_has_thread_locals_but_cannot_write() {
    for local in both("local") {
        assert_eq!(local["value"], json!(["from the thread"]));
    }
    // `odd` checks that the child's output is not visible, and `clean` that it created no file.
    for writes in both("writes") {
        assert_eq!(writes["value"], false);
    }
}

#[test]
fn variables_are_serialised_under_difficult_conditions() {
    for (argument, code) in [("variable-plain-panic", 101), ("variable-plain-segv", SEGV)] {
        let ended = run(&format!("{argument}+ignore-sigchld")).end().clean();
        assert_eq!((ended.code(), variables_of(&ended, "inner").len()), (code, 3));
    }
    let ended = run("variable-panics-panic+ignore-sigchld").end().clean();
    assert_eq!(variables_of(&ended, "inner")[1]["error"], "panicked: in `Serialize`");
    let ended = run("variable-plain-panic+no-clone").end().clean();
    assert_eq!((ended.code(), variables_of(&ended, "inner").len()), (101, 0));
    let note = "omitted variables: cannot fork the process";
    assert_eq!(ended.report()["notes"], json!([note]));
    let ended = run("variable-panics-panic+closed-streams").end().clean();
    assert_eq!((ended.code(), variables_of(&ended, "inner").len()), (101, 3));
    for option in ["closed-streams", "no-descriptors"] {
        let ended = run(&format!("variable-errors-segv+{option}")).end().clean();
        assert_eq!((ended.code(), variables_of(&ended, "inner").len()), (SEGV, 3), "{option}");
    }
}
