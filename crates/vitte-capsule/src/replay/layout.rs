//! Assigns paths in the directory of a replay to the sources of a capsule, and rewrites the arguments that name
//! them.

use std::path::Path;

use vitte_diag::text;

use crate::capsule::{CapsuleSource, names};
use crate::environment::with_home;

/// The paths of the sources, and the rewritten arguments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    /// The path of each source: relative, with `/`, and inside of the directory.
    pub(super) paths: Vec<String>,
    /// The arguments, with the paths of the unpacked sources.
    pub(super) arguments: Vec<String>,
    /// Arguments that lead out of the directory and name no source. The program uses whatever is there.
    pub(super) outside: Vec<String>,
    /// Arguments that fit several sources equally well.
    pub(super) ambiguous: Vec<AmbiguousArgument>,
}

/// An argument that fits several sources equally well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct AmbiguousArgument {
    argument: String,
    /// The path of the source that is used.
    chosen: String,
    /// The paths of the other sources.
    others: Vec<String>,
}

impl AmbiguousArgument {
    /// Returns the note for the user, on one line.
    pub(super) fn note(&self) -> String {
        let others: Vec<_> =
            self.others.iter().map(|file| format!("`{}`", text::one_line(file))).collect();
        format!(
            "the argument `{}` is ambiguous: it may be `{}`, which is used, or {}",
            text::one_line(&self.argument),
            text::one_line(&self.chosen),
            others.join(", ")
        )
    }
}

impl Layout {
    pub(super) fn new(sources: &[CapsuleSource], arguments: &[String]) -> Self {
        let mut builder = LayoutBuilder::new(sources, arguments);
        let arguments = arguments.iter().map(|argument| builder.rewrite(argument)).collect();
        let LayoutBuilder { paths, outside, ambiguous, .. } = builder;
        Self { paths, arguments, outside, ambiguous }
    }
}

struct LayoutBuilder<'a> {
    /// The recorded path of each source.
    files: Vec<&'a str>,
    /// The new path of each source.
    paths: Vec<String>,
    /// Arguments that name a directory of sources outside of the workspace, and its new path.
    dirs: Vec<(&'a str, String)>,
    outside: Vec<String>,
    ambiguous: Vec<AmbiguousArgument>,
}

impl<'a> LayoutBuilder<'a> {
    fn new(sources: &'a [CapsuleSource], arguments: &'a [String]) -> Self {
        let files: Vec<&str> = sources.iter().map(|source| &*source.file).collect();
        let mut paths = names::unpack_paths(files.iter().copied());
        let mut dirs = Vec::new();
        for argument in arguments.iter().map(|argument| split_value(argument).1) {
            let dir = argument.trim_end_matches('/');
            if !leads_out(argument) || files.contains(&argument) {
                continue;
            }
            // The sources below one directory keep their relative paths.
            let new_dir = format!("{}/in-{}", names::FALLBACK_DIR, dirs.len() + 1);
            let mut has_sources = false;
            for (file, path) in files.iter().zip(&mut paths) {
                let below = file.strip_prefix(dir).and_then(|rest| rest.strip_prefix('/'));
                if let Some(below) = below.filter(|below| names::is_unpackable(below)) {
                    *path = format!("{new_dir}/{below}");
                    has_sources = true;
                }
            }
            if has_sources {
                dirs.push((argument, new_dir));
            }
        }
        Self { files, paths, dirs, outside: Vec::new(), ambiguous: Vec::new() }
    }

    /// Returns the argument with the new path of the source that it, or the value of its flag, names.
    fn rewrite(&mut self, argument: &str) -> String {
        let (flag, value) = split_value(argument);
        if let Some(path) = self.new_path(value) {
            return format!("{flag}{path}");
        }
        if leads_out(value) {
            self.outside.push(value.to_owned());
        }
        format!("{flag}{}", with_home(value))
    }

    fn new_path(&mut self, argument: &str) -> Option<String> {
        // Standard input, even if the capsule has a file of that name.
        if argument == "-" {
            return None;
        }
        let exact = self.files.iter().position(|file| *file == argument);
        if let Some(path) = exact.and_then(|index| self.paths.get(index)) {
            return Some(path.clone());
        }
        if let Some((_, new_dir)) = self.dirs.iter().find(|(dir, _)| *dir == argument) {
            return Some(new_dir.clone());
        }
        if !leads_out(argument) {
            return None;
        }
        self.by_suffix(argument.trim_end_matches('/'))
    }

    /// Finds the source, or else the directory of sources, that an absolute argument or one with `..` means. The
    /// directory in which the program ran is not recorded, so paths are compared by their ends:
    ///
    /// 1. The argument ends with the recorded path: `/home/ada/p/src/a.vitte` means `src/a.vitte`.
    /// 2. The recorded path ends with the argument, leading `../` removed: `../p/a.vitte` means
    ///    `/home/ada/p/a.vitte`.
    ///
    /// If several sources fit, the one with the longest recorded path is used. It is reported as ambiguous if
    /// another source has at least as long a suffix in common with the argument. A directory fits only by rule
    /// 1.
    fn by_suffix(&mut self, argument: &str) -> Option<String> {
        let bare = argument.trim_start_matches("../").trim_start_matches("./");
        let common_len = |file: &str| match ends_with_path(argument, file) {
            true => Some(file.len()),
            false => (bare != argument && ends_with_path(file, bare)).then_some(bare.len()),
        };
        let sources = self.files.iter().zip(&self.paths);
        let fitting = sources.filter_map(|(file, path)| Some((*file, path, common_len(file)?)));
        let fitting: Vec<(&str, &String, usize)> = fitting.collect();
        if let Some(&(chosen, path, len)) = fitting.iter().max_by_key(|(file, ..)| file.len()) {
            let is_other = |(file, _, other_len): &&(&str, &String, usize)| {
                *file != chosen && *other_len >= len
            };
            let others = fitting.iter().filter(is_other).map(|(file, ..)| (*file).to_owned());
            let (others, path) = (others.collect::<Vec<_>>(), path.clone());
            if !others.is_empty() {
                let (argument, chosen) = (argument.to_owned(), chosen.to_owned());
                self.ambiguous.push(AmbiguousArgument { argument, chosen, others });
            }
            return Some(path);
        }
        let workspace = self.files.iter().zip(&self.paths).filter(|(file, path)| file == path);
        let dirs = workspace.flat_map(|(file, _)| {
            let file: &str = file;
            file.match_indices('/').filter_map(move |(slash, _)| file.get(..slash))
        });
        let fitting = dirs.filter(|dir| ends_with_path(argument, dir));
        fitting.max_by_key(|dir| dir.len()).map(str::to_owned)
    }
}

/// Returns whether `path` is longer than `suffix` and ends with all of its components.
fn ends_with_path(path: &str, suffix: &str) -> bool {
    let before = path.strip_suffix(suffix);
    before.is_some_and(|before| before.ends_with('/') && !suffix.is_empty())
}

/// Splits `--flag=value` into `--flag=` and `value`. Any other argument is all value.
fn split_value(argument: &str) -> (&str, &str) {
    let at = argument.find('=').filter(|_| argument.starts_with('-'));
    at.and_then(|at| argument.split_at_checked(at + 1)).unwrap_or(("", argument))
}

/// Returns whether a path may lead out of the directory that it is relative to. In a report, `~` is the home directory.
fn leads_out(argument: &str) -> bool {
    Path::new(argument).is_absolute()
        || argument.starts_with("~/")
        || argument.split(['/', '\\']).any(|name| name == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(files: &[&str], arguments: &[&str]) -> Layout {
        let sources: Vec<_> = files.iter().map(|file| CapsuleSource::new(*file, "")).collect();
        let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Layout::new(&sources, &arguments)
    }

    #[test]
    fn arguments_are_rewritten_to_the_new_paths_of_sources() {
        let files = [
            "src/a.vitte",
            "/home/ada/b.vitte",
            "../c.vitte",
            "/x/lib/d.vitte",
            "/x/lib/e/f.vitte",
        ];
        let arguments = [
            "check",
            "src/a.vitte",
            "./src/a.vitte",
            "/home/ada/b.vitte",
            "--main=/home/ada/b.vitte",
            "../c.vitte",
            "/x/lib/",
            "/home/ada/project/src/a.vitte",
            "/home/ada/project/src",
            "../../ada/b.vitte",
            "/etc/passwd",
            "-I=../../etc",
            "a=/home/ada/b.vitte",
        ];
        let found = layout(&files, &arguments);
        let paths = ["src/a.vitte", "b.vitte", "c.vitte", "_/in-1/d.vitte", "_/in-1/e/f.vitte"];
        assert_eq!(found.paths, paths);
        let expected = [
            "check",
            "src/a.vitte",
            "./src/a.vitte",
            "b.vitte",
            "--main=b.vitte",
            "c.vitte",
            "_/in-1",
            "src/a.vitte",
            "src",
            "b.vitte",
            "/etc/passwd",
            "-I=../../etc",
            "a=/home/ada/b.vitte",
        ];
        assert_eq!(found.arguments, expected);
        assert_eq!(found.outside, ["/etc/passwd", "../../etc"]);
        assert_eq!(found.ambiguous, []);
    }

    #[test]
    fn an_ambiguous_argument_is_reported() {
        let found = layout(&["/a/p/x.vitte", "/b/src/p/x.vitte"], &["../p/x.vitte"]);
        assert_eq!(found.arguments, found.paths[1..], "the longest recorded path is used");
        let notes: Vec<_> = found.ambiguous.iter().map(AmbiguousArgument::note).collect();
        let note = "the argument `../p/x.vitte` is ambiguous: it may be `/b/src/p/x.vitte`, which is \
                    used, or `/a/p/x.vitte`";
        assert_eq!(notes, [note]);
        // The longer suffix is the better match.
        let found = layout(&["x.vitte", "p/x.vitte"], &["/home/ada/p/x.vitte"]);
        assert_eq!(
            (&*found.arguments, &*found.ambiguous),
            (&["p/x.vitte".to_owned()][..], &[][..])
        );
    }

    #[test]
    fn no_path_leads_out_of_the_directory() {
        let files =
            ["../../x", "/x", "a/../../x", "C:\\x", "a\0b", "", "..", "/../..", "x/", "/t/../../y"];
        let found = layout(&files, &["/t", "/"]);
        assert!(found.paths.iter().all(|path| names::is_safe_path(path)), "{:?}", found.paths);
        let unique: std::collections::HashSet<_> = found.paths.iter().collect();
        assert_eq!(unique.len(), files.len(), "{:?}", found.paths);
    }
}
