//! Frames and their source files.

use std::path::Path;

use vitte_diag::text::function_name;
use vitte_diag::{FoldedFrames, Frame, SourceOwner};

use super::{CrashFrame, CrashReport};

impl CrashFrame {
    /// Returns the frame as a line of a backtrace.
    #[must_use]
    pub fn to_frame(&self) -> Frame {
        let function = self.function.as_deref().unwrap_or("<unknown>");
        match (&self.file, self.line, &self.module, self.offset) {
            (Some(file), Some(line), _, _) => Frame::at(function, file, line, self.column),
            (_, _, Some(module), Some(offset)) => {
                Frame::in_module(function, file_name(module), offset)
            }
            _ => Frame::new(function),
        }
    }

    /// Returns the name of the function as people read it, without type parameters, closures and hashes:
    /// `vittec::driver::Check::check_file`. The same as [`Frame::short_name`].
    #[must_use]
    pub fn short_name(&self) -> String {
        self.function.as_deref().map_or_else(|| "<unknown>".to_owned(), function_name::short)
    }

    /// Splits the frames of a thread into groups of one address: a function, and before it the functions that are inlined into
    /// it.
    pub fn by_address(frames: &[Self]) -> impl Iterator<Item = &[Self]> {
        frames.chunk_by(|a, b| a.inlined && (&a.module, a.offset) == (&b.module, b.offset))
    }

    /// Sets the source file and [`in_project`](Self::in_project). A path below the current directory is made
    /// relative to it, and that of a dependency to the directory of all dependencies.
    pub fn set_source(&mut self, path: &str) {
        let (file, in_project) = source_path(path);
        (self.file, self.in_project) = (Some(file), in_project);
    }
}

impl CrashReport {
    /// Returns the backtrace of the crashed thread as people read it: short names, and runs of frames of libraries folded.
    /// The terminal, `vitte crash show`, `vitte crash stack` and the HTML report show these rows.
    ///
    /// ```
    /// use vitte_capsule::{CrashReport, FoldedRow};
    ///
    /// # let mut report = CrashReport::new(vitte_diag::codes::F0001, String::new(), String::new());
    /// for row in report.folded_frames().rows() {
    ///     match row {
    ///         FoldedRow::Frame(frame) => println!("{} at {}", frame.name, frame.location),
    ///         FoldedRow::Libraries(run) => println!("{}, {:?}", run.title(), run.libraries()),
    ///         row => println!("{row}"),
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn folded_frames(&self) -> FoldedFrames<'_> {
        FoldedFrames::new(&self.backtrace)
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns the path of a source file as it is shown, and whether the file belongs to the program. The shown path
/// does not reveal the current directory.
pub(crate) fn source_path(path: &str) -> (String, bool) {
    // Most files are those of the standard library, which are not below the current directory.
    let is_std = path.starts_with("/rustc/");
    let here = if is_std { None } else { std::env::current_dir().ok() };
    let relative = here.and_then(|here| Path::new(path).strip_prefix(here).ok());
    let shown = relative.unwrap_or(Path::new(path)).to_string_lossy();
    // `registry/src/<index>/<package>-<version>/…`
    let package = shown.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    let shown = package.map_or(&*shown, |(_, package)| package);
    (shown.to_owned(), SourceOwner::of_path(path) == SourceOwner::Project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_current_directory_or_to_the_package() {
        let here = std::env::current_dir().unwrap();
        let below = here.join("src/a.rs");
        assert_eq!(source_path(below.to_str().unwrap()), ("src/a.rs".to_owned(), true));
        assert_eq!(source_path("/elsewhere/src/a.rs"), ("/elsewhere/src/a.rs".to_owned(), true));
        let package =
            "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/rayon-1.12.0/src/a.rs";
        assert_eq!(source_path(package), ("rayon-1.12.0/src/a.rs".to_owned(), false));
        assert!(!source_path("/rustc/abc/library/core/src/a.rs").1);
        assert!(!source_path("./csu/../sysdeps/nptl/a.h").1);
    }
}
