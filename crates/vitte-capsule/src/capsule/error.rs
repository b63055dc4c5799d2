//! What can be wrong with a capsule.

use std::path::PathBuf;
use std::{fmt, io};

use vitte_diag::text;

/// Why a capsule could not be read or written.
#[derive(Debug)]
#[non_exhaustive]
pub struct CapsuleError {
    /// The file.
    pub path: PathBuf,
    /// The part of it that this is about, such as `report.json`; nothing where it is the file itself.
    pub part: Option<String>,
    /// What is wrong.
    pub kind: CapsuleErrorKind,
}

/// What is wrong with a capsule.
#[derive(Debug)]
#[non_exhaustive]
pub enum CapsuleErrorKind {
    /// The file cannot be read.
    Read(io::Error),
    /// The file cannot be written; nothing of it is left.
    Write(io::Error),
    /// It is a link, a folder, a device or the like.
    NoFile,
    /// It does not begin as a ZIP archive does.
    NoArchive,
    /// The archive is damaged, or is one that nobody writes as a capsule; the text says how.
    Damaged(String),
    /// It is larger than a capsule or its part may be.
    TooLarge {
        /// Its size in bytes, where the file says it; more than it says may be in it.
        size: u64,
        /// The most bytes that it may have.
        most: u64,
    },
    /// More parts than a capsule may have.
    TooMany {
        /// How many it has.
        count: usize,
        /// The most that it may have.
        most: usize,
    },
    /// There is no such part.
    Missing,
    /// There are two parts with this name.
    Twice,
    /// No part of a capsule has this name, or the manifest does not tell of it.
    Unknown,
    /// The name leads out of the folder that it would be unpacked to.
    Outside,
    /// The part is no JSON of its form; the text says why.
    BadJson(String),
    /// A later version of this crate wrote it.
    Newer {
        /// The version of its format.
        version: u32,
    },
}

impl fmt::Display for CapsuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        let verb = if matches!(self.kind, CapsuleErrorKind::Write(_)) { "write" } else { "read" };
        write!(f, "cannot {verb} the capsule `{}`: ", text::one_line(&path))?;
        if let Some(part) = &self.part {
            let end = text::floor_char_boundary(part, LONGEST);
            let part = part.get(..end).unwrap_or_default();
            write!(f, "its part `{}` ", text::one_line(part))?;
        }
        self.kind.say(self.part.is_some(), f)
    }
}

/// Bytes that are shown of a part's name, which is whatever the file says.
const LONGEST: usize = 200;

impl CapsuleErrorKind {
    /// What is wrong, behind the name of the part or of the file.
    fn say(&self, is_part: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The system's and the parser's own words may hold what was read.
        let safe = |why: &dyn fmt::Display| text::one_line(&why.to_string()).into_owned();
        let it = if is_part { "" } else { "it " };
        match self {
            Self::Read(error) | Self::Write(error) if is_part => {
                write!(f, "fails: {}", safe(error))
            }
            Self::Read(error) | Self::Write(error) => f.write_str(&safe(error)),
            Self::NoFile => write!(f, "{it}is no file"),
            Self::NoArchive => write!(f, "{it}is no capsule: it does not begin as one"),
            Self::Damaged(why) => write!(f, "{it}is damaged: {}", safe(why)),
            Self::TooLarge { size, most } if size > most => {
                write!(f, "{it}has {size} bytes, and the limit is {most}")
            }
            Self::TooLarge { most, .. } => {
                write!(f, "{it}has more bytes than it says, and more than the limit of {most}")
            }
            Self::TooMany { count, most } => {
                write!(f, "{it}has {count} parts, and the limit is {most}")
            }
            Self::Missing => write!(f, "{it}is missing"),
            Self::Twice => write!(f, "{it}is there twice"),
            Self::Unknown => write!(f, "{it}is none that a capsule has"),
            Self::Outside => write!(f, "{it}would lead out of its folder"),
            Self::BadJson(why) => write!(f, "{it}is not as it should be: {}", safe(why)),
            Self::Newer { version } => {
                let known = super::Capsule::FORMAT_VERSION;
                write!(f, "{it}has version {version} of the format, and this program knows {known}")
            }
        }
    }
}

// The text of the error says its cause, so `source` does not say it again.
impl std::error::Error for CapsuleError {}
