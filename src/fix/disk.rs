//! Fixed files on disk.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use similar::{ChangeTag, TextDiff};

use crate::text;

/// What [`apply`](super::apply) would change of the file with this path, as a unified diff with three
/// lines of context: what `patch -p1` and `git apply` read. Empty where nothing changes.
///
/// The bytes are those of the files, so that the patch is exact: for a terminal make them safe, line
/// by line.
#[must_use]
pub fn diff(path: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    // Lines end at a line feed alone: a lone carriage return ends none.
    let lines = |bytes| <[u8]>::split_inclusive(bytes, |&byte| byte == b'\n').collect::<Vec<_>>();
    let diff = TextDiff::from_slices(&lines(old), &lines(new));
    let mut out = Vec::new();
    // An absolute path is one from the root, as git has it.
    let path = path.trim_start_matches('/');
    for hunk in diff.unified_diff().iter_hunks() {
        if out.is_empty() {
            let (before, after) = (header_name("a", path), header_name("b", path));
            out.extend_from_slice(format!("--- {before}\n+++ {after}\n").as_bytes());
        }
        out.extend_from_slice(format!("{}\n", hunk.header()).as_bytes());
        for change in hunk.iter_changes() {
            out.push(match change.tag() {
                ChangeTag::Equal => b' ',
                ChangeTag::Delete => b'-',
                ChangeTag::Insert => b'+',
            });
            out.extend_from_slice(change.value());
            if !change.value().ends_with(b"\n") {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// A path in a header as git writes it: quoted as in C where it would be misread, and with a tab behind
/// it where it has a blank, because a tab ends a name.
fn header_name(side: &str, path: &str) -> String {
    if !path.contains(|c: char| c.is_control() || matches!(c, '"' | '\\')) {
        let end = if path.contains(' ') { "\t" } else { "" };
        return format!("{side}/{path}{end}");
    }
    let mut name = format!("\"{side}/");
    for c in path.chars() {
        match c {
            '"' | '\\' => name.extend(['\\', c]),
            '\n' => name.push_str("\\n"),
            '\t' => name.push_str("\\t"),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                let bytes = c.encode_utf8(&mut bytes).bytes();
                name.extend(bytes.map(|byte| format!("\\{byte:03o}")));
            }
            c => name.push(c),
        }
    }
    name + "\""
}

/// Puts `new` in the place of the file at `path`, at once or not at all: it is written to a temporary
/// file beside it, synced, and renamed. Permissions and owner stay; a link still points at the file.
///
/// # Errors
///
/// A [`WriteError`], and the file is as it was: when it is read-only, when it no longer holds `old`,
/// when it is no file or has a second name, or what the system says.
pub fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), WriteError> {
    let error = |kind| WriteError { path: path.to_owned(), kind };
    let failed = |failure: io::Error| error(WriteErrorKind::Io(failure));
    let target = path.canonicalize().map_err(failed)?;
    let metadata = target.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(error(WriteErrorKind::NoFile));
    }
    if has_other_names(&metadata) {
        return Err(error(WriteErrorKind::HardLink));
    }
    if metadata.permissions().readonly() {
        return Err(error(WriteErrorKind::ReadOnly));
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut beside =
        tempfile::Builder::new().prefix(".fix-").tempfile_in(folder).map_err(failed)?;
    beside.write_all(new).map_err(failed)?;
    keep_owner(beside.as_file(), &metadata);
    beside.as_file().set_permissions(metadata.permissions()).map_err(failed)?;
    beside.as_file().sync_all().map_err(failed)?;
    if fs::read(&target).map_err(failed)? != old {
        return Err(error(WriteErrorKind::Changed));
    }
    beside.persist(&target).map_err(|failure| failed(failure.error))?;
    Ok(())
}

/// Whether the file has another name, which would keep the old text.
#[cfg(unix)]
fn has_other_names(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.nlink() > 1
}

#[cfg(not(unix))]
fn has_other_names(_file: &fs::Metadata) -> bool {
    false
}

/// Gives a new file the owner of the old one, where the user may: else it is the user's.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let is_own = file.metadata().is_ok_and(|new| (new.uid(), new.gid()) == (old.uid(), old.gid()));
    if !is_own {
        _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _old: &fs::Metadata) {}

/// Why a file was not replaced. It is as it was.
#[derive(Debug)]
#[non_exhaustive]
pub struct WriteError {
    /// The file's path, as it was given.
    pub path: PathBuf,
    /// What is in the way.
    pub kind: WriteErrorKind,
}

/// What keeps a file from being replaced.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteErrorKind {
    /// Its permissions let nobody write.
    ReadOnly,
    /// It holds something else than what was read before.
    Changed,
    /// It is a folder, a device or the like.
    NoFile,
    /// It has a second name (a hard link), which would keep what it holds now.
    HardLink,
    /// What the system says.
    Io(io::Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        write!(f, "cannot write `{}`: {}", text::one_line(&path), self.kind)
    }
}

impl fmt::Display for WriteErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly => f.write_str("it is read-only"),
            Self::Changed => f.write_str("it has changed since it was read"),
            Self::NoFile => f.write_str("it is no file"),
            Self::HardLink => {
                f.write_str("it has another name, a hard link, that would not change")
            }
            Self::Io(error) => error.fmt(f),
        }
    }
}

// The text of the error says its cause, so `source` does not say it again.
impl std::error::Error for WriteError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.vitte");
        fs::write(&path, "old").unwrap();
        replace(&path, b"old", b"new\xff\r\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new\xff\r\n");
        let error = replace(&path, b"old", b"newer").unwrap_err();
        assert!(error.to_string().ends_with("a.vitte`: it has changed since it was read"));
        assert_eq!(fs::read(&path).unwrap(), b"new\xff\r\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_written_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.vitte");
        fs::write(&path, "old").unwrap();
        let mut permissions = path.metadata().unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let error = replace(&path, b"old", b"new").unwrap_err().to_string();
        assert!(error.ends_with("a.vitte`: it is read-only"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        let error = replace(folder.path(), b"", b"new").unwrap_err();
        assert!(matches!(error.kind, WriteErrorKind::NoFile));
        let error = replace(&folder.path().join("none"), b"", b"new").unwrap_err();
        assert!(matches!(error.kind, WriteErrorKind::Io(_)));
    }

    #[test]
    #[cfg(unix)]
    fn a_link_still_points_at_the_file_and_the_mode_stays() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o751)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        replace(&link, b"old", b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o7777, 0o751);
        fs::hard_link(&file, folder.path().join("other name")).unwrap();
        let error = replace(&file, b"new", b"newer").unwrap_err();
        assert!(matches!(error.kind, WriteErrorKind::HardLink), "{error}");
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }

    #[test]
    fn diffs_are_unified_and_exact() {
        let shown = |old: &[u8], new: &[u8]| {
            String::from_utf8_lossy(&diff("src/a.vitte", old, new)).into_owned()
        };
        assert_eq!(
            shown(b"a\r\nb\nc", b"a\r\nx\nc"),
            "--- a/src/a.vitte\n+++ b/src/a.vitte\n@@ -1,3 +1,3 @@\n a\r\n-b\n+x\n c\n\\ No newline at end of file\n"
        );
        assert_eq!(shown(b"same", b"same"), "");
        assert_eq!(header_name("a", "x y"), "a/x y\t");
        assert_eq!(header_name("b", "x\n\"\u{1b}é"), "\"b/x\\n\\\"\\033é\"");
        assert!(diff("a", b"\xff\n", b"\xfe\n").windows(2).any(|two| two == b"-\xff"));
    }
}
