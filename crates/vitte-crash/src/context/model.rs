//! Compares the contexts of tasks with a simple model: each task knows the list of its contexts.
//!
//! Tasks open contexts, enter handles, start other tasks, run other tasks inside of their own polls, panic and are cancelled,
//! in random order, and move between threads. Wherever code runs, the contexts are those of its task.

use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::task::{Context, Poll, Waker};

use super::handle::{ContextHandle, handle};
use super::{ContextGuard, context};
use crate::sys::slots::{self, ContextStack};

/// The numbers of contexts, the outermost first.
type Model = Vec<u32>;

/// The payload of a panic: what the hook has to find.
struct ExpectedPanic(Model);

static WRONG: Mutex<Vec<String>> = Mutex::new(Vec::new());
static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Maximum number of contexts of a task.
const MAX_DEPTH: usize = 24;
const MAX_TASKS: usize = 200;

fn open(number: u32) -> ContextGuard {
    context("task", None).with("number", number)
}

/// Compares the open contexts of this thread with the model.
fn check(model: &Model, place: &str) {
    let (mut found, omitted) = slots::current().map_or((Vec::new(), 0), ContextStack::read_numbers);
    found.reverse();
    if found != *model || omitted != 0 {
        WRONG.lock().unwrap().push(format!("{place}: {found:?} for {model:?}"));
    }
}

fn check_at_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            match info.payload().downcast_ref::<ExpectedPanic>() {
                Some(expected) => {
                    check(&expected.0, "panic");
                    PANICS.fetch_add(1, Ordering::Relaxed);
                }
                None => previous(info),
            }
        }));
    });
}

/// The numbers of a linear congruential generator.
#[derive(Clone)]
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Checks the contexts when a task is dropped.
struct CheckOnDrop<M: AsRef<Mutex<Model>>>(M);

impl<M: AsRef<Mutex<Model>>> Drop for CheckOnDrop<M> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            check(&self.0.as_ref().lock().unwrap(), "drop");
        }
    }
}

/// Lets other tasks run.
#[derive(Default)]
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Counts how many tasks a thread runs, one inside of the other.
struct Nesting;

thread_local! {
    static NESTING: Cell<usize> = const { Cell::new(0) };
}

impl Nesting {
    /// Returns `None` if there would be too many.
    fn begin() -> Option<Self> {
        let count = NESTING.get();
        (count < 2).then(|| {
            NESTING.set(count + 1);
            Self
        })
    }
}

impl Drop for Nesting {
    fn drop(&mut self) {
        NESTING.set(NESTING.get() - 1);
    }
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The tasks that can run, and handles with their models.
struct Executor {
    tasks: Mutex<Vec<Task>>,
    handles: Mutex<Vec<(ContextHandle, Model)>>,
    switches: AtomicU64,
    next: AtomicU64,
}

impl Executor {
    fn number(&self) -> u32 {
        u32::try_from(self.next.fetch_add(1, Ordering::Relaxed)).unwrap()
    }

    fn take(&self, random: &mut Random) -> Option<Task> {
        let mut tasks = self.tasks.lock().unwrap();
        let count = tasks.len();
        (count > 0).then(|| tasks.swap_remove(random.below(count)))
    }

    /// Polls a task, or cancels it.
    fn run_one(&self, random: &mut Random) {
        // More contexts than are recorded would be open on the thread.
        let Some(_nesting) = Nesting::begin() else { return };
        let Some(mut task) = self.take(random) else { return };
        self.switches.fetch_add(1, Ordering::Relaxed);
        if random.below(200) == 0 {
            return drop(task);
        }
        let mut cx = Context::from_waker(Waker::noop());
        match catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(&mut cx))) {
            Ok(Poll::Pending) => self.tasks.lock().unwrap().push(task),
            Ok(Poll::Ready(())) => {}
            Err(payload) if payload.is::<ExpectedPanic>() => {}
            Err(_) => WRONG.lock().unwrap().push("another panic".into()),
        }
    }

    /// Starts a task with the contexts of this one, whose model is `model`.
    fn spawn(self: &Arc<Self>, model: &Model, random: &mut Random) {
        if self.tasks.lock().unwrap().len() >= MAX_TASKS {
            return;
        }
        let (executor, seed) = (Arc::clone(self), Random(random.below(1 << 30) as u64));
        let mut model = model.clone();
        let task: Task = if random.below(2) == 0 {
            Box::pin(handle().instrument(work(executor, model, seed)))
        } else {
            let number = self.number();
            let guard = open(number);
            model.push(number);
            Box::pin(guard.instrument(work(executor, model, seed)))
        };
        self.tasks.lock().unwrap().push(task);
    }

    /// Enters a handle of another task, and checks what is inside.
    fn enter_another(self: &Arc<Self>, own: &Model, random: &mut Random) {
        let mut handles = self.handles.lock().unwrap();
        let mut other = (handle(), own.clone());
        if handles.len() < 50 {
            handles.push(other.clone());
        } else {
            let at = random.below(handles.len());
            std::mem::swap(&mut handles[at], &mut other);
        }
        drop(handles);
        let (handle, mut model) = other;
        let entered = handle.enter();
        check(&model, "entered");
        let number = self.number();
        let inner = open(number);
        model.push(number);
        check(&model, "in entered");
        match random.below(20) {
            0 => panic_any(ExpectedPanic(model)),
            1..3 => self.run_one(random),
            // In the wrong order, which closes both.
            3..6 => return drop((entered, inner)),
            _ => {}
        }
        check(&model, "in entered, afterwards");
    }
}

/// What a task does that moves between threads.
async fn work(executor: Arc<Executor>, mut model: Model, mut random: Random) {
    let state = CheckOnDrop(Arc::new(Mutex::new(model.clone())));
    for _ in 0..random.below(40) {
        check(&model, "work");
        match random.below(12) {
            0 => executor.spawn(&model, &mut random),
            1 => executor.enter_another(&model, &mut random),
            2 => executor.run_one(&mut random),
            3 if random.below(10) == 0 => panic_any(ExpectedPanic(model)),
            4 if random.below(4) == 0 => std::mem::forget({
                // It stays open until the task ends.
                let number = executor.number();
                model.push(number);
                *state.0.lock().unwrap() = model.clone();
                open(number)
            }),
            5 if model.len() < MAX_DEPTH => {
                let number = executor.number();
                let mut inner = model.clone();
                inner.push(number);
                let seed = Random(random.below(1 << 30) as u64);
                open(number).instrument(boxed(Arc::clone(&executor), inner, seed)).await;
            }
            _ => Yield::default().await,
        }
        if model.len() >= MAX_DEPTH {
            break;
        }
    }
}

fn boxed(executor: Arc<Executor>, model: Model, random: Random) -> Task {
    Box::pin(work(executor, model, random))
}

/// What a task does that stays on its thread: it has guards and entered handles across its awaits.
async fn local_work(mut model: Model, mut random: Random, mut next: u32) {
    let mut open_guards = Vec::new();
    // Dropped before the guards.
    let state = CheckOnDrop(Arc::new(Mutex::new(model.clone())));
    for _ in 0..random.below(40) {
        check(&model, "local work");
        match random.below(8) {
            0 | 1 if model.len() < MAX_DEPTH => {
                next += 1;
                model.push(next);
                open_guards.push((open(next), None));
            }
            2 if open_guards.len() < 10 => {
                next += 1;
                let outer = model.clone();
                open_guards.push((open(next), Some(outer)));
                model.push(next);
            }
            3 => {
                if let Some((guard, outer)) = open_guards.pop() {
                    drop(guard);
                    model.pop();
                    assert!(outer.is_none_or(|outer| outer == model));
                }
            }
            4 if random.below(20) == 0 => panic_any(ExpectedPanic(model)),
            _ => {
                *state.0.lock().unwrap() = model.clone();
                Yield::default().await;
            }
        }
    }
    *state.0.lock().unwrap() = model;
}

/// Runs tasks of one thread, each time at another depth of its stack.
fn run_local(polls: usize) {
    check_at_panics();
    let mut random = Random(7);
    let mut tasks: Vec<Pin<Box<dyn Future<Output = ()>>>> = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    for poll in 0..u32::try_from(polls).unwrap() {
        let outer: Vec<_> = (0..random.below(5)).map(|_| open(0)).collect();
        if tasks.len() < 50 {
            let mut model = vec![0; outer.len()];
            model.push(poll);
            let work = local_work(model, Random(random.below(1 << 30) as u64), poll);
            tasks.push(Box::pin(open(poll).instrument(work)));
        }
        let mut task = tasks.swap_remove(random.below(tasks.len()));
        if random.below(100) == 0 {
            drop(task);
        } else if let Ok(Poll::Pending) =
            catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(&mut cx)))
        {
            tasks.push(task);
        }
        check(&vec![0; outer.len()], "between local tasks");
    }
}

fn run(threads: usize, switches: u64, seed: u64) {
    check_at_panics();
    let executor = Arc::new(Executor {
        tasks: Mutex::default(),
        handles: Mutex::default(),
        switches: AtomicU64::new(0),
        next: AtomicU64::new(0),
    });
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let executor = Arc::clone(&executor);
            scope.spawn(move || {
                let mut random = Random(seed + thread as u64);
                let own = executor.number();
                let _cx = open(own);
                while executor.switches.load(Ordering::Relaxed) < switches {
                    executor.spawn(&vec![own], &mut random);
                    executor.run_one(&mut random);
                    check(&vec![own], "worker");
                }
            });
        }
    });
    let left = std::mem::take(&mut *executor.tasks.lock().unwrap());
    drop(left);
    executor.handles.lock().unwrap().clear();
}

#[test]
fn the_contexts_of_tasks_are_those_of_the_model() {
    for (threads, seed) in [(1, 1), (2, 1000), (8, 2000)] {
        run(threads, 350_000, seed);
    }
    run_local(100_000);
    let wrong = WRONG.lock().unwrap();
    assert_eq!(wrong.first(), None, "{} differences", wrong.len());
    assert!(PANICS.load(Ordering::Relaxed) > 1000);
}
