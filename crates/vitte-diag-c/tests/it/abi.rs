//! What a program that was compiled with an older header relies on: symbols, prototypes, layouts and values.
//!
//! `tests/abi/x86_64-linux-gnu.txt` has a line for each. A line that is gone or different is an incompatible change: a
//! program that uses only what the file lists finds everything in the library of today, as it was when the program was
//! compiled. So no such program has to be stored, and run with each new version.

mod current;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use object::{Object as _, ObjectSymbol as _};

pub(crate) use current::functions;

use crate::common::{dir, has, shared_library};

fn golden_path() -> PathBuf {
    dir().join("tests/abi/x86_64-linux-gnu.txt")
}

/// The symbols that the shared library defines for programs.
fn symbols() -> BTreeSet<String> {
    let bytes = fs::read(shared_library()).unwrap();
    let library = object::File::parse(&*bytes).unwrap();
    let defined = library.dynamic_symbols().filter(|symbol| symbol.is_definition());
    defined.map(|symbol| symbol.name().unwrap().to_owned()).collect()
}

/// Returns the new content of the golden file, if it has to change. Fails if a program could notice.
fn compare(
    golden: Option<&str>,
    current: &BTreeSet<String>,
    update: bool,
) -> Result<Option<String>, String> {
    let lines: BTreeSet<_> = golden.unwrap_or_default().lines().collect();
    let gone: Vec<_> = lines.iter().filter(|line| !current.contains(**line)).collect();
    let new: Vec<_> = current.iter().filter(|line| !lines.contains(line.as_str())).collect();
    if !gone.is_empty() {
        return Err(format!(
            "programs that were compiled before do not work with this library; removed or changed:\n{gone:#?}\nnew:\n\
             {new:#?}\nUndo the change, or add a new function beside the old one. `UPDATE_ABI=1` does not accept it. If \
             there has to be a new major version, increase it in Cargo.toml, delete the golden file, and create it \
             with `UPDATE_ABI=1`.",
        ));
    }
    if new.is_empty() {
        return Ok(None);
    }
    if !update {
        return Err(format!(
            "not in the golden file yet:\n{new:#?}\nNo later version may remove it. Accept it with \
             `UPDATE_ABI=1 cargo test -p vitte-diag-c --all-features --test it abi`."
        ));
    }
    Ok(Some(current.iter().map(|line| format!("{line}\n")).collect()))
}

#[test]
#[cfg(all(target_arch = "x86_64", target_env = "gnu"))]
fn programs_that_were_compiled_before_work() {
    if !has("gcc") {
        return;
    }
    let mut current = current::interface();
    current.extend(symbols().into_iter().map(|symbol| format!("symbol {symbol}")));
    let golden = fs::read_to_string(golden_path()).ok();
    let update = std::env::var_os("UPDATE_ABI").is_some();
    match compare(golden.as_deref(), &current, update) {
        Ok(Some(text)) => fs::write(golden_path(), text).unwrap(),
        Ok(None) => {}
        Err(why) => panic!("{why}"),
    }
}

#[test]
fn the_library_defines_the_functions_of_the_header_only() {
    let declared: BTreeSet<_> = functions().into_iter().map(|(name, _)| name).collect();
    assert_eq!(symbols(), declared);
}

#[test]
fn the_golden_file_only_grows() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(compare(Some("a\nb\n"), &lines("b\na"), false), Ok(None));
    for update in [false, true] {
        let why = compare(Some("a\nb\n"), &lines("a\nc"), update).unwrap_err();
        assert!(
            why.contains("removed or changed:\n[\n    \"b\"") && why.contains("\"c\""),
            "{why}"
        );
    }
    assert!(compare(Some("a\n"), &lines("a\nb"), false).unwrap_err().contains("UPDATE_ABI=1"));
    assert_eq!(compare(Some("a\n"), &lines("a\nb"), true), Ok(Some("a\nb\n".to_owned())));
    assert!(compare(None, &lines("a"), false).is_err());
    assert_eq!(compare(None, &lines("a"), true), Ok(Some("a\n".to_owned())));
}
