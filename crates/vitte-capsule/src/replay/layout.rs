//! Where the sources of a capsule lie in the folder of a replay, and what the arguments are there.

use std::path::Path;

use crate::capsule::{CapsuleSource, names};

/// Where the sources lie, and the arguments that name them there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    /// The path of each source: relative, with `/`, and inside of the folder.
    pub(super) paths: Vec<String>,
    pub(super) arguments: Vec<String>,
    /// Arguments that lead out of the folder: whatever is there is what the program finds.
    pub(super) outside: Vec<String>,
}

impl Layout {
    pub(super) fn new(sources: &[CapsuleSource], arguments: &[String]) -> Self {
        let mut places = Places::new(sources, arguments);
        let arguments = arguments.iter().map(|argument| places.rewrite(argument)).collect();
        Self { paths: places.paths, arguments, outside: places.outside }
    }
}

struct Places<'a> {
    files: Vec<&'a str>,
    paths: Vec<String>,
    /// Arguments that name a folder of sources outside, and where that is now.
    folders: Vec<(&'a str, String)>,
    outside: Vec<String>,
}

impl<'a> Places<'a> {
    fn new(sources: &'a [CapsuleSource], arguments: &'a [String]) -> Self {
        let files: Vec<&str> = sources.iter().map(|source| &*source.file).collect();
        let mut paths = names::unpacked(files.iter().copied());
        let mut folders = Vec::new();
        for argument in arguments.iter().map(|argument| value(argument).1) {
            let folder = argument.trim_end_matches('/');
            if !leads_out(argument) || files.contains(&argument) {
                continue;
            }
            // What is below it stays together.
            let place = format!("{}/in-{}", names::OTHERS, folders.len() + 1);
            let mut is_one = false;
            for (file, path) in files.iter().zip(&mut paths) {
                let below = file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
                if let Some(below) = below.filter(|below| names::is_inside(below)) {
                    *path = format!("{place}/{below}");
                    is_one = true;
                }
            }
            if is_one {
                folders.push((argument, place));
            }
        }
        Self { files, paths, folders, outside: Vec::new() }
    }

    /// An argument as it is in the folder. What stands behind a `=` is looked at by itself.
    fn rewrite(&mut self, argument: &str) -> String {
        let (before, value) = value(argument);
        if let Some(path) = self.place_of(value) {
            return format!("{before}{path}");
        }
        if leads_out(value) {
            self.outside.push(value.to_owned());
        }
        argument.to_owned()
    }

    fn place_of(&self, argument: &str) -> Option<String> {
        let whole = self.files.iter().position(|file| *file == argument);
        if let Some(path) = whole.and_then(|index| self.paths.get(index)) {
            return Some(path.clone());
        }
        if let Some((_, place)) = self.folders.iter().find(|(folder, _)| *folder == argument) {
            return Some(place.clone());
        }
        if !leads_out(argument) {
            return None;
        }
        self.by_tail(argument.trim_end_matches('/'))
    }

    /// The file or folder of sources that one path is the end of the other of: `/home/ada/p/src/a.vitte` is
    /// `src/a.vitte` of the workspace, and `../p/a.vitte` may be `/home/ada/p/a.vitte`.
    fn by_tail(&self, argument: &str) -> Option<String> {
        let is_tail = |long: &str, short: &str| {
            let before = long.strip_suffix(short);
            before.is_some_and(|before| before.ends_with('/') && !short.is_empty())
        };
        let bare = argument.trim_start_matches("../").trim_start_matches("./");
        let file = self.files.iter().zip(&self.paths).filter(|(file, _)| {
            is_tail(argument, file) || (bare != argument && is_tail(file, bare))
        });
        let longest = file.max_by_key(|(file, _)| file.len()).map(|(_, path)| path.clone());
        longest.or_else(|| {
            let own = self.files.iter().zip(&self.paths).filter(|(file, path)| file == path);
            let folders = own.flat_map(|(file, _)| {
                let file: &str = file;
                file.match_indices('/').filter_map(move |(at, _)| file.get(..at))
            });
            let ends = folders.filter(|folder| is_tail(argument, folder));
            ends.max_by_key(|folder| folder.len()).map(str::to_owned)
        })
    }
}

/// What stands before the value of a flag, and that; an argument that is no flag is all value.
fn value(argument: &str) -> (&str, &str) {
    let at = argument.find('=').filter(|_| argument.starts_with('-'));
    at.and_then(|at| argument.split_at_checked(at + 1)).unwrap_or(("", argument))
}

/// Whether it is a path that may lead out of the folder that it is relative to.
fn leads_out(argument: &str) -> bool {
    Path::new(argument).is_absolute() || argument.split(['/', '\\']).any(|name| name == "..")
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
    fn arguments_name_the_sources_where_they_are_now() {
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
    }

    #[test]
    fn no_name_leads_out() {
        let files =
            ["../../x", "/x", "a/../../x", "C:\\x", "a\0b", "", "..", "/../..", "x/", "/t/../../y"];
        let found = layout(&files, &["/t", "/"]);
        assert!(found.paths.iter().all(|path| names::is_inside(path)), "{:?}", found.paths);
        let unique: std::collections::HashSet<_> = found.paths.iter().collect();
        assert_eq!(unique.len(), files.len(), "{:?}", found.paths);
    }
}
