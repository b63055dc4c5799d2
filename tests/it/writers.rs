//! How emitters use a writer: one write for each diagnostic, and its errors are returned.
#![allow(clippy::unwrap_used, reason = "a test states what it expects in the plain way")]

use std::io::{self, ErrorKind, Write};

use vitte_diag::{Diagnostic, DiagnosticBag, Emitter, HumanEmitter, JsonEmitter};

use crate::common;

/// Records each write, and fails after `limit` of them.
struct Recorder {
    writes: Vec<String>,
    flushes: usize,
    limit: usize,
}

impl Recorder {
    fn new(limit: usize) -> Self {
        Self { writes: Vec::new(), flushes: 0, limit }
    }
}

impl Write for Recorder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.writes.len() == self.limit {
            return Err(ErrorKind::StorageFull.into());
        }
        self.writes.push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushes += 1;
        Ok(())
    }
}

fn scene() -> (common::Scene, DiagnosticBag) {
    let scene = common::scene("let ⟨x⟩ = ⟦1⟧\n");
    let span = scene.diagnostic.primary().unwrap().span();
    let one = |n| Diagnostic::error(common::CODE, span, format!("message {n}")).with_note("n");
    let bag = (0..3).map(one).collect();
    (scene, bag)
}

#[test]
fn each_diagnostic_is_one_write() {
    let (scene, bag) = scene();
    let mut human = HumanEmitter::new(Recorder::new(9)).with_color(true);
    bag.emit(&scene.sources, &mut human).unwrap();
    let human = human.into_inner();
    assert_eq!((human.writes.len(), human.flushes), (3, 1));
    assert!(human.writes.iter().skip(1).all(|write| write.starts_with("\n\u{1b}")));
    let mut json = JsonEmitter::new(Recorder::new(9));
    bag.emit(&scene.sources, &mut json).unwrap();
    let json = json.into_inner();
    assert_eq!((json.writes.len(), json.flushes), (3, 1));
    assert!(json.writes.iter().all(|write| write.starts_with('{') && write.ends_with("}\n")));
}

#[test]
fn an_error_of_the_writer_is_returned() {
    let (scene, bag) = scene();
    for limit in 0..3 {
        let emitters: [Box<dyn Emitter>; 2] = [
            Box::new(HumanEmitter::new(Recorder::new(limit))),
            Box::new(JsonEmitter::new(Recorder::new(limit))),
        ];
        for mut emitter in emitters {
            let error = bag.emit(&scene.sources, &mut emitter).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::StorageFull);
        }
    }
}

#[test]
fn emitting_returns_the_summary_of_the_bag() {
    let (scene, bag) = scene();
    let summary = bag.emit(&scene.sources, &mut JsonEmitter::new(io::sink())).unwrap();
    assert_eq!(summary, bag.summary());
    assert_eq!((summary.errors, summary.total()), (3, 3));
}
