//! Compares the program of a replay with the one that crashed.

use std::path::Path;

use crate::report::CrashReport;
use crate::symbols::{BuildId, SymbolFile};

/// Returns whether a program has the build id of the one that crashed, and if not, a note about it. Returns `None` if one
/// of them is not known: the program is a script, or the report has no build ids.
pub(super) fn compare(program: &Path, report: &CrashReport) -> Option<(bool, String)> {
    let crashed = crashed(report);
    // Opening a large file takes a while, so only if there is something to compare.
    let first = crashed.first()?;
    let file = SymbolFile::open(program).ok()?;
    let own = file.build_id();
    let is_same = own.is_some_and(|own| crashed.contains(own));
    let own = own.map_or_else(|| "it has no build id".to_owned(), |id| format!("build id {id}"));
    let note = format!("the compiler differs from the one that crashed: {own}, not {first}");
    Some((is_same, note))
}

/// Returns the build ids of the crashed program: those of the frames that are not in a shared library. Usually there is one.
fn crashed(report: &CrashReport) -> Vec<BuildId> {
    let mut ids: Vec<BuildId> = Vec::new();
    for frame in &report.frames {
        let module = frame.module.as_deref().unwrap_or_default();
        let name = module.rsplit('/').next().unwrap_or(module);
        let is_library = name.ends_with(".so") || name.contains(".so.") || name.starts_with('[');
        let id = frame.build_id.as_deref().and_then(|id| id.parse().ok());
        if let Some(id) = id.filter(|id| !name.is_empty() && !is_library && !ids.contains(id)) {
            ids.push(id);
        }
        if ids.len() == MAX_IDS {
            break;
        }
    }
    ids
}

/// The maximum number of build ids that are compared.
const MAX_IDS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{CrashFrame, tests::report};

    fn report_of(frames: &[(&str, &str)]) -> CrashReport {
        let mut report = report();
        let frame = |(module, id): &(&str, &str)| CrashFrame {
            module: Some((*module).to_owned()),
            build_id: Some((*id).to_owned()),
            ..CrashFrame::default()
        };
        report.frames = frames.iter().map(frame).collect();
        report
    }

    #[test]
    fn the_build_ids_of_libraries_do_not_count() {
        let frames = [
            ("/lib/libc.so.6", "aa"),
            ("/opt/plugin.so", "bb"),
            ("[vdso]", "cc"),
            ("~/bin/mycc", "dd"),
            ("~/bin/mycc", "dd"),
            ("", "ee"),
            ("/bin/x", "no id"),
        ];
        let ids: Vec<String> =
            crashed(&report_of(&frames)).iter().map(BuildId::to_string).collect();
        assert_eq!(ids, ["dd"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_program_is_compared_with_the_one_that_crashed() {
        let program = std::env::current_exe().unwrap();
        let file = SymbolFile::open(&program).unwrap();
        let own = file.build_id().unwrap().to_string();
        let is_same = |frames: &[(&str, &str)]| compare(&program, &report_of(frames));
        assert!(is_same(&[("/bin/mycc", &own)]).unwrap().0);
        let (same, note) = is_same(&[("/bin/mycc", "0123456789abcdef")]).unwrap();
        let expected = format!(
            "the compiler differs from the one that crashed: build id {own}, not 0123456789abcdef"
        );
        assert_eq!((same, note), (false, expected));
        // Nothing to compare.
        assert_eq!(is_same(&[("/lib/libc.so.6", &own)]), None);
        assert_eq!(is_same(&[("/bin/mycc", "\u{1b}[2J")]), None);
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("mycc");
        std::fs::write(&script, "#!/bin/sh\n").unwrap();
        assert_eq!(compare(&script, &report_of(&[("/bin/mycc", &own)])), None);
    }
}
