//! Frames and their source files.

use std::path::Path;

use vitte_diag::Frame;

use super::CrashFrame;

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

    /// Sets the source file and [`in_project`](Self::in_project). A path below the current directory is made
    /// relative to it, and that of a dependency to the directory of all dependencies.
    pub fn set_source(&mut self, path: &str) {
        let (file, in_project) = source_path(path);
        (self.file, self.in_project) = (Some(file), in_project);
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns the path of a source file as it is shown, and whether the file belongs to the program. The shown path
/// does not reveal the current directory.
pub(crate) fn source_path(path: &str) -> (String, bool) {
    const FOREIGN: [&str; 6] = [
        "/rustc/",
        "/lib/rustlib/src/",
        "/.cargo/registry/",
        "/registry/src/",
        "/.cargo/git/checkouts/",
        "/rust/deps/",
    ];
    let is_foreign = FOREIGN.iter().any(|dir| path.contains(dir)) || path.is_empty();
    // The debug information of system libraries has paths relative to the directory where they were built.
    let is_system = path.starts_with("./") || path.starts_with("../sysdeps");
    let here = std::env::current_dir().unwrap_or_default();
    let shown = Path::new(path).strip_prefix(&here).unwrap_or(Path::new(path));
    let shown = shown.to_string_lossy();
    // `registry/src/<index>/<package>-<version>/…`
    let package = shown.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    let shown = package.map_or(&*shown, |(_, package)| package);
    (shown.to_owned(), !is_foreign && !is_system)
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
