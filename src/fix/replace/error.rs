//! Why a file was not replaced.

use std::path::PathBuf;
use std::{fmt, io};

use crate::input::FileKind;
use crate::text;

/// The error of [`replace`](super::replace()) and [`replace_within`](super::replace_within). The file is unchanged.
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
    /// The file is read-only for everyone, or for this process.
    ReadOnly,
    /// The contents or the metadata have changed since they were read.
    Changed,
    /// The path does not name a regular file.
    NotAFile(FileKind),
    /// The file has other hard links, which would keep the old contents.
    HardLink,
    /// A symbolic link leads to a file outside of the directories that may be changed.
    Outside {
        /// The file that the link leads to.
        target: PathBuf,
    },
    /// A new file cannot be given the owner or the group of the file.
    Owner {
        /// The id of the user that owns the file.
        uid: u32,
        /// The id of the file's group.
        gid: u32,
        /// The error of the system.
        error: io::Error,
    },
    /// The file has the setuid or setgid bit. A new file with other contents must not get it, and the old one must not lose
    /// it unnoticed.
    SetId,
    /// The file is immutable or append-only (`chattr +i`, `chattr +a`).
    Immutable,
    /// A new file cannot be given an attribute of the file.
    Attribute {
        /// The name of the attribute, such as `user.comment` or `system.posix_acl_access`.
        name: String,
        /// The error of the system.
        error: io::Error,
    },
    /// The system reported an error.
    Io(io::Error),
}

impl WriteErrorKind {
    /// Returns a conversion of errors of a step, such as `cannot create a temporary file in …`.
    pub(super) fn of_step(step: impl fmt::Display) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io(io::Error::new(error.kind(), format!("{step}: {error}")))
    }
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
            Self::NotAFile(kind) => write!(f, "it is {kind}, not a regular file"),
            Self::HardLink => f.write_str(
                "it has other hard links, which would keep the old contents; remove them or edit the file by hand",
            ),
            Self::Outside { target } => {
                let target = target.to_string_lossy();
                let target = text::one_line(&target);
                write!(
                    f,
                    "a symbolic link leads to `{target}`, outside of the directory; pass that path to change the file"
                )
            }
            Self::Owner { uid, gid, error } => write!(
                f,
                "it belongs to user {uid} and group {gid}, which cannot be kept: {error}; run this as that user, or change the owner"
            ),
            Self::SetId => f.write_str(
                "it has the setuid or setgid bit, which a changed file should not have; remove it with `chmod ug-s`",
            ),
            Self::Immutable => f.write_str(
                "it is immutable or append-only; remove that attribute with `chattr -i -a`",
            ),
            Self::Attribute { name, error } => {
                let name = text::one_line(name);
                write!(f, "its attribute `{name}` cannot be kept: {error}; remove it, or edit the file by hand")
            }
            Self::Io(error) => error.fmt(f),
        }
    }
}

// `Display` includes the cause, so `source` returns `None`.
impl std::error::Error for WriteError {}

impl From<io::Error> for WriteErrorKind {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
