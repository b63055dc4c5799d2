//! The program of a cell: it runs WebAssembly code, and crashes.

#![allow(unsafe_code, reason = "crashes")]

use std::hint::black_box;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use vitte_crash::CrashGuard;
use wasmtime::{Caller, Config, Engine, Error, Linker, Module, Store, Trap, TypedFunc};

use crate::cell::Setup;

const MODULE: &str = r#"
(module
  (import "host" "crash" (func $crash (param i32)))
  (memory 1)
  (func (export "load") (param i32) (drop (i32.load (i32.const 0x7fff0000))))
  (func (export "unreachable") (param i32) unreachable)
  (func (export "division") (param i32) (drop (i32.div_s (i32.const 1) (local.get 0))))
  (func $recursion (export "recursion") (param i32) (call $recursion (local.get 0)))
  (func (export "host") (param i32) (call $crash (local.get 0))))
"#;

/// The functions that trap.
const TRAPS: [(&str, Trap); 4] = [
    ("load", Trap::MemoryOutOfBounds),
    ("unreachable", Trap::UnreachableCodeReached),
    ("division", Trap::IntegerDivisionByZero),
    ("recursion", Trap::StackOverflow),
];

const CRASHES: [&str; 4] = ["null", "abort", "overflow", "panic"];

/// How often a trap of a `storm:` is repeated.
const STORM: usize = 20_000;

/// Runs the steps of a case, separated by commas. Returns if none of them ends the process.
///
/// The name of a step is that of a trap or of a crash. The prefix `host:` crashes in a function that WebAssembly code
/// calls, `fiber:` runs the code on a stack of its own, `storm:` repeats a trap, `thread:` runs the step on another thread,
/// and `catch:` catches its panic.
pub fn run(setup: Option<Setup>, case: &str) {
    // A deliberate crash must not write a core dump.
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is that of a limit.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
    let _before = setup.filter(|setup| setup.is_before()).map(install);
    let engine = Engine::new(&Config::new()).expect("an engine");
    let module = Module::new(&engine, MODULE).expect("a module");
    let _after = setup.filter(|setup| !setup.is_before()).map(install);
    for step in case.split(',') {
        run_step(&module, step);
        println!("{step}");
    }
}

fn install(setup: Setup) -> CrashGuard {
    vitte_crash::CrashHandler::builder()
        .dir("reports")
        .previous_handlers_first(setup.is_asking())
        .timeout(std::time::Duration::from_secs(20))
        .install()
        .expect("a crash handler")
}

fn run_step(module: &Module, step: &str) {
    match step.split_once(':') {
        Some(("thread", step)) => std::thread::scope(|scope| {
            scope.spawn(|| run_step(module, step)).join().expect("the end of a thread");
        }),
        Some(("catch", step)) => {
            let run = AssertUnwindSafe(|| run_step(module, step));
            assert!(vitte_crash::catch_panic(run).is_err(), "a panic");
        }
        Some(("storm", step)) => trap(module, step, STORM),
        Some(("host", step)) => {
            let number = CRASHES.iter().position(|crash| *crash == step).expect("a crash");
            let number = i32::try_from(number).expect("a small number");
            let (mut store, function) = instance(module, "host");
            function.call(&mut store, number).expect("no trap");
        }
        Some(("fiber", step)) => on_fiber(module, step),
        _ if step == "sent" => {
            // SAFETY: the argument is a number.
            unsafe { libc::raise(libc::SIGSEGV) };
        }
        _ if CRASHES.contains(&step) => crash(step),
        _ => trap(module, step, 1),
    }
}

fn instance(module: &Module, function: &str) -> (Store<()>, TypedFunc<i32, ()>) {
    let mut linker = Linker::new(module.engine());
    let host = |_: Caller<'_, ()>, number: i32| {
        let number = usize::try_from(number).expect("a number of a crash");
        crash(CRASHES[number]);
    };
    linker.func_wrap("host", "crash", host).expect("a function");
    let mut store = Store::new(module.engine(), ());
    let instance = linker.instantiate(&mut store, module).expect("an instance");
    let function = instance.get_typed_func(&mut store, function).expect("a function");
    (store, function)
}

/// Calls a function that traps.
fn trap(module: &Module, step: &str, count: usize) {
    let (mut store, function) = instance(module, step);
    for _ in 0..count {
        assert_trap(step, function.call(&mut store, 0));
    }
}

fn assert_trap(step: &str, result: Result<(), Error>) {
    let expected = TRAPS.iter().find(|(name, _)| *name == step).expect("a trap").1;
    let error = result.expect_err("a trap");
    assert_eq!(error.downcast_ref::<Trap>(), Some(&expected), "{error:?}");
}

/// Calls a function on a stack of its own.
fn on_fiber(module: &Module, step: &str) {
    let crash = step.strip_prefix("host:");
    let number = crash.and_then(|crash| CRASHES.iter().position(|known| *known == crash));
    let number = number.map_or(0, |number| i32::try_from(number).expect("a small number"));
    let (mut store, function) = instance(module, if crash.is_some() { "host" } else { step });
    let mut call = || {
        let mut call = pin!(function.call_async(&mut store, number));
        match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => panic!("nothing waits"),
        }
    };
    assert_trap(step, call());
}

#[inline(never)]
fn crash(kind: &str) {
    match kind {
        // SAFETY: it is not sound: it crashes.
        "null" => unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) },
        "abort" => std::process::abort(),
        "overflow" => _ = black_box(crash_by_recursion(black_box(1))),
        _ => panic!("a panic of the program"),
    }
}

#[inline(never)]
#[expect(unconditional_recursion, reason = "overflows the stack")]
fn crash_by_recursion(depth: u64) -> u64 {
    let data = black_box([depth; 16]);
    crash_by_recursion(depth + 1) + data[black_box(3)]
}
