//! The names of the parts of a capsule: relative paths that stay inside the directory they are unpacked to.

use std::collections::HashSet;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const REPORT: &str = "report.json";
pub(super) const DIAGNOSTIC: &str = "diagnostic.json";
pub(super) const CONTEXT: &str = "context.json";
pub(super) const ENVIRONMENT: &str = "environment.json";
pub(super) const MINIDUMP: &str = "minidump.dmp";
/// The prefix of the parts that are source files.
pub(super) const SOURCES: &str = "sources/";

/// The directory of files whose own path is unsafe or already taken.
pub(crate) const FALLBACK_DIR: &str = "_";

/// The limit of the name of a file or directory. The limits of all systems are higher, which leaves room for a
/// suffix.
const MAX_NAME_BYTES: usize = 200;
const MAX_PATH_BYTES: usize = 4 * MAX_NAME_BYTES;

/// Returns the names of the parts of source files: `sources/` and the path if it is safe, or else
/// `sources/_/3/main.vitte` for the third file. The names are unique, also on case-insensitive file systems.
pub(super) fn source_parts<'a>(files: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    let name = |(index, file): (usize, &str)| {
        let part = format!("{SOURCES}{file}");
        let is_usable = is_safe_path(file)
            && file.split('/').next() != Some(FALLBACK_DIR)
            && take_if_free(&mut taken, &part.to_lowercase());
        if is_usable {
            return part;
        }
        format!("{SOURCES}{FALLBACK_DIR}/{}/{}", index + 1, safe_file_name(file))
    };
    files.enumerate().map(name).collect()
}

/// Returns the unique paths of source files below the directory that a replay unpacks them to: their own path if it is
/// [usable](is_unpackable); or else their file name in the directory itself if it is free; or else `_/3/main.vitte` for the
/// third file.
#[cfg(feature = "replay")]
pub(crate) fn unpack_paths<'a>(files: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let mut taken = HashSet::from([(FALLBACK_DIR.to_owned(), false)]);
    let mut claim = |file: &str| {
        let is_usable = is_unpackable(file)
            && file.split('/').next() != Some(FALLBACK_DIR)
            && take_if_free(&mut taken, &file.to_lowercase());
        is_usable.then(|| file.to_owned())
    };
    // Safe paths come first: a file name of an earlier file must not take one of them.
    let own_paths: Vec<Option<String>> = files.clone().map(&mut claim).collect();
    let path = |(index, (file, own_path)): (usize, (&str, Option<String>))| {
        let name = unpack_name(file);
        let path = own_path.or_else(|| claim(&name));
        path.unwrap_or_else(|| format!("{FALLBACK_DIR}/{}/{name}", index + 1))
    };
    files.zip(own_paths).enumerate().map(path).collect()
}

/// The limit of the directories in the path of a file that is unpacked.
#[cfg(feature = "replay")]
const MAX_DEPTH: usize = 32;

/// Returns true if a [safe](is_safe_path) path can be unpacked below a directory in which a program runs. A name that
/// begins with a dot may be read by other tools without being named, such as `.git/config` and `.cargo/config.toml`. One that
/// begins with `-` could be taken for a flag, and some names are devices on Windows.
#[cfg(feature = "replay")]
pub(crate) fn is_unpackable(path: &str) -> bool {
    let is_usable = |name: &str| !name.starts_with(['.', '-']) && !is_device(name);
    is_safe_path(path) && path.split('/').count() <= MAX_DEPTH && path.split('/').all(is_usable)
}

/// Returns true if Windows takes a file name for a device, with any extension: `nul`, `com1.txt`.
#[cfg(feature = "replay")]
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let is_port = |name: &str| {
        stem.strip_prefix(name).is_some_and(|number| {
            matches!(number, "\u{b9}" | "\u{b2}" | "\u{b3}")
                || matches!(number.as_bytes(), [b'0'..=b'9'])
        })
    };
    matches!(&*stem, "con" | "prn" | "aux" | "nul" | "conin$" | "conout$")
        || is_port("com")
        || is_port("lpt")
}

/// Returns the file name of a path, changed so that it is [usable](is_unpackable).
#[cfg(feature = "replay")]
fn unpack_name(path: &str) -> String {
    let name = safe_file_name(path);
    match name.strip_prefix(['.', '-']) {
        Some(rest) => format!("_{rest}"),
        None if is_device(&name) => {
            format!("_{}", vitte_diag::text::truncate(&name, MAX_NAME_BYTES - 1))
        }
        None => name,
    }
}

/// Adds the path of a file to `taken`, which has paths and whether each is a file. Returns false if the path is
/// taken already, or one of its directories is a file.
fn take_if_free(taken: &mut HashSet<(String, bool)>, path: &str) -> bool {
    let dirs = || path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    let (is_file, is_dir) = (true, false);
    let is_taken = dirs().any(|dir| taken.contains(&(dir.to_owned(), is_file)))
        || taken.contains(&(path.to_owned(), is_dir))
        || taken.contains(&(path.to_owned(), is_file));
    if !is_taken {
        taken.extend(dirs().map(|dir| (dir.to_owned(), is_dir)));
        taken.insert((path.to_owned(), is_file));
    }
    !is_taken
}

/// Returns true if a path, separated by `/`, is relative and valid on every system, and has no `.` or `..`.
pub(crate) fn is_safe_path(path: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= MAX_NAME_BYTES
            && !name.ends_with(['.', ' '])
            && !name.contains(|c| vitte_diag::text::is_unsafe(c) || "\\:*?\"<>|".contains(c))
    };
    path.len() <= MAX_PATH_BYTES && path.split('/').all(is_name)
}

/// Returns the file name of a path. Characters that are special on some system are replaced by `_`.
fn safe_file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| if c.is_alphanumeric() || "._-+".contains(c) { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    match vitte_diag::text::truncate(&name, MAX_NAME_BYTES).trim_end_matches('.') {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "replay")]
    #[test]
    fn files_that_tools_read_or_take_for_flags_are_renamed() {
        let deep = "d/".repeat(40) + "x";
        let files = [
            ".git/config",
            "src/.cargo/config.toml",
            "-rf",
            "a/-x",
            "-",
            "--",
            "...",
            "NUL",
            "src/com1.vitte",
            "lpt\u{b9}.x",
            "console.vitte",
            "com10",
            ".bashrc",
            &deep,
        ];
        let expected = [
            "config",
            "config.toml",
            "_rf",
            "_x",
            "_/5/_",
            "_-",
            "file",
            "_NUL",
            "_com1.vitte",
            "_lpt\u{b9}.x",
            "console.vitte",
            "com10",
            "_bashrc",
            "x",
        ];
        assert_eq!(unpack_paths(files.into_iter()), expected);
        assert!(expected.iter().all(|name| is_unpackable(name)));
    }

    #[test]
    fn names_are_safe_and_unique() {
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
            "gpj\u{202e}.x",
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
            "sources/_/17/gpj_.x",
        ];
        assert_eq!(source_parts(files.into_iter()), expected);
        assert!(expected.iter().all(|name| is_safe_path(name)));
        let unpacked = [
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
            "gpj_.x",
        ];
        #[cfg(feature = "replay")]
        assert_eq!(unpack_paths(files.into_iter()), unpacked);
        assert!(unpacked.iter().all(|name| is_safe_path(name)));
        let long = "x".repeat(1000);
        let [name] = &source_parts([&*long].into_iter())[..] else { panic!("one name") };
        assert!(is_safe_path(name), "{name}");
    }
}
