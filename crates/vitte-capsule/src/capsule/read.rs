//! A capsule from the bytes of a file, which may come from anywhere.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read, Seek};
use std::ops::Range;
use std::path::Path;

use serde::de::{DeserializeOwned, IgnoredAny};
use zip::read::{ArchiveOffset, Config, ZipArchive};
use zip::result::ZipError;

use super::{Capsule, CapsuleError, CapsuleErrorKind, CapsuleSource, Manifest, names};
use crate::atomic_file;
use crate::report::{CrashReport, MAX_BYTES};

/// The most bytes of a file.
const MOST_FILE: u64 = 128 << 20;
/// The most bytes of the report, and of another part that is JSON: it may say a little more, and is not kept as
/// values.
const MOST_REPORT: u64 = MAX_BYTES as u64;
pub(super) const MOST_JSON: u64 = 2 * MOST_REPORT;
/// The most values in a part that is JSON: each takes some forty bytes of memory, and two of the file.
const MOST_VALUES: usize = 2 << 20;
/// The most bytes of the first part.
pub(super) const MOST_MANIFEST: u64 = 1 << 20;
/// The most bytes of a source file, or a minidump.
pub(super) const MOST_PART: u64 = 64 << 20;
/// The most parts.
const MOST_PARTS: usize = 4096;

impl Capsule {
    /// Reads one from a file. What is wrong with it is an error that names the file and the part of it, and
    /// no more than [`MAX_BYTES`](Self::MAX_BYTES) are unpacked, whatever the file says of itself.
    ///
    /// # Errors
    ///
    /// A [`CapsuleError`].
    pub fn read(path: &Path) -> Result<Self, CapsuleError> {
        match atomic_file::read(path, MOST_FILE) {
            Ok(bytes) => Self::from_bytes(&bytes, path),
            Err(error) => Err(failed(path, error)),
        }
    }

    /// Reads one from the bytes of a file; errors name it `path`.
    ///
    /// # Errors
    ///
    /// A [`CapsuleError`].
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, CapsuleError> {
        check_end(bytes)
            .and_then(|count| Parts::new(Cursor::new(bytes), bytes.len() as u64, count))
            .and_then(|mut parts| parts.capsule())
            .map_err(|problem| problem.of(path))
    }
}

/// Looks at what a ZIP archive ends with (APPNOTE 4.3.16), before anything is made of its directory: a capsule
/// has no comment, is no ZIP64, and has few parts. Returns how many entries its directory has.
fn check_end(bytes: &[u8]) -> Result<usize, Problem> {
    const LEN: usize = 22;
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(CapsuleErrorKind::NoArchive.into());
    }
    let damaged = |why: &str| Problem::from(CapsuleErrorKind::Damaged(why.to_owned()));
    let start = bytes.len().saturating_sub(LEN);
    let end = bytes.get(start..).and_then(|end| end.first_chunk::<LEN>());
    let Some([b'P', b'K', 5, 6, _, _, _, _, _, _, a, b, s0, s1, s2, s3, o0, o1, o2, o3, 0, 0]) =
        end
    else {
        return Err(damaged("it does not end as an archive does"));
    };
    let count = usize::from(u16::from_le_bytes([*a, *b]));
    if count > MOST_PARTS {
        return Err(CapsuleErrorKind::TooMany { count, most: MOST_PARTS }.into());
    }
    let size = u64::from(u32::from_le_bytes([*s0, *s1, *s2, *s3]));
    let offset = u64::from(u32::from_le_bytes([*o0, *o1, *o2, *o3]));
    if offset + size != start as u64 {
        return Err(damaged("its directory is not where it has to be"));
    }
    Ok(count)
}

fn failed(path: &Path, error: atomic_file::ReadError) -> CapsuleError {
    let kind = match error {
        atomic_file::ReadError::Io(error) => CapsuleErrorKind::Read(error),
        atomic_file::ReadError::NoFile => CapsuleErrorKind::NoFile,
        atomic_file::ReadError::TooLarge(size) => {
            CapsuleErrorKind::TooLarge { size, most: MOST_FILE }
        }
    };
    CapsuleError { path: path.to_owned(), part: None, kind }
}

/// What is wrong, and with which part.
struct Problem {
    part: Option<String>,
    kind: CapsuleErrorKind,
}

impl Problem {
    fn of(self, path: &Path) -> CapsuleError {
        CapsuleError { path: path.to_owned(), part: self.part, kind: self.kind }
    }
}

impl From<CapsuleErrorKind> for Problem {
    fn from(kind: CapsuleErrorKind) -> Self {
        Self { part: None, kind }
    }
}

fn damaged(error: &ZipError) -> CapsuleErrorKind {
    CapsuleErrorKind::Damaged(error.to_string())
}

/// The parts of a file, each by its name.
struct Parts<R> {
    archive: ZipArchive<R>,
    /// Those that nobody has read yet, and their places.
    left: HashMap<String, usize>,
    /// Bytes that may still be unpacked.
    room: u64,
}

impl<R: Read + Seek> Parts<R> {
    /// `entries` is how many the directory has.
    fn new(mut reader: R, size: u64, entries: usize) -> Result<Self, Problem> {
        let mut magic = [0; 4];
        let is_archive = reader.read_exact(&mut magic).is_ok() && magic == *b"PK\x03\x04";
        if !is_archive {
            return Err(CapsuleErrorKind::NoArchive.into());
        }
        // Nothing stands before it: what is found elsewhere is no capsule.
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let mut archive =
            ZipArchive::with_config(config, reader).map_err(|error| damaged(&error))?;
        let count = archive.len();
        // The names are a map: of two that are the same it has one.
        if count < entries {
            return Err(CapsuleErrorKind::Twice.into());
        }
        if count > MOST_PARTS {
            return Err(CapsuleErrorKind::TooMany { count, most: MOST_PARTS }.into());
        }
        let mut left = HashMap::new();
        let mut ranges = Vec::new();
        for index in 0..count {
            let part = archive.by_index_raw(index).map_err(|error| damaged(&error))?;
            let start = part.data_start().unwrap_or(0);
            if part.compressed_size() > 0 {
                ranges.push(start..start.saturating_add(part.compressed_size()));
            }
            let name = String::from_utf8_lossy(part.name_raw()).into_owned();
            if !names::is_inside(&name) {
                return Err(Problem { part: Some(name), kind: CapsuleErrorKind::Outside });
            }
            left.insert(name, index);
        }
        if overlap(ranges, archive.central_directory_start()) {
            return Err(CapsuleErrorKind::Damaged("its parts overlap".to_owned()).into());
        }
        // A file that is smaller than what it holds has been cut since; its size is known to be small.
        let room = Capsule::MAX_BYTES.saturating_sub(size);
        Ok(Self { archive, left, room })
    }

    fn capsule(&mut self) -> Result<Capsule, Problem> {
        let manifest = self.manifest()?;
        let report = self.required(names::REPORT)?;
        check_values(names::REPORT, &report)?;
        let mut report = CrashReport::from_json(&report)
            .map_err(|error| bad_json(names::REPORT, &error.to_string()))?;
        report.id.clone_from(&manifest.id);
        let diagnostic = self.diagnostic()?;
        // What is shown is in the report too.
        self.json::<IgnoredAny>(names::CONTEXT)?;
        let environment: BTreeMap<String, String> = self.json(names::ENVIRONMENT)?;
        let mut sources = Vec::new();
        for source in &manifest.sources {
            if !source.part.starts_with(names::SOURCES) {
                let part = Some(source.part.clone());
                return Err(Problem { part, kind: CapsuleErrorKind::Unknown });
            }
            let text = self.required(&source.part)?;
            sources.push(CapsuleSource { file: source.file.clone(), text });
        }
        let minidump = self.part(names::MINIDUMP, MOST_PART)?;
        if let Some(name) = self.left.keys().min() {
            return Err(Problem { part: Some(name.clone()), kind: CapsuleErrorKind::Unknown });
        }
        let fingerprint = manifest.fingerprint;
        Ok(Capsule { report, fingerprint, diagnostic, environment, sources, minidump })
    }

    fn manifest(&mut self) -> Result<Manifest, Problem> {
        /// What tells whether the rest of it can be understood.
        #[derive(serde::Deserialize)]
        struct Version {
            format_version: u32,
        }
        let bytes = self.part(names::MANIFEST, MOST_MANIFEST)?;
        let bytes = bytes.ok_or_else(|| missing(names::MANIFEST))?;
        let Version { format_version: version } = parse(names::MANIFEST, &bytes)?;
        if version > Capsule::FORMAT_VERSION {
            let part = Some(names::MANIFEST.to_owned());
            return Err(Problem { part, kind: CapsuleErrorKind::Newer { version } });
        }
        parse(names::MANIFEST, &bytes)
    }

    /// One line of JSON.
    fn diagnostic(&mut self) -> Result<String, Problem> {
        let bytes = self.required(names::DIAGNOSTIC)?;
        let text = String::from_utf8(bytes)
            .map_err(|error| bad_json(names::DIAGNOSTIC, &error.to_string()))?;
        parse::<IgnoredAny>(names::DIAGNOSTIC, text.as_bytes())?;
        Ok(text.trim_end().to_owned())
    }

    fn json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Problem> {
        let bytes = self.required(name)?;
        check_values(name, &bytes)?;
        parse(name, &bytes)
    }

    fn required(&mut self, name: &str) -> Result<Vec<u8>, Problem> {
        let most = match name {
            names::REPORT => MOST_REPORT,
            _ if name.starts_with(names::SOURCES) => MOST_PART,
            _ => MOST_JSON,
        };
        self.part(name, most)?.ok_or_else(|| missing(name))
    }

    /// What is in a part, where it is there.
    fn part(&mut self, name: &str, most: u64) -> Result<Option<Vec<u8>>, Problem> {
        let Some(index) = self.left.remove(name) else { return Ok(None) };
        let problem = |kind| Problem { part: Some(name.to_owned()), kind };
        let most = most.min(self.room);
        let file = self.archive.by_index(index).map_err(|error| problem(damaged(&error)))?;
        let size = file.size();
        if size > most {
            return Err(problem(CapsuleErrorKind::TooLarge { size, most }));
        }
        let mut bytes = Vec::new();
        let read = file.take(size + 1).read_to_end(&mut bytes);
        read.map_err(|error| problem(CapsuleErrorKind::Damaged(error.to_string())))?;
        if bytes.len() as u64 > size {
            let why = format!("it has more than the {size} bytes that it claims to have");
            return Err(problem(CapsuleErrorKind::Damaged(why)));
        }
        self.room = self.room.saturating_sub(size);
        Ok(Some(bytes))
    }
}

/// Returns true where a byte of the file is in two parts, or in a part and in the directory, which begins at
/// `end`: many parts that are the same bytes of the file unpack to more than it has.
///
/// `ZipArchive::has_overlapping_files` adds sizes without a check, and a file may have any.
fn overlap(mut ranges: Vec<Range<u64>>, end: u64) -> bool {
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.iter().any(|range| range.end > end)
        || ranges.windows(2).any(|pair| matches!(pair, [a, b] if a.end > b.start))
}

fn check_values(name: &str, json: &[u8]) -> Result<(), Problem> {
    match values(json) {
        count if count > MOST_VALUES => {
            let why = format!("it has {count} values, and the limit is {MOST_VALUES}");
            Err(bad_json(name, &why))
        }
        _ => Ok(()),
    }
}

/// About how many values are in some JSON: one before each comma outside of texts.
fn values(json: &[u8]) -> usize {
    let (mut count, mut is_text, mut is_escaped) = (1, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            b',' | b'[' | b'{' => count += usize::from(!is_text),
            _ => {}
        }
    }
    count
}

fn parse<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| bad_json(name, &error.to_string()))
}

fn bad_json(name: &str, why: &str) -> Problem {
    Problem { part: Some(name.to_owned()), kind: CapsuleErrorKind::BadJson(why.to_owned()) }
}

fn missing(name: &str) -> Problem {
    Problem { part: Some(name.to_owned()), kind: CapsuleErrorKind::Missing }
}
