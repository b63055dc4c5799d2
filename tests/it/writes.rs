//! How output reaches a writer: one write for each diagnostic, and errors come back.
#![allow(clippy::unwrap_used, reason = "a test states what it expects in the plain way")]

use std::io::{self, ErrorKind, Write};

use vitte_diag::{Diagnostic, DiagnosticBag, Emitter, HumanEmitter, JsonEmitter};

use crate::common;

/// Keeps what it was given, write by write, and takes no more than `room` of them.
struct Writes {
    seen: Vec<String>,
    flushes: usize,
    room: usize,
}

impl Writes {
    fn new(room: usize) -> Self {
        Self { seen: Vec::new(), flushes: 0, room }
    }
}

impl Write for Writes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.seen.len() == self.room {
            return Err(ErrorKind::StorageFull.into());
        }
        self.seen.push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushes += 1;
        Ok(())
    }
}

fn scene() -> (common::Scene, DiagnosticBag) {
    let scene = common::scene("let ⟨x⟩ = ⟦1⟧\n");
    let span = scene.diagnostic.primary().span();
    let one = |n| Diagnostic::error(common::CODE, span, format!("message {n}")).with_note("n");
    let bag = (0..3).map(one).collect();
    (scene, bag)
}

#[test]
fn each_diagnostic_is_one_write() {
    let (scene, bag) = scene();
    let mut human = HumanEmitter::new(Writes::new(9)).with_color(true);
    bag.emit(&scene.sources, &mut human).unwrap();
    let human = human.into_inner();
    assert_eq!((human.seen.len(), human.flushes), (3, 1));
    assert!(human.seen.iter().skip(1).all(|write| write.starts_with("\n\u{1b}")));
    let mut json = JsonEmitter::new(Writes::new(9));
    bag.emit(&scene.sources, &mut json).unwrap();
    let json = json.into_inner();
    assert_eq!((json.seen.len(), json.flushes), (3, 1));
    assert!(json.seen.iter().all(|write| write.starts_with('{') && write.ends_with("}\n")));
}

#[test]
fn a_writer_that_fails_is_an_error_and_nothing_more() {
    let (scene, bag) = scene();
    for room in 0..3 {
        let emitters: [Box<dyn Emitter>; 2] = [
            Box::new(HumanEmitter::new(Writes::new(room))),
            Box::new(JsonEmitter::new(Writes::new(room))),
        ];
        for mut emitter in emitters {
            let error = bag.emit(&scene.sources, &mut emitter).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::StorageFull);
        }
    }
}

#[test]
fn the_summary_is_that_of_the_bag() {
    let (scene, bag) = scene();
    let summary = bag.emit(&scene.sources, &mut JsonEmitter::new(io::sink())).unwrap();
    assert_eq!(summary, bag.summary());
    assert_eq!((summary.errors, summary.total()), (3, 3));
}
