//! Compares the answers with those of `addr2line`, for this test program.

use std::path::{Path, PathBuf};

use addr2line::Loader;
use object::{Object as _, ObjectSection as _};

use super::*;

fn own() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// Addresses in the code of a program: groups of 100, spread evenly, because each unit takes time to read.
fn addresses(path: &Path, groups: u64) -> Vec<u64> {
    let bytes = std::fs::read(path).unwrap();
    let elf = object::File::parse(&*bytes).unwrap();
    let text = elf.section_by_name(".text").unwrap();
    let step = (text.size() / groups).max(1);
    let group = |index| (0..100).map(move |at| text.address() + index * step + at * 7);
    (0..groups).flat_map(group).collect()
}

/// A frame as both libraries know it.
#[derive(PartialEq, Eq, Debug)]
struct Answer {
    function: Option<String>,
    location: (Option<String>, Option<u32>, Option<u32>),
}

fn of_addr2line(loader: &Loader, address: u64) -> Vec<Answer> {
    let mut frames = loader.find_frames(address).unwrap();
    let mut answers = Vec::new();
    while let Some(frame) = frames.next().unwrap() {
        let location = frame.location.as_ref();
        let known = |number: Option<u32>| number.filter(|number| *number > 0);
        answers.push(Answer {
            function: frame.function.as_ref().map(|name| name.demangle().unwrap().into_owned()),
            location: (
                location.and_then(|at| at.file.map(str::to_owned)),
                known(location.and_then(|at| at.line)),
                known(location.and_then(|at| at.column)),
            ),
        });
    }
    answers
}

fn of_us(frames: &[ResolvedFrame]) -> Vec<Answer> {
    let answer = |frame: &ResolvedFrame| Answer {
        function: frame.function.clone(),
        location: (frame.file.clone(), frame.line, frame.column),
    };
    frames.iter().map(answer).collect()
}

/// Compares the answers for addresses. Returns how many have inlined functions.
fn compare(path: &Path, groups: u64) -> usize {
    let loader = Loader::new(path).unwrap();
    let mut file = SymbolFile::open(path).unwrap();
    let addresses = addresses(path, groups);
    let lowest = file.lowest();
    let offsets: Vec<u64> = addresses.iter().map(|address| address - lowest).collect();
    let found = file.resolve(&offsets, &DebugPaths::new(), Deadline::NONE);
    assert_eq!(file.reads(), 1);
    let mut inlined = 0;
    for (address, frames) in addresses.into_iter().zip(found) {
        let frames = frames.unwrap();
        let expected = of_addr2line(&loader, address);
        let mut ours = of_us(&frames);
        if frames.iter().any(|frame| frame.inlined) {
            inlined += 1;
        }
        assert!(frames.last().is_none_or(|last| !last.inlined));
        // The outermost name is that of the symbol, if debug information has only a bare name.
        if let (Some(ours), Some(expected)) = (ours.last_mut(), expected.last()) {
            if ours.function != expected.function {
                let symbol = loader.find_symbol(address).map(lookup::demangled);
                assert_eq!(ours.function, symbol, "{address:#x}");
                ours.function.clone_from(&expected.function);
            }
        }
        if expected.is_empty() {
            assert!(ours.iter().all(|frame| frame.location == (None, None, None)), "{address:#x}");
            continue;
        }
        assert_eq!(ours, expected, "{address:#x}");
    }
    inlined
}

#[test]
fn answers_are_those_of_addr2line() {
    let groups = if cfg!(debug_assertions) { 20 } else { 1_000 };
    assert!(compare(&own(), groups) > 10, "some addresses are in inlined functions");
}
