//! Unified diffs of fixed files, and their atomic replacement on disk.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use similar::{ChangeTag, TextDiff};
use tempfile::NamedTempFile;

use crate::text;

/// Returns the difference between two versions of the file at `path` as a unified diff with three lines of
/// context, which `patch -p1` and `git apply` accept. The diff is empty if they are equal.
///
/// The diff contains the bytes of the files unchanged. Before it is shown on a terminal, pass each line
/// through [`one_line`](crate::text::one_line).
#[must_use]
pub fn diff(path: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    // Lines end only at line feeds, not at lone carriage returns.
    let lines = |bytes| <[u8]>::split_inclusive(bytes, |&byte| byte == b'\n').collect::<Vec<_>>();
    let diff = TextDiff::from_slices(&lines(old), &lines(new));
    let mut out = Vec::new();
    // Paths in headers are relative, as in the output of git.
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

/// Formats a path for a header in the syntax of git: quoted as a C string if it contains control characters,
/// quotes or backslashes, and followed by a tab if it contains a space.
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

/// Replaces the contents of the file at `path` atomically: writes `new` to a temporary file in the same
/// directory, syncs it, and renames it. Permissions and owner are preserved. If `path` is a symbolic link,
/// its target is replaced.
///
/// # Errors
///
/// A [`WriteError`] if the file is read-only, no longer contains `old`, is not a regular file, has
/// other hard links, or cannot be written. In all these cases the file is unchanged.
pub fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), WriteError> {
    let write_error = |kind| WriteError { path: path.to_owned(), kind };
    let io_error = |error: io::Error| write_error(WriteErrorKind::Io(error));
    let target = path.canonicalize().map_err(io_error)?;
    let metadata = target.metadata().map_err(io_error)?;
    if !metadata.is_file() {
        return Err(write_error(WriteErrorKind::NotAFile));
    }
    if has_other_hard_links(&metadata) {
        return Err(write_error(WriteErrorKind::HardLink));
    }
    if metadata.permissions().readonly() {
        return Err(write_error(WriteErrorKind::ReadOnly));
    }
    let dir = target.parent().unwrap_or(Path::new("."));
    let mut temporary = create_temporary(dir).map_err(io_error)?;
    temporary.as_file_mut().write_all(new).map_err(io_error)?;
    copy_owner(temporary.as_file(), &metadata);
    temporary.as_file().set_permissions(metadata.permissions()).map_err(io_error)?;
    temporary.as_file().sync_all().map_err(io_error)?;
    if fs::read(&target).map_err(io_error)? != old {
        return Err(write_error(WriteErrorKind::Changed));
    }
    temporary.persist(&target).map_err(|failure| io_error(failure.error))?;
    Ok(())
}

/// Creates a temporary file in `dir` that only the user can read. The error names `dir` and not the file, whose
/// name means nothing to the user.
fn create_temporary(dir: &Path) -> io::Result<NamedTempFile> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // `tempfile_in` would add the path of the file to the error.
    let created = tempfile::Builder::new().prefix(".fix-").make_in(dir, |path| options.open(path));
    created.map_err(|error| {
        let dir = dir.to_string_lossy();
        let dir = text::one_line(&dir);
        io::Error::new(error.kind(), format!("cannot create a temporary file in `{dir}`: {error}"))
    })
}

/// Returns true if the file has other hard links, which would keep the old contents.
#[cfg(unix)]
fn has_other_hard_links(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.nlink() > 1
}

#[cfg(not(unix))]
fn has_other_hard_links(_file: &fs::Metadata) -> bool {
    false
}

/// Sets the owner of a new file to that of the old one. Without the permission to do so the new file belongs
/// to the user of this process.
#[cfg(unix)]
fn copy_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let is_own = file.metadata().is_ok_and(|new| (new.uid(), new.gid()) == (old.uid(), old.gid()));
    if !is_own {
        _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn copy_owner(_file: &File, _old: &fs::Metadata) {}

/// The error of [`replace`]. The file is unchanged.
#[derive(Debug)]
#[non_exhaustive]
pub struct WriteError {
    /// The path as it was passed.
    pub path: PathBuf,
    /// Why the file was not replaced.
    pub kind: WriteErrorKind,
}

/// Why a file was not replaced.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteErrorKind {
    /// The file is read-only.
    ReadOnly,
    /// The contents have changed since they were read.
    Changed,
    /// The path is a directory, a device or another special file.
    NotAFile,
    /// The file has other hard links, which would keep the old contents.
    HardLink,
    /// The system reported an error.
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
            Self::NotAFile => f.write_str("it is not a regular file"),
            Self::HardLink => f.write_str(
                "it has other hard links, which would keep the old contents; remove them or edit the file by hand",
            ),
            Self::Io(error) => error.fmt(f),
        }
    }
}

// `Display` includes the cause, so `source` returns `None`.
impl std::error::Error for WriteError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_if_it_is_unchanged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.vitte");
        fs::write(&path, "old").unwrap();
        replace(&path, b"old", b"new\xff\r\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new\xff\r\n");
        let error = replace(&path, b"old", b"newer").unwrap_err();
        assert!(error.to_string().ends_with("a.vitte`: it has changed since it was read"));
        assert_eq!(fs::read(&path).unwrap(), b"new\xff\r\n");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "the temporary file is removed");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_unchanged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.vitte");
        fs::write(&path, "old").unwrap();
        let mut permissions = path.metadata().unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let error = replace(&path, b"old", b"new").unwrap_err().to_string();
        assert!(error.ends_with("a.vitte`: it is read-only"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        let error = replace(dir.path(), b"", b"new").unwrap_err();
        assert!(matches!(error.kind, WriteErrorKind::NotAFile));
        let error = replace(&dir.path().join("none"), b"", b"new").unwrap_err();
        assert!(matches!(error.kind, WriteErrorKind::Io(_)));
    }

    #[test]
    fn the_error_of_a_temporary_file_names_its_directory() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("none");
        let error = create_temporary(&dir).unwrap_err();
        let cause = fs::read_dir(&dir).unwrap_err();
        let dir = dir.display();
        let expected = format!("cannot create a temporary file in `{dir}`: {cause}");
        assert_eq!((error.kind(), error.to_string()), (cause.kind(), expected));
    }

    #[test]
    #[cfg(unix)]
    fn links_and_modes_are_preserved() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o751)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        replace(&link, b"old", b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o7777, 0o751);
        fs::hard_link(&file, dir.path().join("other name")).unwrap();
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
