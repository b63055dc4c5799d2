//! Crashes while a context holds variables, some of which cannot be serialised.

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

/// Other limits than those by default.
pub fn limits() -> VariableLimits {
    let limits =
        VariableLimits::default().with_max_items(1).with_max_depth(1).with_max_string_len(2);
    limits.with_max_total_items(4).with_max_time(Duration::from_secs(20))
}

/// `hold-VARIABLE-CRASH`: such as `hold-plain-panic`.
pub fn run(kind: &str) -> Option<ExitCode> {
    let (variable, how) = kind.strip_prefix("hold-")?.rsplit_once('-')?;
    let work = || match variable {
        "cycle" => {
            let node = Rc::new(Node { name: "a", next: RefCell::new(None) });
            *node.next.borrow_mut() = Some(Link(Rc::clone(&node)));
            hold(&*node, how);
        }
        "borrowed" => {
            let scope = Scope { name: "s", table: RefCell::new(vec![1, 2]) };
            let _table = scope.table.borrow_mut();
            hold(&scope, how);
        }
        "locked" => {
            let table = Mutex::new(1);
            let _locked = table.lock().unwrap();
            hold(&table, how);
        }
        "local" => {
            NAMES.with(|names| names.borrow_mut().push("from the thread".into()));
            hold(&Wild("local"), how);
        }
        "plain" => hold(&Type::Function { of: vec![Type::Named("i64"), Type::Unit] }, how),
        other => hold(&Wild(Box::leak(other.to_owned().into_boxed_str())), how),
    };
    if let Some(inner) = how.strip_prefix("thread_") {
        assert_eq!(inner, "panic");
        return Some(std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("worker".into());
            let ended = thread.spawn_scoped(scope, || work_on_a_thread(inner)).unwrap().join();
            ExitCode::from(if ended.is_err() { 101 } else { 0 })
        }));
    }
    work();
    Some(ExitCode::SUCCESS)
}

fn work_on_a_thread(how: &str) {
    hold(&Type::Named("of a thread"), how);
}

/// The variable stands between two others, which have to be there whatever becomes of it.
fn hold(odd: &dyn Variable, how: &str) {
    let types = BTreeMap::from([((1, 2), "pair"), ((3, 4), "other")]);
    let text = String::from("last");
    let outer = vec![1, 2, 3];
    vitte_crash::context("outer", None).with_variables(&[("outer", &outer)], || {
        let _plain = vitte_crash::context("between", None).with("k", "v");
        let cx = vitte_crash::context("inner", None).with("how", how);
        cx.with_variables(&[("types", &types), ("odd", odd), ("text", &text)], || ends(how));
        ends_later(how);
    });
}

fn ends(how: &str) {
    match how {
        "panic" => panic!("while it holds"),
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
            std::mem::forget(vitte_crash::context("lost", None));
            let inner = String::from("of what is lost");
            vitte_crash::context("kept", None)
                .with_variables(&[("inner", &inner)], || panic!("in the kept one"));
        }
        _ => {}
    }
}

/// When the inner one holds nothing any more.
fn ends_later(how: &str) {
    match how {
        "after" => panic!("after it held"),
        "unwound" => {
            let text = String::from("gone");
            _ = std::panic::catch_unwind(|| {
                vitte_crash::context("unwound", None).with_variables(&[("text", &text)], || {
                    std::panic::resume_unwind(Box::new(1));
                });
            });
            drop(text);
            panic!("after it was unwound");
        }
        "run" => {
            let code = vitte_crash::run_main(|| Err::<(), _>(std::io::Error::other("of run")));
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

/// Its `Serialize` does what it is called.
struct Wild(&'static str);

impl Serialize for Wild {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            "panics" => panic!("in `Serialize`"),
            "errors" => Err(S::Error::custom("as it likes")),
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
            "eats" => {
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
                println!("out of the copy");
                eprintln!("out of the copy");
                let written = std::fs::write("of-the-copy", "x").is_ok();
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
