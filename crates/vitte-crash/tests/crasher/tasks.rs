//! Panics of tasks of tokio.

use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinSet, LocalSet, yield_now};
use vitte_crash::tokio::{spawn, spawn_blocking, spawn_local, task};
use vitte_crash::{catch_future, context};

use crate::workers::{boom, summary};

/// Runs a scenario. Returns `None` if `kind` is another one.
pub fn run(kind: &str) -> Option<ExitCode> {
    let _batch = context("batch", None);
    match kind {
        "tokio-spawn" => workers().block_on(async {
            let moving = async {
                for _ in 0..100 {
                    yield_now().await;
                }
                boom("of a task");
            };
            spawn("parse", moving).await.unwrap_err();
        }),
        "tokio-plain" => workers().block_on(async {
            tokio::spawn(async { boom("of a task") }).await.unwrap_err();
        }),
        "tokio-join-set" => workers().block_on(async {
            let mut units = JoinSet::new();
            for unit in 0..8 {
                let work = async move {
                    yield_now().await;
                    if unit == 5 {
                        boom("of a unit");
                    }
                };
                units.spawn(task(format!("unit {unit}"), work));
            }
            while units.join_next().await.is_some() {}
        }),
        "tokio-blocking" => workers().block_on(async {
            spawn_blocking("link", || boom("of blocking work")).await.unwrap_err();
        }),
        "tokio-local" => local(),
        "tokio-abort" => workers().block_on(async {
            let (send, started) = tokio::sync::oneshot::channel();
            let aborted = spawn("aborted", async {
                let _panics = PanicsOnDrop;
                send.send(()).unwrap();
                std::future::pending::<()>().await;
            });
            started.await.unwrap();
            aborted.abort();
            aborted.await.unwrap_err();
        }),
        "tokio-shutdown" => {
            let (runtime, (send, receive)) = (workers(), channel());
            runtime.block_on(async {
                spawn_blocking("late", move || {
                    send.send(()).unwrap();
                    boom("at the shutdown");
                });
            });
            receive.recv().unwrap();
            // The report takes longer than this.
            std::thread::sleep(Duration::from_millis(10));
            runtime.shutdown_background();
        }
        "tokio-catch" => workers().block_on(async {
            let work = async { spawn("parse", async { boom("of a task") }).await.unwrap() };
            println!("{}", summary(&catch_future(work).await.unwrap_err()));
        }),
        "tokio-catch-plain" => workers().block_on(async {
            let work = async { tokio::spawn(async { boom("of a task") }).await.unwrap() };
            println!("{}", summary(&catch_future(work).await.unwrap_err()));
        }),
        _ => return None,
    }
    Some(ExitCode::SUCCESS)
}

fn workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

struct PanicsOnDrop;

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        boom("of an aborted task");
    }
}

/// Tasks on one thread, each with a guard across its awaits.
fn local() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let tasks = LocalSet::new();
    tasks.block_on(&runtime, async {
        let work = |name: &'static str| async move {
            let _cx = context("inside", None).with("of", name);
            for _ in 0..3 {
                yield_now().await;
            }
            if name == "C" {
                boom("of a local task");
            }
        };
        let tasks: Vec<_> = ["A", "B", "C"].map(|name| spawn_local(name, work(name))).into();
        for task in tasks {
            _ = task.await;
        }
    });
}
