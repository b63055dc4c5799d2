//! Crashes while a context borrows variables, some of which cannot be serialised.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Mutex;
use std::time::Duration;

use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};
use vitte_crash::{Variable, VariableLimits};

/// The limits of the option `small-limits`.
pub fn small_limits() -> VariableLimits {
    let limits =
        VariableLimits::default().with_max_items(1).with_max_depth(1).with_max_string_len(2);
    limits.with_max_total_items(4).with_max_time(Duration::from_secs(20))
}

/// Runs a kind `variable-VARIABLE-CRASH`, such as `variable-plain-panic`. Returns `None` if `kind` is another one.
pub fn run(kind: &str) -> Option<ExitCode> {
    let (variable, crash) = kind.strip_prefix("variable-")?.rsplit_once('-')?;
    let work = || match variable {
        "cycle" => {
            let node = Rc::new(Node { name: "a", next: RefCell::new(None) });
            *node.next.borrow_mut() = Some(Link(Rc::clone(&node)));
            crash_with(&*node, crash);
        }
        "borrowed" => {
            let scope = Scope { name: "s", table: RefCell::new(vec![1, 2]) };
            let _table = scope.table.borrow_mut();
            crash_with(&scope, crash);
        }
        "locked" => {
            let table = Mutex::new(1);
            let _locked = table.lock().unwrap();
            crash_with(&table, crash);
        }
        "local" => {
            NAMES.with(|names| names.borrow_mut().push("from the thread".into()));
            crash_with(&Misbehaving("local"), crash);
        }
        "plain" => {
            let function = Type::Function { of: vec![Type::Named("i64"), Type::Unit] };
            crash_with(&function, crash);
        }
        other => crash_with(&Misbehaving(Box::leak(other.to_owned().into_boxed_str())), crash),
    };
    if crash == "thread_panic" {
        return Some(std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("worker".into());
            let work = || crash_with(&Type::Named("of a thread"), "panic");
            let result = thread.spawn_scoped(scope, work).unwrap().join();
            ExitCode::from(if result.is_err() { 101 } else { 0 })
        }));
    }
    work();
    Some(ExitCode::SUCCESS)
}

/// Crashes in a context that borrows `odd` between two other variables. The report must contain those two, even if
/// `odd` cannot be serialised.
fn crash_with(odd: &dyn Variable, crash: &str) {
    let types = BTreeMap::from([((1, 2), "pair"), ((3, 4), "other")]);
    let text = String::from("last");
    let outer = vec![1, 2, 3];
    vitte_crash::context("outer", None).with_variables(&[("outer", &outer)], || {
        let _plain = vitte_crash::context("between", None).with("k", "v");
        let cx = vitte_crash::context("inner", None).with("crash", crash);
        cx.with_variables(&[("types", &types), ("odd", odd), ("text", &text)], || {
            crash_in_context(crash);
        });
        crash_after_context(crash);
    });
}

fn crash_in_context(crash: &str) {
    match crash {
        "panic" => panic!("with variables"),
        "segv" => unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) },
        "overflow" => _ = black_box(super::recurse(1)),
        "abort" => std::process::abort(),
        "catch" => {
            let report = vitte_crash::catch_panic(|| panic!("caught")).unwrap_err();
            let variables = report.contexts.iter().map(|entry| entry.variables.len());
            println!(
                "{:?} {}",
                variables.collect::<Vec<_>>(),
                report.contexts[0].variables[1].value
            );
        }
        "malloc" => {
            for _ in 0..4 {
                std::thread::spawn(|| {
                    loop {
                        black_box(Vec::<u8>::with_capacity(black_box(1000)));
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(5));
            panic!("while others allocate");
        }
        "forget" => {
            std::mem::forget(vitte_crash::context("forgotten", None));
            let innermost = String::from("in the innermost context");
            vitte_crash::context("innermost", None)
                .with_variables(&[("innermost", &innermost)], || panic!("after a forgotten one"));
        }
        _ => {}
    }
}

/// Crashes when the inner context is closed.
fn crash_after_context(crash: &str) {
    match crash {
        "after" => panic!("after the context"),
        "unwound" => {
            let text = String::from("dropped");
            _ = std::panic::catch_unwind(|| {
                vitte_crash::context("unwound", None).with_variables(&[("text", &text)], || {
                    std::panic::resume_unwind(Box::new(1));
                });
            });
            drop(text);
            panic!("after the context was unwound");
        }
        "run_main" => {
            let error = std::io::Error::other("an error of `main`");
            let code = vitte_crash::run_main(|| Err::<(), _>(error));
            println!("{code:?}");
        }
        _ => {}
    }
}

#[derive(Serialize)]
struct Node {
    name: &'static str,
    next: RefCell<Option<Link>>,
}

struct Link(Rc<Node>);

impl Serialize for Link {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Scope {
    name: &'static str,
    table: RefCell<Vec<u8>>,
}

#[derive(Serialize)]
enum Type {
    Unit,
    Named(&'static str),
    Function { of: Vec<Type> },
}

thread_local! {
    static NAMES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// A value whose `Serialize` does what its name states.
struct Misbehaving(&'static str);

impl Serialize for Misbehaving {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            "panics" => panic!("in `Serialize`"),
            "errors" => Err(S::Error::custom("a custom error")),
            "hangs" => loop {
                std::thread::sleep(Duration::from_secs(1));
            },
            "segfaults" => {
                unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) };
                serializer.serialize_unit()
            }
            "aborts" => std::process::abort(),
            "exits" => std::process::exit(0),
            "recurses" => serializer.serialize_u64(super::recurse(1)),
            "exhausts_memory" => {
                let mut all = Vec::new();
                loop {
                    all.push(black_box(vec![1_u8; 16 << 20]));
                }
            }
            "endless" => serializer.collect_seq(std::iter::repeat("again")),
            "endless_map" => {
                let mut map = serializer.serialize_map(None)?;
                loop {
                    map.serialize_entry(&1, &2)?;
                }
            }
            "writes" => {
                println!("written by the forked child");
                eprintln!("written by the forked child");
                let written = std::fs::write("written-by-the-forked-child", "x").is_ok();
                serializer.serialize_bool(written)
            }
            "allocates" => {
                let text = format!("{} {}", black_box(1), "x".repeat(black_box(100_000)));
                serializer.serialize_u64(text.len() as u64)
            }
            "local" => NAMES.with(|names| names.borrow().serialize(serializer)),
            other => panic!("no variable {other}"),
        }
    }
}
