//! Threads and processes that need the same at the same time.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use vitte_diag::{SourceMap, Span};

/// Runs a scenario. Returns `None` if `kind` is another one.
pub fn run(kind: &str) -> Option<ExitCode> {
    match kind {
        "fork-return" => fork_and_return(),
        "storm-with-sources" => storm_with_sources(),
        "refused-dump" => refused_dump(),
        _ => return None,
    }
    Some(ExitCode::SUCCESS)
}

/// Both processes return from `main`, which drops the guard in each of them.
fn fork_and_return() {
    unsafe {
        let child = libc::fork();
        if child == 0 {
            return;
        }
        let mut status = 0;
        assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
        println!("{} {}", libc::WIFEXITED(status), libc::WEXITSTATUS(status));
    }
}

/// Panics on 32 threads at once, each in a context with a location, while another thread sets the sources.
fn storm_with_sources() {
    let mut sources = SourceMap::new();
    let files: Vec<_> = (0..2000)
        .map(|index| sources.add(format!("src/{index}.vitte"), "first\nsecond\n").unwrap())
        .collect();
    vitte_crash::set_sources(&sources);
    let (barrier, is_over) = (Barrier::new(32), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let threads: Vec<_> = files[..32]
            .iter()
            .map(|file| {
                let barrier = &barrier;
                scope.spawn(move || {
                    let _cx = vitte_crash::context("compiling", Span::between(*file, 6, 12));
                    barrier.wait();
                    panic!("of file {}", file.index());
                })
            })
            .collect();
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                vitte_crash::set_sources(&sources);
            }
        });
        let survived = threads.into_iter().filter_map(|thread| thread.join().err()).count();
        is_over.store(true, Ordering::Relaxed);
        println!("survived: {survived}");
    });
}

/// If this file exists, the first reporter removes it and ends.
fn marker() -> PathBuf {
    std::env::temp_dir().join("first-reporter")
}

/// Ends the first reporter without a report. Meanwhile the watchdog looks at the contexts many times.
pub fn end_first_reporter() {
    if std::fs::remove_file(marker()).is_ok() {
        std::thread::sleep(Duration::from_secs(1));
        std::process::abort();
    }
}

/// A context is open for too long while another dump is being made, which fails.
fn refused_dump() {
    std::fs::write(marker(), "").unwrap();
    let _cx = vitte_crash::context("folding", None);
    unsafe { libc::raise(libc::SIGQUIT) };
    let index = PathBuf::from(std::env::var_os("CRASHER_DIR").unwrap()).join("index.jsonl");
    while !index.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    println!("going on");
}
