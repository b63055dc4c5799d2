//! Files for sources that differ from those on disk.

use std::fs;
use std::io;
use std::path::PathBuf;

use vitte_diag::{FileId, SourceMap};

use crate::output::{Input, Output};
use crate::problem::Problem;

/// Calls `compile` with the path of a file that contains the text of the input: that of the case, or a temporary file of
/// the same name, which is removed afterwards.
pub(crate) fn with_file(input: Input<'_>, compile: impl FnOnce(PathBuf) -> Output) -> Output {
    let dir = match temporary_copy(input) {
        Ok(dir) => dir,
        Err(error) => {
            let problem = Problem::message(format!("cannot write a temporary file: {error}"));
            return failed(problem);
        }
    };
    match &dir {
        Some((_, path)) => compile(path.clone()),
        None => compile(input.case.path.clone()),
    }
}

/// Returns the output of a compilation that did not take place.
pub(crate) fn failed(problem: Problem) -> Output {
    Output {
        problems: vec![problem],
        is_crashed: true,
        ..Output::empty(SourceMap::new(), FileId::DUMMY)
    }
}

fn temporary_copy(input: Input<'_>) -> io::Result<Option<(tempfile::TempDir, PathBuf)>> {
    if !input.is_changed {
        return Ok(None);
    }
    let dir = tempfile::tempdir()?;
    let path = dir.path().join(input.case.path.file_name().unwrap_or_default());
    fs::write(&path, input.text)?;
    Ok(Some((dir, path)))
}
