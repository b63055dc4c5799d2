//! The capsules whose reports are tested.

use serde_json::{Value, json};
use vitte_capsule::{Capsule, CapsuleSource, CrashReport};

/// Texts that try to break out of an element, an attribute, the style and the script.
pub const HOSTILE: &str = "<script>window.pwned=1</script>\"><img src=x onerror=window.pwned=1>'\
    <svg onload=window.pwned=1></script></style></title></pre>javascript:window.pwned=1&lt;\u{202e}\u{1b}[2J\u{9b}{{7*7}}";

fn capsule(report: Value) -> Capsule {
    Capsule::new(serde_json::from_value::<CrashReport>(report).unwrap())
}

/// A program of 300 lines with numbered functions.
pub fn source() -> String {
    let mut text = String::new();
    for number in 0..60 {
        text += &format!(
            "fn area_{number}(shape: Shape) -> Int {{\n\tlet width = shape.width * {number}\n\
             \tlet height = shape.height + area_{number}_of(shape)\n\twidth * height\n}}\n"
        );
    }
    text
}

/// Frame `number` of the 40 frames of a crash: the panic, nested expressions, the start of the program.
fn frame(number: usize) -> Value {
    let own = |function: &str, file: &str, line: usize| {
        json!({"function": function, "file": format!("src/{file}"), "line": line, "column": 13,
            "inlined": false, "module": "/opt/vitte/bin/vittec", "offset": 0x1c20 + 64 * number, "in_project": true})
    };
    let std = |function: &str, file: &str| {
        json!({"function": function, "file": format!("/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/{file}"),
            "line": 100 + number, "column": 5, "inlined": number % 3 == 0, "module": "/opt/vitte/bin/vittec",
            "offset": 0x9_9000 + 32 * number, "in_project": false})
    };
    match number {
        0 => std("core::panicking::panic_fmt", "core/src/panicking.rs"),
        1 => std("core::panicking::panic_const::panic_const_sub_overflow", "core/src/panicking.rs"),
        2 => own("vittec::front::typeck::unify::Unifier::occurs", "front/typeck/unify.rs", 212),
        3 => own("vittec::front::typeck::unify::Unifier::unify", "front/typeck/unify.rs", 88),
        4..20 if number % 3 == 1 => {
            own("vittec::front::typeck::expr::check_expr", "front/typeck/expr.rs", 140)
        }
        4..20 if number % 3 == 2 => {
            own("vittec::front::typeck::expr::check_call", "front/typeck/expr.rs", 301)
        }
        4..20 => own("vittec::front::typeck::block::check_block", "front/typeck/block.rs", 57),
        20 => own("vittec::front::typeck::check_fn", "front/typeck/mod.rs", 33),
        21 => {
            json!({"function": "<rayon::iter::map::MapFolder<C, F> as rayon::iter::plumbing::Folder<T>>::consume_iter",
            "file": "rayon-1.12.0/src/iter/map.rs", "line": 248, "column": 9, "module": "/opt/vitte/bin/vittec",
            "offset": 0x7_0000, "in_project": false})
        }
        22 => own("vittec::front::check_all::{{closure}}", "front/mod.rs", 71),
        23..28 => std("std::panicking::catch_unwind::do_call", "std/src/panicking.rs"),
        28 => own("vittec::front::check_all", "front/mod.rs", 64),
        29 => own("vittec::driver::compile", "driver.rs", 119),
        30 => own("vittec::driver::run", "driver.rs", 41),
        31 => own("vittec::main", "main.rs", 63),
        39 => json!({"function": "__libc_start_main", "module": "libc.so.6", "offset": 0x2_9d90}),
        _ => std("std::rt::lang_start_internal", "std/src/rt.rs"),
    }
}

/// The line of the backtrace for a frame.
fn line(frame: &Value) -> String {
    let text = |key: &str| frame[key].as_str().unwrap_or_default();
    match frame["line"].as_u64() {
        Some(line) => {
            format!("{} at {}:{line}:{}", text("function"), text("file"), frame["column"])
        }
        None => format!(
            "{} in {}+{:#x}",
            text("function"),
            text("module"),
            frame["offset"].as_u64().unwrap()
        ),
    }
}

/// A typical crash: 40 frames, 3 contexts, 3 threads, one source of 300 lines.
pub fn common() -> Capsule {
    let source = source();
    let frames: Vec<Value> = (0..40).map(frame).collect();
    let lines: Vec<String> = frames.iter().map(line).collect();
    let context = |name: &str, values: Value, wanted: &str, variables: Value| {
        let lo = source.find(wanted).unwrap();
        let before = &source[..lo];
        let number = before.matches('\n').count() + 1;
        let col = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        json!({"name": name, "values": values, "variables": variables, "place": {"id": 0,
            "file": "examples/shapes.vitte", "lo": lo, "hi": lo + wanted.len(), "line": number, "col": col}})
    };
    let ty = json!({"kind": "fn", "params": [{"name": "shape", "ty": "Shape"}], "result": {"kind": "Int", "bits": 64},
        "generics": [], "is_const": false, "origin": null, "uses": (0..40).collect::<Vec<_>>()});
    let variables = json!([
        {"key": "expected", "value": ty, "error": null},
        {"key": "depth", "value": 17, "error": null},
        {"key": "scope", "value": null, "error": "its Serialize panicked"},
    ]);
    let lines_of = ["area_22(shape: Shape)", "shape.height + area_22_of(shape)"].map(|wanted| {
        let lo = source.find(wanted).unwrap();
        let start = source[..lo].rfind('\n').unwrap() + 1;
        let text = source[start..].lines().next().unwrap();
        json!({"line": source[..lo].matches('\n').count() + 1, "lo": start, "text": text})
    });
    let report = json!({
        "timestamp": "2025-10-22T13:05:42.123Z", "version": "0.4.1", "module": "vittec", "thread": "worker-2",
        "signal": null, "message": "attempt to subtract with overflow", "backtrace": lines,
        "system": {"os": "linux", "arch": "x86_64"}, "id": "2025-10-22T13-05-42-123-9f8e7d6c",
        "session": "5f3c9a0b11d2e7c4", "frames": frames,
        "context": [
            context("unifying", json!([{"key": "left", "value": "Int"}, {"key": "right", "value": "Fn(Shape) -> ?3"}]),
                "shape.height + area_22_of(shape)", variables),
            context("type-checking", json!([{"key": "fn", "value": "area_22"}]), "area_22(shape: Shape)", json!([])),
            json!({"name": "checking module", "values": [{"key": "module", "value": "shapes"}], "place": null}),
        ],
        "build": "release", "commit": "79919114c0", "command": ["vittec", "check", "--jobs", "4", "my shapes.vitte"],
        "registers": {"rax": "0x0", "r10": "0xa", "r9": "0x9", "rip": "0x5581d4c01c20", "rsp": "0x7ffd3c80"},
        "threads": [
            {"id": 4711, "name": "worker-2", "backtrace": lines},
            {"id": 4709, "name": "main", "backtrace": ["futex_wait in libc.so.6+0x9d8e2", "std::thread::park at /rustc/1/library/std/src/thread/mod.rs:1099:9", "vittec::driver::wait at src/driver.rs:77:5", "vittec::main at src/main.rs:63:1"]},
            {"id": 4710, "name": "worker-1", "backtrace": ["epoll_wait in libc.so.6+0x8d1e2", "vittec::server::poll at src/server.rs:12:5"]},
        ],
        "process": 4707, "deployment": "staging", "test": "typeck::tests::shapes",
        "breadcrumbs": [
            {"timestamp": "2025-10-22T13:05:40.246Z", "level": "debug", "target": "vittec::cache",
                "message": "entry removed", "fields": [{"key": "key", "value": "shapes"}], "thread": "worker-1"},
            {"timestamp": "2025-10-22T13:05:42.122Z", "level": "warn", "target": "vittec::typeck",
                "message": "unusual block", "thread": "worker-2"},
        ],
        "code": "F0001", "location": "src/front/typeck/unify.rs:212:13", "address": "0x10",
        "notes": ["the stack has not overflowed\n7 of 8 MB are free"],
        "sources": [{"id": 0, "file": "examples/shapes.vitte", "lines": lines_of}],
    });
    let mut capsule = capsule(report);
    capsule.sources.push(CapsuleSource::new("examples/shapes.vitte", source));
    for (name, value) in [
        ("HOME", "/home/…"),
        ("LANG", "en_US.UTF-8"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("TERM", "xterm-256color"),
        ("VITTE_LOG", "typeck=debug"),
        ("API_TOKEN", "[redacted]"),
    ] {
        capsule.environment.insert(name.to_owned(), value.to_owned());
    }
    capsule.minidump = Some(vec![0; 48_213]);
    capsule
}

/// [`common`] with every text and every key of a map replaced by `text`.
pub fn with_texts(text: &str) -> Capsule {
    let common = common();
    let mut report = serde_json::to_value(&common.report).unwrap();
    replace(&mut report, "", text);
    let mut capsule = capsule(report);
    capsule.sources.push(CapsuleSource::new(text, format!("{text}\n").repeat(30)));
    capsule.environment.insert(text.to_owned(), text.to_owned());
    capsule
}

fn replace(value: &mut Value, key: &str, text: &str) {
    match value {
        // A code must be valid.
        Value::String(_) if key == "code" => {}
        Value::String(own) => *own = text.to_owned(),
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, key, text)),
        Value::Object(values) => {
            values.iter_mut().for_each(|(key, value)| replace(value, key, text));
            if key == "registers" || key == "value" {
                values.insert(text.to_owned(), json!(text));
            }
        }
        _ => {}
    }
}

/// Writes a report to a file that the browser can open, and returns its path.
pub fn write(name: &str, page: &str) -> std::path::PathBuf {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash_html");
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(name);
    std::fs::write(&path, page).unwrap();
    path
}
