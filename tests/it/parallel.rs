//! A bag is emitted in the same writes of the same bytes as its diagnostics are one by one, on however
//! many threads they are drawn.
use std::io::{self, Write};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use rayon::prelude::*;
use vitte_diag::{
    Diagnostic, DiagnosticBag, Emitter, EmitterOptions, Format, HumanEmitter, SourceMap, code,
};

/// Counts writes, and takes no more than so many.
struct Writes<'w> {
    all: &'w mut Vec<Vec<u8>>,
    most: usize,
}

impl Write for Writes<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.all.len() == self.most {
            return Err(io::Error::other("the disk is full"));
        }
        self.all.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// So many that they are drawn in several parts, of several pieces each, none of them full.
const MANY: u32 = 4_096 + 200;

fn many() -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::new();
    let text: String = (0..5_000).map(|n| format!("let value{n:04} = f(日, {n:04})\n")).collect();
    let file = sources.add("src/main.vitte", text).unwrap();
    let line = 29;
    let mut bag = DiagnosticBag::new();
    for n in 0..MANY {
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
    most: usize,
    emit: impl FnOnce(&mut dyn Emitter) -> io::Result<()>,
) -> (Vec<Vec<u8>>, Result<(), String>) {
    let mut all = Vec::new();
    let writes = Writes { all: &mut all, most };
    let mut emitter = format.emitter(writes, &EmitterOptions::default());
    let result = emit(&mut *emitter).map_err(|error| error.to_string());
    drop(emitter);
    (all, result)
}

#[test]
fn a_bag_is_emitted_as_its_diagnostics_are_one_by_one() {
    let (sources, bag) = many();
    for &format in Format::ALL {
        for most in [usize::MAX, 700] {
            let together = emitted(format, most, |mut emitter| {
                bag.emit(&sources, &mut emitter)
                    .map(|summary| assert_eq!(summary.total(), u64::from(MANY)))
            });
            let one_by_one = emitted(format, most, |emitter| {
                for entry in bag.ordered() {
                    emitter.emit(&sources, entry.diagnostic)?;
                }
                emitter.finish()
            });
            assert!(together == one_by_one, "{format} differs where {most} writes are taken");
        }
    }
}

/// What `work` gives, which has to come: threads that wait for one another never end.
fn in_time<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, result) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    result.recv_timeout(Duration::from_secs(60)).expect("it ends")
}

#[test]
fn workers_may_share_an_emitter() {
    const BAGS: usize = 8;
    let (shared, alone) = in_time(|| {
        let (sources, bag) = many();
        let human = Mutex::new(HumanEmitter::new(Vec::new()));
        // More threads than cores, so that some wait while others work.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(BAGS).build().unwrap();
        let emit = |_| bag.emit(&sources, &mut *human.lock().unwrap()).unwrap();
        pool.install(|| (0..BAGS).into_par_iter().map(emit).collect::<Vec<_>>());
        let mut alone = HumanEmitter::new(Vec::new());
        bag.emit(&sources, &mut alone).unwrap();
        (human.into_inner().unwrap().into_inner(), alone.into_inner())
    });
    assert!(shared == [&*alone; BAGS].join(&b"\n"[..]));
}

#[test]
fn the_lines_of_a_large_file_may_be_asked_for_by_all_threads_at_once() {
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
