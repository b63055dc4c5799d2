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
    let start = text.address();
    let group = |index| (0..100).map(move |at| start + index * step + at * 7);
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

/// Compiles a program with `rustc`, with further arguments. Returns its path.
fn compile(dir: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    const TEXT: &str = "
        mod shapes {
            #[inline(always)]
            fn check(sides: &[u32], index: usize) -> u32 { sides[index] }
            #[inline(never)]
            pub fn area(sides: &[u32], index: usize) -> u32 { check(sides, index) * check(sides, index + 1) }
        }
        fn main() {
            let sides: Vec<u32> = std::env::args().map(|one| one.len() as u32).collect();
            let area = std::hint::black_box(|index| shapes::area(&sides, index));
            println!(\"{}\", area(sides.len() - 1));
        }";
    let source = dir.join("main.rs");
    std::fs::write(&source, TEXT).unwrap();
    let program = dir.join(name);
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = std::process::Command::new(&rustc);
    command.arg(&source).arg("-o").arg(&program).args(["--edition=2021", "-O"]).args(arguments);
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("this test needs {rustc:?}: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

#[test]
fn programs_of_all_kinds_have_the_answers_of_addr2line() {
    let dir = tempfile::tempdir().unwrap();
    for (name, arguments) in [
        ("full", &["-Cdebuginfo=2"][..]),
        ("lines", &["-Cdebuginfo=line-tables-only"]),
        ("v5", &["-Cdebuginfo=2", "-Cdwarf-version=5"]),
        ("v0", &["-Cdebuginfo=1", "-Csymbol-mangling-version=v0"]),
        ("lto", &["-Cdebuginfo=1", "-Clto=fat"]),
        ("compressed", &["-Cdebuginfo=2", "-Clink-arg=-Wl,--compress-debug-sections=zlib"]),
    ] {
        let program = compile(dir.path(), name, arguments);
        compare(&program, if cfg!(debug_assertions) { 10 } else { 500 });
        let mut file = SymbolFile::open(&program).unwrap();
        let bytes = std::fs::read(&program).unwrap();
        let elf = object::File::parse(&*bytes).unwrap();
        let area = object::Object::symbols(&elf)
            .find(|symbol| {
                object::ObjectSymbol::name(symbol)
                    .is_ok_and(|name| lookup::demangled(name) == "main::shapes::area")
            })
            .map(|symbol| object::ObjectSymbol::address(&symbol));
        let Some(area) = area else { panic!("{name}: no symbol") };
        let frames =
            file.resolve(&[area + 1], &DebugPaths::new(), Deadline::NONE).remove(0).unwrap();
        let last = frames.last().unwrap();
        // With line tables alone, debug information has only `area`.
        assert_eq!(last.function.as_deref(), Some("main::shapes::area"), "{name}");
        assert!(last.file.as_ref().unwrap().ends_with("main.rs"), "{name}: {last:?}");
    }
}

#[test]
fn damaged_files_are_answered_with_less() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("damaged");
    let program = compile(dir.path(), "whole", &["-Cdebuginfo=2", "-Cdwarf-version=5"]);
    let whole = std::fs::read(&program).unwrap();
    let offsets: Vec<u64> = {
        let lowest = SymbolFile::open(&program).unwrap().lowest();
        addresses(&program, 1).into_iter().map(|address| address - lowest).collect()
    };
    let resolve = |path: &Path| {
        if let Ok(mut file) = SymbolFile::open(path) {
            file.resolve(&offsets, &DebugPaths::new(), Deadline::NONE);
        }
    };
    let elf = object::File::parse(&*whole).unwrap();
    let sections: Vec<(u64, u64)> = object::Object::sections(&elf)
        .filter(|section| section.name().is_ok_and(|name| name.starts_with(".debug")))
        .filter_map(|section| section.file_range())
        .collect();
    let mut seed = 1_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below.max(1)
    };
    for round in 0..if cfg!(debug_assertions) { 40 } else { 400 } {
        let mut bytes = whole.clone();
        if round % 4 == 0 {
            bytes.truncate(usize::try_from(random(whole.len() as u64)).unwrap());
        } else {
            for _ in 0..50 {
                let (start, len) =
                    sections[usize::try_from(random(sections.len() as u64)).unwrap()];
                let at = usize::try_from(start + random(len)).unwrap();
                bytes[at] = u8::try_from(random(256)).unwrap();
            }
        }
        std::fs::write(&path, bytes).unwrap();
        resolve(&path);
    }
    // A file that is replaced by another one between two lookups is not read.
    std::fs::copy(&program, &path).unwrap();
    let mut file = SymbolFile::open(&path).unwrap();
    std::fs::copy(own(), &path).unwrap();
    let found = file.resolve(&offsets, &DebugPaths::new(), Deadline::NONE);
    assert!(found.iter().all(|frames| frames.as_ref().is_none_or(Vec::is_empty)));
    assert!(SymbolFile::open(dir.path()).is_err());
}
