//! Whose code a source file is.

/// Whose code a source file is, by its path.
///
/// ```
/// use vitte_diag::SourceOwner;
///
/// let path = "/home/ada/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/rayon-core-1.12.1/src/join/mod.rs";
/// assert_eq!(SourceOwner::of_path(path), SourceOwner::Library("rayon-core"));
/// assert_eq!(SourceOwner::of_path("/rustc/59807616e1/library/core/src/ops/function.rs"), SourceOwner::Library("std"));
/// assert_eq!(SourceOwner::of_path("src/driver.rs"), SourceOwner::Project);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SourceOwner<'a> {
    /// The program itself.
    Project,
    /// A library: the name of its package without the version. Those of Rust itself are all `std`.
    Library(&'a str),
    /// A library of the system, whose name is not part of the path.
    System,
}

/// The maximum length of the directory of a package, in bytes.
const MAX_PACKAGE_BYTES: usize = 255;
/// The components of a path that are read.
const MAX_COMPONENTS: usize = 64;

impl<'a> SourceOwner<'a> {
    /// Returns the owner of a source file. `path` is that of the debug information, with `/` or `\`.
    ///
    /// ```text
    /// /rustc/HASH/library/core/src/…              std
    /// …/lib/rustlib/src/rust/library/std/src/…    std
    /// …/registry/src/INDEX/rayon-core-1.12.1/…    rayon-core
    /// rayon-core-1.12.1/src/…                     rayon-core
    /// …/git/checkouts/chumsky-0a1b2c/3d4e5f/…     chumsky
    /// vendor/logos/src/…                          logos
    /// ./csu/../sysdeps/nptl/…                     the system
    /// ```
    #[must_use]
    pub fn of_path(path: &'a str) -> Self {
        if path.is_empty() || path.starts_with("./") || path.starts_with("../sysdeps") {
            return Self::System;
        }
        let parts = path.split(['/', '\\']).filter(|part| !part.is_empty());
        let parts: Vec<&str> = parts.take(MAX_COMPONENTS).collect();
        let is_rustc = path.starts_with("/rustc/");
        let name = if is_rustc { rust_library(parts.get(2..)) } else { None };
        let name = name.or_else(|| (0..parts.len()).find_map(|at| package_at(&parts, at)));
        let first =
            || parts.first().and_then(|first| without_version(first)).filter(|_| parts.len() > 1);
        match name.or_else(first) {
            Some(name) => Self::Library(name),
            None if is_system(path) => Self::System,
            None => Self::Project,
        }
    }
}

/// Returns the package of a path whose component `at` is a directory of packages.
fn package_at<'a>(parts: &[&'a str], at: usize) -> Option<&'a str> {
    // The last component is the file.
    let part = |index: usize| parts.get(index).copied().filter(|_| index + 1 < parts.len());
    let before = at.checked_sub(1).and_then(part);
    match part(at)? {
        "src" if before == Some("rustlib") => rust_library(parts.get(at + 2..)),
        "src" if before == Some("registry") => {
            let package = part(at + 1)?;
            without_version(package).or_else(|| part(at + 2).map(versionless))
        }
        "checkouts" if before == Some("git") => {
            let package = part(at + 1)?;
            let is_hash = |hash: &str| hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            let split = package.rsplit_once('-').filter(|(_, hash)| is_hash(hash));
            Some(split.map_or(package, |(name, _)| name))
        }
        "deps" if before == Some("rust") => part(at + 1).map(versionless),
        "mod" if before == Some("pkg") => {
            let module = parts.get(at + 1..)?.iter().find_map(|part| part.split_once('@'));
            module.map(|(name, _)| name)
        }
        "vendor" | "third_party" | "third-party" | "thirdparty" => part(at + 1).map(versionless),
        "node_modules" => part(at + 1)
            .and_then(|name| if name.starts_with('@') { part(at + 2) } else { Some(name) }),
        _ => None,
    }
}

/// Returns the library of a path below the sources of Rust: `library/core/src/…`, `src/libcore/…` or `core/src/…`.
fn rust_library<'a>(parts: Option<&[&'a str]>) -> Option<&'a str> {
    let name = match parts? {
        ["library" | "vendor" | "compiler", name, _, ..] => versionless(name),
        ["src", name, _, ..] => name.strip_prefix("lib").unwrap_or(name),
        [name, _, ..] => name,
        _ => return None,
    };
    Some(library_name(name))
}

/// Returns the name of a library as people know it: those of Rust itself are all `std`.
pub(super) fn library_name(name: &str) -> &str {
    match name {
        "std" | "core" | "alloc" | "panic_unwind" | "panic_abort" | "__rustc" | "std_detect"
        | "stdarch" | "portable-simd" => "std",
        name => name,
    }
}

fn versionless(package: &str) -> &str {
    without_version(package).unwrap_or(package)
}

/// Returns `rayon-core` of `rayon-core-1.12.1`. Returns `None` if there is no version.
fn without_version(package: &str) -> Option<&str> {
    let is_version = |at: &usize| {
        let (major, rest) =
            package.get(at + 1..).and_then(|rest| rest.split_once('.')).unwrap_or_default();
        is_digits(major) && rest.starts_with(|c: char| c.is_ascii_digit())
    };
    if package.len() > MAX_PACKAGE_BYTES {
        return None;
    }
    let (at, _) = package.match_indices('-').find(|(at, _)| is_version(at))?;
    package.get(..at).filter(|name| !name.is_empty())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns true for the headers and sources of the system.
fn is_system(path: &str) -> bool {
    const DIRECTORIES: [&str; 5] =
        ["/usr/include/", "/usr/lib/", "/usr/src/", "/build/glibc-", "/usr/local/include/"];
    DIRECTORIES.iter().any(|directory| path.starts_with(directory))
}

/// Returns the directory of a project, from the `paths` of its source files. Relative paths do not count. The directory
/// `src` of a path and the package before it are not part of the result, so that `crates/front/src/names.rs` remains.
///
/// ```text
/// /w/mycc/src/driver.rs  /w/mycc/src/front/names.rs    /w/mycc/
/// /w/mycc/crates/front/src/names.rs                    /w/mycc/
/// ```
pub(super) fn project_root<'a>(paths: impl Iterator<Item = &'a str>) -> &'a str {
    let is_absolute =
        |path: &&str| path.starts_with(['/', '~']) || path.as_bytes().get(1) == Some(&b':');
    let common = paths.filter(is_absolute).map(directory).reduce(common_directory);
    let mut root = common.unwrap_or_default();
    for (at, name) in components(root).rev() {
        if name == "src" {
            root = root.get(..at).unwrap_or_default();
            break;
        }
    }
    let mut last = components(root).rev();
    let [package, group] = [last.next(), last.next()];
    let is_group = |(_, name): &(usize, &str)| {
        matches!(*name, "crates" | "examples" | "packages" | "compiler" | "libs")
    };
    let group = [package, group].into_iter().flatten().find(is_group);
    let has_src = root.len() < common.unwrap_or_default().len();
    let is_last = |(at, name): &(usize, &str)| at + name.len() + 1 >= root.len();
    let group = group.filter(|group| has_src || is_last(group));
    group.map_or(root, |(at, _)| root.get(..at).unwrap_or_default())
}

/// Returns the components of a directory, which ends with a separator, and their offsets in bytes.
fn components(directory: &str) -> impl DoubleEndedIterator<Item = (usize, &str)> {
    let parts = directory.split_inclusive(['/', '\\']);
    let start = directory.as_ptr() as usize;
    parts.map(move |part| (part.as_ptr() as usize - start, part.trim_end_matches(['/', '\\'])))
}

/// Returns a path up to its last separator, with it.
fn directory(path: &str) -> &str {
    let end = path.rfind(['/', '\\']).map_or(0, |at| at + 1);
    path.get(..end).unwrap_or_default()
}

/// Returns the directory that two directories are in.
fn common_directory<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    directory(a.get(..crate::text::floor_char_boundary(a, same)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_a_file_is_in_its_path() {
        use SourceOwner::{Library, Project, System};
        let rustc = "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860";
        for (path, expected) in [
            (format!("{rustc}/library/core/src/panicking.rs"), Library("std")),
            (format!("{rustc}/library/test/src/lib.rs"), Library("test")),
            (format!("{rustc}/vendor/hashbrown-0.15.2/src/raw/mod.rs"), Library("hashbrown")),
            (format!("{rustc}/src/libstd/rt.rs"), Library("std")),
            (format!("{rustc}/compiler/rustc_middle/src/ty/mod.rs"), Library("rustc_middle")),
            ("/rust/deps/gimli-0.31.1/src/read.rs".into(), Library("gimli")),
            ("/home/a/.rustup/toolchains/stable/lib/rustlib/src/rust/library/alloc/src/vec.rs".into(), Library("std")),
            (r"C:\rust\lib\rustlib\src\rust\library\std\src\rt.rs".into(), Library("std")),
            ("/home/a/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/rayon-core-1.12.1/src/lib.rs".into(), Library("rayon-core")),
            (r"C:\Users\a\.cargo\registry\src\github.com-1ecc6299db9ec823\clap-4.0.0-rc.1\src\lib.rs".into(), Library("clap")),
            ("~/.cargo/registry/src/walkdir-2.5.0/src/lib.rs".into(), Library("walkdir")),
            ("/x/registry/src/index/openssl-src-300.1.3+3.1.2/src/lib.rs".into(), Library("openssl-src")),
            ("rayon-1.12.0/src/iter/mod.rs".into(), Library("rayon")),
            ("/home/a/.cargo/git/checkouts/chumsky-parser-0a1b2c3d4e5f6a7b/9f8e7d6/src/lib.rs".into(), Library("chumsky-parser")),
            ("vendor/logos/src/lexer.rs".into(), Library("logos")),
            ("/build/mycc/vendor/logos-0.14.0/src/lexer.rs".into(), Library("logos")),
            ("third_party/llvm/lib/IR/Value.cpp".into(), Library("llvm")),
            ("node_modules/@swc/core/index.js".into(), Library("core")),
            ("/root/go/pkg/mod/github.com/x/lexer@v1.2.3/lex.go".into(), Library("lexer")),
            ("./csu/../sysdeps/nptl/libc_start_call_main.h".into(), System),
            ("../sysdeps/x86_64/start.S".into(), System),
            ("/usr/include/c++/12/bits/stl_vector.h".into(), System),
            (String::new(), System),
            ("src/driver.rs".into(), Project),
            ("src/rustc/a.rs".into(), Project),
            ("src/vendor.rs".into(), Project),
            ("vendor/a.rs".into(), Project),
            ("rayon-1.12.0".into(), Project),
            ("x-1/src/a.rs".into(), Project),
            ("/home/a/registry/src/lib.rs".into(), Project),
            ("/home/a/mycc/crates/front/src/names.rs".into(), Project),
            ("/".repeat(1 << 20), Project),
            ("a/".repeat(1 << 20), Project),
            ("-1.".repeat(1 << 20), Project),
            ("-a".repeat(1 << 20) + "/a", Project),
        ] {
            let shown: String = path.chars().take(80).collect();
            assert_eq!(SourceOwner::of_path(&path), expected, "{shown}");
        }
    }

    #[test]
    fn locations_are_relative_to_the_project() {
        for (paths, expected) in [
            (&["/w/mycc/src/driver.rs", "/w/mycc/src/front/names.rs"][..], "/w/mycc/"),
            (&["/w/src/mycc/src/driver.rs"], "/w/src/mycc/"),
            (&["/w/mycc/crates/front/src/a.rs"], "/w/mycc/"),
            (&["/w/mycc/crates/a/src/x.rs", "/w/mycc/crates/b/src/y.rs"], "/w/mycc/"),
            (&["/w/mycc/crates/a/src/x.rs", "/w/mycc/src/y.rs"], "/w/mycc/"),
            (&["/w/crates/mycc/x.c", "/w/crates/mycc/y.c"], "/w/crates/mycc/"),
            (&["/w/mycc/src/a.rs", "/w/mycc/build.rs"], "/w/mycc/"),
            (&["/w/mycc/srcs/a.rs", "/w/mycc/src/b.rs"], "/w/mycc/"),
            (&["src/a.rs", "src/b.rs"], ""),
            (&["src/a.rs", "/w/mycc/src/b.rs"], "/w/mycc/"),
            (&["/a.c", "/b/c.c"], "/"),
            (&["~/mycc/src/a.rs"], "~/mycc/"),
            (&[r"C:\w\src\a.rs", r"C:\w\src\b.rs"], r"C:\w\"),
            (&["/日本/a.rs", "/旦/b.rs"], "/"),
            (&[], ""),
        ] {
            assert_eq!(project_root(paths.iter().copied()), expected, "{paths:?}");
        }
    }
}
