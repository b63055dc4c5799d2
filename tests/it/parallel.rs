//! Emitting a bag on several threads gives the same writes as emitting its diagnostics one by one.
use std::io::{self, Write};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use rayon::prelude::*;
use vitte_diag::{
    Diagnostic, DiagnosticBag, Emitter, EmitterOptions, Format, HumanEmitter, SourceMap, code,
};

/// Records each write, and fails after `limit` of them.
struct Recorder<'w> {
    writes: &'w mut Vec<Vec<u8>>,
    limit: usize,
}

impl Write for Recorder<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.writes.len() == self.limit {
            return Err(io::Error::other("the disk is full"));
        }
        self.writes.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Enough diagnostics to be rendered in several batches of several chunks, the last ones not full.
const COUNT: u32 = 4_096 + 200;

fn sample() -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::new();
    let text: String = (0..5_000).map(|n| format!("let value{n:04} = f(日, {n:04})\n")).collect();
    let file = sources.add("src/main.vitte", text).unwrap();
    let line = 29;
    let mut bag = DiagnosticBag::new();
    for n in 0..COUNT {
        let at = n % 4_000 * line;
        let span = |from: u32, to: u32| sources.span(file, at + from..at + to).unwrap();
        let diagnostic = match n % 4 {
            0 => Diagnostic::error(code!("E0001"), span(4, 13), format!("plain {n}")),
            1 => Diagnostic::warning(code!("W0100"), span(4, 13), format!("wide {n}"))
                .with_secondary(span(18, 21), "this is wide"),
            2 => Diagnostic::note(code!("N0001"), span(4, 80), format!("long {n}")).with_note("a"),
            _ => {
                Diagnostic::error(code!("E0002"), span(0, 0), format!("helped {n}")).with_help("b")
            }
        };
        bag.push(diagnostic);
    }
    (sources, bag)
}

fn emitted(
    format: Format,
    limit: usize,
    emit: impl FnOnce(&mut dyn Emitter) -> io::Result<()>,
) -> (Vec<Vec<u8>>, Result<(), String>) {
    let mut writes = Vec::new();
    let recorder = Recorder { writes: &mut writes, limit };
    let mut emitter = format.emitter(recorder, &EmitterOptions::default());
    let result = emit(&mut *emitter).map_err(|error| error.to_string());
    drop(emitter);
    (writes, result)
}

#[test]
fn a_bag_and_its_diagnostics_one_by_one_give_the_same_writes() {
    let (sources, bag) = sample();
    for &format in Format::ALL {
        for limit in [usize::MAX, 700] {
            let together = emitted(format, limit, |mut emitter| {
                bag.emit(&sources, &mut emitter)
                    .map(|summary| assert_eq!(summary.total(), u64::from(COUNT)))
            });
            let one_by_one = emitted(format, limit, |emitter| {
                for entry in bag.ordered() {
                    emitter.emit(&sources, entry.diagnostic)?;
                }
                emitter.finish()
            });
            assert!(together == one_by_one, "{format} differs with at most {limit} writes");
        }
    }
}

/// Returns the result of `work`. Panics after a minute: then its threads are in a deadlock.
fn in_time<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, result) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    result.recv_timeout(Duration::from_secs(60)).expect("a deadlock")
}

#[test]
fn threads_can_share_an_emitter() {
    const BAGS: usize = 8;
    let (shared, single) = in_time(|| {
        let (sources, bag) = sample();
        let human = Mutex::new(HumanEmitter::new(Vec::new()));
        // More threads than cores, so that some wait while others work.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(BAGS).build().unwrap();
        let emit = |_| bag.emit(&sources, &mut *human.lock().unwrap()).unwrap();
        pool.install(|| (0..BAGS).into_par_iter().map(emit).collect::<Vec<_>>());
        let mut single = HumanEmitter::new(Vec::new());
        bag.emit(&sources, &mut single).unwrap();
        (human.into_inner().unwrap().into_inner(), single.into_inner())
    });
    assert!(shared == [&*single; BAGS].join(&b"\n"[..]));
}

#[test]
fn threads_can_compute_the_lines_of_a_large_file_at_once() {
    in_time(|| {
        let mut sources = SourceMap::new();
        for _ in 0..4 {
            let file = sources.add("large.vitte", "a line of it\n".repeat(2 << 20)).unwrap();
            let sources = &sources;
            let line = move |line: u32| {
                let span = sources.span(file, line * 13..line * 13).unwrap();
                assert_eq!(sources.location(span).unwrap().line, line + 1);
            };
            thread::scope(|scope| {
                scope.spawn(move || line(0));
                scope.spawn(move || (0..500).into_par_iter().for_each(line));
            });
        }
    });
}
