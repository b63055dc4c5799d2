//! The names of the parts of a capsule, none of which leads out of a folder.

use std::collections::HashSet;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const REPORT: &str = "report.json";
pub(super) const DIAGNOSTIC: &str = "diagnostic.json";
pub(super) const CONTEXT: &str = "context.json";
pub(super) const ENVIRONMENT: &str = "environment.json";
pub(super) const MINIDUMP: &str = "minidump.dmp";
/// What the names of source files begin with.
pub(super) const SOURCES: &str = "sources/";

/// The folder in [`SOURCES`] of files whose own paths cannot be names here.
pub(crate) const OTHERS: &str = "_";

/// Bytes of the longest name of a file or folder that every system has room for, with something behind it.
const LONGEST: usize = 200;

/// The names of the parts of source files, each once, also where a system takes small letters for large
/// ones: `sources/` with the path behind it, where that is one that stays inside a folder, and else
/// `sources/_/3/main.vitte` for the third file.
pub(super) fn source_parts<'a>(files: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    let name = |(index, file): (usize, &str)| {
        let own = format!("{SOURCES}{file}");
        let is_own = is_inside(file)
            && file.split('/').next() != Some(OTHERS)
            && is_free(&mut taken, &own.to_lowercase());
        if is_own { own } else { format!("{SOURCES}{OTHERS}/{}/{}", index + 1, last_name(file)) }
    };
    files.enumerate().map(name).collect()
}

/// Where source files lie in a folder that they are unpacked to, each in a place of its own: at their own
/// path, where that stays inside a folder; else by their last name in the folder itself, where nothing else
/// is called that; else at `_/3/main.vitte` for the third file.
#[cfg(feature = "replay")]
pub(crate) fn unpacked<'a>(files: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let mut taken = HashSet::from([(OTHERS.to_owned(), false)]);
    let mut own = |file: &str| {
        let is_own = is_inside(file)
            && file.split('/').next() != Some(OTHERS)
            && is_free(&mut taken, &file.to_lowercase());
        is_own.then(|| file.to_owned())
    };
    // Those that have a path of their own keep it, whatever stands before them.
    let kept: Vec<Option<String>> = files.clone().map(&mut own).collect();
    let place = |(index, (file, kept)): (usize, (&str, Option<String>))| {
        let name = last_name(file);
        kept.or_else(|| own(&name)).unwrap_or_else(|| format!("{OTHERS}/{}/{name}", index + 1))
    };
    files.zip(kept).enumerate().map(place).collect()
}

/// Takes a path, unless it, a folder of it, or what is in it as a folder, is taken as the other of these.
fn is_free(taken: &mut HashSet<(String, bool)>, path: &str) -> bool {
    let folders = || path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    let (is_file, is_folder) = (true, false);
    let is_taken = folders().any(|folder| taken.contains(&(folder.to_owned(), is_file)))
        || taken.contains(&(path.to_owned(), is_folder))
        || taken.contains(&(path.to_owned(), is_file));
    if !is_taken {
        taken.extend(folders().map(|folder| (folder.to_owned(), is_folder)));
        taken.insert((path.to_owned(), is_file));
    }
    !is_taken
}

/// Whether a path with `/` is relative and stays inside a folder on every system.
pub(crate) fn is_inside(path: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= LONGEST
            && !name.ends_with(['.', ' '])
            && name.chars().all(|c| !c.is_control() && !"\\:*?\"<>|".contains(c))
    };
    path.len() <= 4 * LONGEST && path.split('/').all(is_name)
}

/// The last name of a path, with nothing in it that is special anywhere.
fn last_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| if c.is_alphanumeric() || "._-+".contains(c) { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    let name =
        name.get(..vitte_diag::text::floor_char_boundary(&name, LONGEST)).unwrap_or_default();
    match name.trim_end_matches('.') {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_and_are_each_ones_own() {
        let files = [
            "src/main.vitte",
            "src/Main.vitte",
            "src",
            "a/b",
            "a",
            "../x.vitte",
            "/home/ada/x.vitte",
            "C:/x.vitte",
            "<stdin>",
            "_/1/y.vitte",
            "a//b",
            "",
            "..",
            "nul\0",
            "src/é.vitte",
            "dot./x",
        ];
        let expected = [
            "sources/src/main.vitte",
            "sources/_/2/Main.vitte",
            "sources/_/3/src",
            "sources/a/b",
            "sources/_/5/a",
            "sources/_/6/x.vitte",
            "sources/_/7/x.vitte",
            "sources/_/8/x.vitte",
            "sources/_/9/_stdin_",
            "sources/_/10/y.vitte",
            "sources/_/11/b",
            "sources/_/12/file",
            "sources/_/13/file",
            "sources/_/14/nul_",
            "sources/src/é.vitte",
            "sources/_/16/x",
        ];
        assert_eq!(source_parts(files.into_iter()), expected);
        assert!(expected.iter().all(|name| is_inside(name)));
        let places = [
            "src/main.vitte",
            "Main.vitte",
            "_/3/src",
            "a/b",
            "_/5/a",
            "x.vitte",
            "_/7/x.vitte",
            "_/8/x.vitte",
            "_stdin_",
            "y.vitte",
            "b",
            "file",
            "_/13/file",
            "nul_",
            "src/é.vitte",
            "x",
        ];
        #[cfg(feature = "replay")]
        assert_eq!(unpacked(files.into_iter()), places);
        assert!(places.iter().all(|name| is_inside(name)));
        let long = "x".repeat(1000);
        let [name] = &source_parts([&*long].into_iter())[..] else { panic!("one name") };
        assert!(is_inside(name), "{name}");
    }
}
