//! Panics and faults of other threads and of tasks.

use std::fmt;
use std::future::Future;
use std::hint::black_box;
use std::panic::{catch_unwind, resume_unwind};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};

use rayon::prelude::*;
use vitte_crash::CrashReport;

pub fn summary(report: &CrashReport) -> String {
    let names: Vec<_> = report.contexts.iter().map(|entry| &*entry.name).collect();
    let has_frames = report
        .frames
        .iter()
        .any(|frame| frame.function.as_deref().is_some_and(|name| name.contains("boom")));
    let notes = &report.notes;
    format!("{} | {} | {names:?} | {has_frames} | {notes:?}", report.message, report.thread)
}

#[inline(never)]
pub fn boom(message: &str) {
    let _cx = vitte_crash::context("item", None).with("of", message);
    panic!("{message}");
}

/// Runs work that panics on other threads, mostly in `catch_panic`. Returns `None` if `kind` is another one.
pub fn run(kind: &str) -> Option<ExitCode> {
    let pool = || rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let _batch = vitte_crash::context("batch", None);
    let in_unit = |work: &dyn Fn()| {
        let result = vitte_crash::catch_panic(|| {
            let _unit = vitte_crash::context("unit", None);
            drop(vitte_crash::context("closed before", None));
            work();
        });
        match result {
            Ok(()) => println!("ok"),
            Err(report) => println!("{}", summary(&report)),
        }
    };
    match kind {
        "catch-rayon" => in_unit(&|| {
            pool().install(|| {
                (0..8).into_par_iter().for_each(|index| {
                    if index == 5 {
                        boom("of rayon");
                    }
                });
            });
        }),
        "catch-scope" => in_unit(&|| {
            std::thread::scope(|scope| {
                scope.spawn(|| boom("of a scope"));
            });
        }),
        "catch-join" => in_unit(&|| std::thread::spawn(|| boom("of a thread")).join().unwrap()),
        "catch-expect" => in_unit(&|| {
            std::thread::spawn(|| boom("of a thread")).join().expect("the thread");
        }),
        "catch-resume" => in_unit(&|| {
            let joined = std::thread::spawn(|| boom("of a thread")).join();
            joined.unwrap_or_else(|payload| resume_unwind(payload));
        }),
        "catch-nested-join" => in_unit(&|| {
            let outer = || std::thread::spawn(|| boom("of the innermost")).join().unwrap();
            std::thread::spawn(outer).join().unwrap();
        }),
        "catch-poisoned" => in_unit(&|| {
            let mutex = Arc::new(Mutex::new(0));
            let other = Arc::clone(&mutex);
            let thread = std::thread::spawn(move || {
                let _locked = other.lock();
                boom("with a lock");
            });
            _ = thread.join();
            *mutex.lock().unwrap() += 1;
        }),
        // The panic of the thread is not the cause of the other one.
        "catch-other" => in_unit(&|| {
            _ = std::thread::spawn(|| boom("of a thread")).join();
            boom("of this thread");
        }),
        "catch-handled" => in_unit(&|| _ = std::thread::spawn(|| boom("of a thread")).join()),
        "catch-swallowed" => in_unit(&|| {
            _ = catch_unwind(|| boom("swallowed"));
            resume_unwind(Box::new("another one"));
        }),
        "catch-two" => {
            std::thread::scope(|scope| {
                for name in ["first", "second"] {
                    scope.spawn(move || {
                        let result = vitte_crash::catch_panic(|| {
                            std::thread::scope(|scope| {
                                let worker = scope.spawn(move || boom(name));
                                if let Err(payload) = worker.join() {
                                    resume_unwind(payload);
                                }
                            });
                        });
                        println!("{name} | {}", summary(&result.unwrap_err()));
                    });
                }
            });
        }
        "catch-then-segv" => in_unit(&|| {
            _ = std::thread::spawn(|| boom("of a thread")).join();
            unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) };
        }),
        "catch-then-exit" => in_unit(&|| {
            _ = std::thread::spawn(|| boom("of a thread")).join();
            std::process::exit(3);
        }),
        "handle-scope" => in_unit(&|| {
            vitte_crash::scope(|scope| _ = scope.spawn(|| boom("of a scope")));
        }),
        "handle-spawn" => in_unit(&|| vitte_crash::spawn(|| boom("of a thread")).join().unwrap()),
        "handle-rayon" => in_unit(&|| {
            let handle = vitte_crash::handle();
            let work = |index| {
                let _entered = handle.enter();
                if index == 5 {
                    boom("of rayon");
                }
            };
            pool().install(|| (0..8).into_par_iter().for_each(work));
        }),
        "handle-same-message" => same_message(),
        "handle-segv" => vitte_crash::spawn(crash).join().unwrap(),
        "task-segv" => {
            block_on(vitte_crash::context("request", None).instrument(async { crash() }));
        }
        "task-panic" => interleaved(),
        "breadcrumbs-panic" => {
            leave_breadcrumbs();
            boom("after events");
        }
        "breadcrumbs-segv" => {
            leave_breadcrumbs();
            crash();
        }
        "catch-future" => {
            let work = async {
                yield_now().await;
                let task = vitte_crash::handle().instrument(async { boom("of a task") });
                std::thread::spawn(|| block_on(task)).join().unwrap();
            };
            let unit = vitte_crash::context("unit", None).instrument(work);
            println!("{}", summary(&block_on(vitte_crash::catch_future(unit)).unwrap_err()));
        }
        "catch-future-passed-on" => {
            let work = async {
                let joined = std::thread::spawn(|| boom("a \"quoted\" panic")).join();
                assert!(joined.is_err());
                let result: Result<(), _> = Err(JoinError);
                black_box(result).unwrap();
            };
            println!("{}", summary(&block_on(vitte_crash::catch_future(work)).unwrap_err()));
        }
        "join" => std::thread::spawn(|| boom("of a thread")).join().unwrap(),
        "scope" => std::thread::scope(|scope| _ = scope.spawn(|| boom("of a scope"))),
        _ => return None,
    }
    Some(ExitCode::SUCCESS)
}

fn crash() {
    let _cx = vitte_crash::context("item", None);
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) };
}

/// Records events on two threads, of which one has ended.
fn leave_breadcrumbs() {
    use vitte_crash::{BreadcrumbLevel, breadcrumb};
    for number in 0..70 {
        breadcrumb(BreadcrumbLevel::Debug, "crasher::main", format_args!("event {number}"));
    }
    let thread = std::thread::Builder::new().name("ended".into());
    let work = || breadcrumb(BreadcrumbLevel::Error, "crasher::other", "password=hunter2-7Gh9");
    thread.spawn(work).unwrap().join().unwrap();
}

/// Two calls at once, whose workers panic with the same message: first that of the call which began last.
fn same_message() {
    let (begun, panicked) = (&Barrier::new(2), &Barrier::new(2));
    let in_worker = |work: &(dyn Fn() + Sync), then: &dyn Fn()| {
        let joined = vitte_crash::scope(|scope| scope.spawn(work).join());
        then();
        joined.unwrap_or_else(|payload| resume_unwind(payload));
    };
    let call = |name: &'static str, work: &dyn Fn()| {
        let result = vitte_crash::catch_panic(|| {
            let _cx = vitte_crash::context(name, None);
            work();
        });
        println!("{name} | {}", summary(&result.unwrap_err()));
    };
    let wait_and_panic = || {
        panicked.wait();
        boom("the same");
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            call("first", &|| {
                begun.wait();
                in_worker(&wait_and_panic, &|| ());
            });
        });
        scope.spawn(|| {
            begun.wait();
            call("second", &|| in_worker(&|| boom("the same"), &|| _ = panicked.wait()));
        });
    });
}

/// What the error of a task of tokio looks like.
struct JoinError;

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinError::Panic(Id(7), {:?}, ...)", "a \"quoted\" panic")
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

async fn yield_now() {
    let mut is_ready = false;
    std::future::poll_fn(|_| match std::mem::replace(&mut is_ready, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

/// Polls two tasks in turns, on one thread. Both have a guard across an await.
fn interleaved() {
    let task = |name: &'static str, panics: bool| {
        vitte_crash::context("task", None).with("name", name).instrument(async move {
            let _cx = vitte_crash::context("inside", None).with("of", name);
            yield_now().await;
            if panics {
                boom("of a task");
            }
            yield_now().await;
        })
    };
    let (mut a, mut c) = (pin!(task("A", false)), pin!(task("C", true)));
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..2 {
        assert!(a.as_mut().poll(&mut cx).is_pending());
        _ = catch_unwind(std::panic::AssertUnwindSafe(|| c.as_mut().poll(&mut cx)));
    }
}
