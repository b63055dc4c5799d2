//! Reads capsules. The bytes may come from anywhere, so every size and name is checked before it is used.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read, Seek};
use std::ops::Range;
use std::path::Path;

use serde::de::{DeserializeOwned, IgnoredAny};
use vitte_diag::text;
use zip::read::{ArchiveOffset, Config, ZipArchive};
use zip::result::ZipError;

use super::{Capsule, CapsuleError, CapsuleErrorKind, CapsuleSource, Manifest, names};
use crate::atomic_file;
use crate::fingerprint::Fingerprint;
use crate::report::{CrashReport, MAX_BYTES, check_values};

/// Maximum size of a capsule file, in bytes.
pub(crate) const MAX_FILE_BYTES: u64 = 128 << 20;
/// Maximum size of the report, in bytes.
const MAX_REPORT_BYTES: u64 = MAX_BYTES as u64;
/// Maximum size of each other JSON part, in bytes. They are slightly larger than the report, and are not kept in
/// memory as parsed values.
pub(super) const MAX_JSON_BYTES: u64 = 2 * MAX_REPORT_BYTES;
/// Maximum size of the manifest, in bytes.
pub(super) const MAX_MANIFEST_BYTES: u64 = 1 << 20;
/// Maximum size of a source file, and of the minidump, in bytes.
pub(super) const MAX_SOURCE_BYTES: u64 = 64 << 20;
/// Maximum number of parts.
pub(super) const MAX_PARTS: usize = 4096;

const LOCAL_HEADER_SIGNATURE: &[u8; 4] = b"PK\x03\x04";

impl Capsule {
    /// Reads a capsule from a file. Links are not followed.
    ///
    /// # Errors
    ///
    /// A [`CapsuleError`] if the file cannot be read, is not a capsule, is damaged, or exceeds a limit.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, CapsuleError> {
        let path = path.as_ref();
        Self::read_bytes(path).and_then(|bytes| Self::from_bytes(&bytes, path))
    }

    /// Reads the bytes of a file that may be a capsule: a regular file of at most 128 MiB. Links are not followed.
    ///
    /// # Errors
    ///
    /// A [`CapsuleError`] if the file cannot be read or exceeds the limit.
    pub fn read_bytes(path: impl AsRef<Path>) -> Result<Vec<u8>, CapsuleError> {
        let path = path.as_ref();
        atomic_file::read(path, MAX_FILE_BYTES).map_err(|error| read_error(error).at(path))
    }

    /// Reads a capsule from the bytes of a file. `path` is only used in errors.
    ///
    /// # Errors
    ///
    /// A [`CapsuleError`] if the bytes are not a capsule, are damaged, or exceed a limit.
    pub fn from_bytes(bytes: &[u8], path: impl AsRef<Path>) -> Result<Self, CapsuleError> {
        Parts::of(bytes)
            .and_then(|mut parts| parts.capsule())
            .map_err(|error| error.at(path.as_ref()))
    }
}

/// Reads only the report and the fingerprint of a capsule, which is much faster. The other parts are not checked.
pub(crate) fn read_report(
    bytes: &[u8],
    path: &Path,
) -> Result<(CrashReport, Fingerprint), CapsuleError> {
    let mut parts = Parts::of(bytes).map_err(|error| error.at(path))?;
    let read = parts.manifest().and_then(|manifest| Ok((parts.report(&manifest)?, manifest)));
    read.map(|(report, manifest)| (report, manifest.fingerprint)).map_err(|error| error.at(path))
}

/// Checks the end of central directory record (APPNOTE 4.3.16), before memory is allocated for the directory. A
/// capsule has no comment, is not ZIP64, and has few parts. Returns the number of entries in the directory.
fn check_end_record(bytes: &[u8]) -> Result<usize, CapsuleError> {
    const LEN: usize = 22;
    if !bytes.starts_with(LOCAL_HEADER_SIGNATURE) {
        return Err(CapsuleError::new(CapsuleErrorKind::NotAnArchive));
    }
    let damaged = |reason: &str| CapsuleError::new(CapsuleErrorKind::Damaged(reason.to_owned()));
    let start = bytes.len().saturating_sub(LEN);
    let end = bytes.get(start..).and_then(|end| end.first_chunk::<LEN>());
    let Some([b'P', b'K', 5, 6, _, _, _, _, _, _, a, b, s0, s1, s2, s3, o0, o1, o2, o3, 0, 0]) =
        end
    else {
        return Err(damaged("no end of central directory record at the end of the file"));
    };
    let count = usize::from(u16::from_le_bytes([*a, *b]));
    if count > MAX_PARTS {
        return Err(CapsuleError::new(CapsuleErrorKind::TooManyParts { count, max: MAX_PARTS }));
    }
    let size = u64::from(u32::from_le_bytes([*s0, *s1, *s2, *s3]));
    let offset = u64::from(u32::from_le_bytes([*o0, *o1, *o2, *o3]));
    if offset + size != start as u64 {
        return Err(damaged("the central directory is not directly before its end record"));
    }
    Ok(count)
}

/// The error of a file that was not read.
pub(crate) fn read_error(error: atomic_file::ReadError) -> CapsuleError {
    CapsuleError::new(match error {
        atomic_file::ReadError::Io(error) => CapsuleErrorKind::Read(error),
        atomic_file::ReadError::NotAFile => CapsuleErrorKind::NotAFile,
        atomic_file::ReadError::TooLarge(size) => {
            CapsuleErrorKind::TooLarge { size, max: MAX_FILE_BYTES }
        }
    })
}

fn damaged(error: &ZipError) -> CapsuleErrorKind {
    CapsuleErrorKind::Damaged(error.to_string())
}

/// The parts of an archive, by name.
struct Parts<R> {
    archive: ZipArchive<R>,
    /// The names and indices of the parts that were not read yet.
    unread: HashMap<String, usize>,
    /// The bytes that may still be unpacked.
    remaining_bytes: u64,
}

impl<'a> Parts<Cursor<&'a [u8]>> {
    fn of(bytes: &'a [u8]) -> Result<Self, CapsuleError> {
        let entries = check_end_record(bytes)?;
        Self::new(Cursor::new(bytes), bytes.len() as u64, entries)
    }
}

impl<R: Read + Seek> Parts<R> {
    /// `size` is that of the file in bytes, `entries` is the number of entries in its directory.
    fn new(mut reader: R, size: u64, entries: usize) -> Result<Self, CapsuleError> {
        let mut signature = [0; 4];
        let is_archive =
            reader.read_exact(&mut signature).is_ok() && signature == *LOCAL_HEADER_SIGNATURE;
        if !is_archive {
            return Err(CapsuleError::new(CapsuleErrorKind::NotAnArchive));
        }
        // A capsule begins with its first part: an archive after other data is not accepted.
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let damaged_archive = |error| CapsuleError::new(damaged(&error));
        let mut archive = ZipArchive::with_config(config, reader).map_err(damaged_archive)?;
        let count = archive.len();
        // `ZipArchive` keeps only one of several parts with the same name.
        if count < entries {
            return Err(CapsuleError::new(CapsuleErrorKind::Duplicate));
        }
        if count > MAX_PARTS {
            return Err(CapsuleError::new(CapsuleErrorKind::TooManyParts {
                count,
                max: MAX_PARTS,
            }));
        }
        let mut unread = HashMap::new();
        let mut ranges = Vec::new();
        for index in 0..count {
            let part = archive.by_index_raw(index).map_err(damaged_archive)?;
            let start = part.data_start().unwrap_or(0);
            if part.compressed_size() > 0 {
                ranges.push(start..start.saturating_add(part.compressed_size()));
            }
            let raw = part.name_raw();
            let name = String::from_utf8_lossy(raw).into_owned();
            if name.as_bytes() != raw || !names::is_safe_path(&name) {
                return Err(CapsuleError::in_part(name, CapsuleErrorKind::UnsafePath));
            }
            // `ZipArchive` compares the names as it decodes them, which depends on a flag of each part.
            if unread.insert(name.clone(), index).is_some() {
                return Err(CapsuleError::in_part(name, CapsuleErrorKind::Duplicate));
            }
        }
        if overlap(ranges, archive.central_directory_start()) {
            let reason = "parts overlap".to_owned();
            return Err(CapsuleError::new(CapsuleErrorKind::Damaged(reason)));
        }
        let remaining_bytes = Capsule::MAX_BYTES.saturating_sub(size);
        Ok(Self { archive, unread, remaining_bytes })
    }

    fn capsule(&mut self) -> Result<Capsule, CapsuleError> {
        let manifest = self.manifest()?;
        let report = self.report(&manifest)?;
        let diagnostic = self.diagnostic()?;
        // Only checked: the report contains the contexts too.
        self.json::<IgnoredAny>(names::CONTEXT)?;
        let environment: BTreeMap<String, String> = self.json(names::ENVIRONMENT)?;
        let mut sources = Vec::new();
        for source in &manifest.sources {
            if !source.part.starts_with(names::SOURCES) {
                return Err(CapsuleError::in_part(&source.part, CapsuleErrorKind::Unknown));
            }
            let text = self.required(&source.part)?;
            sources.push(CapsuleSource { file: source.file.clone(), text });
        }
        let minidump = self.part(names::MINIDUMP, MAX_SOURCE_BYTES)?;
        if let Some(name) = self.unread.keys().min() {
            return Err(CapsuleError::in_part(name, CapsuleErrorKind::Unknown));
        }
        let fingerprint = manifest.fingerprint;
        Ok(Capsule { report, fingerprint, diagnostic, environment, sources, minidump })
    }

    fn report(&mut self, manifest: &Manifest) -> Result<CrashReport, CapsuleError> {
        let report = self.required(names::REPORT)?;
        let mut report = CrashReport::from_json(&report)
            .map_err(|error| invalid_json(names::REPORT, &error.to_string()))?;
        report.id.clone_from(&manifest.id);
        Ok(report)
    }

    fn manifest(&mut self) -> Result<Manifest, CapsuleError> {
        /// Parsed first, because the rest may have another form in a later version.
        #[derive(serde::Deserialize)]
        struct Version {
            format_version: u32,
        }
        let bytes = self.part(names::MANIFEST, MAX_MANIFEST_BYTES)?;
        let bytes = bytes.ok_or_else(|| missing(names::MANIFEST))?;
        let Version { format_version: version } = parse(names::MANIFEST, &bytes)?;
        if version > Capsule::FORMAT_VERSION {
            return Err(CapsuleError::in_part(
                names::MANIFEST,
                CapsuleErrorKind::Newer { version },
            ));
        }
        parse(names::MANIFEST, &bytes)
    }

    /// Returns the diagnostic, which is JSON, as text.
    fn diagnostic(&mut self) -> Result<String, CapsuleError> {
        let bytes = self.required(names::DIAGNOSTIC)?;
        let text = String::from_utf8(bytes)
            .map_err(|error| invalid_json(names::DIAGNOSTIC, &error.to_string()))?;
        parse::<IgnoredAny>(names::DIAGNOSTIC, text.as_bytes())?;
        Ok(text.trim_end().to_owned())
    }

    fn json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, CapsuleError> {
        let bytes = self.required(name)?;
        check_values(&bytes).map_err(|error| invalid_json(name, &error.to_string()))?;
        parse(name, &bytes)
    }

    fn required(&mut self, name: &str) -> Result<Vec<u8>, CapsuleError> {
        let max = match name {
            names::REPORT => MAX_REPORT_BYTES,
            _ if name.starts_with(names::SOURCES) => MAX_SOURCE_BYTES,
            _ => MAX_JSON_BYTES,
        };
        self.part(name, max)?.ok_or_else(|| missing(name))
    }

    /// Unpacks a part; `None` if there is no such part, or it was read before.
    fn part(&mut self, name: &str, max: u64) -> Result<Option<Vec<u8>>, CapsuleError> {
        let Some(index) = self.unread.remove(name) else { return Ok(None) };
        let failed = |kind| CapsuleError::in_part(name, kind);
        let max = max.min(self.remaining_bytes);
        let file = self.archive.by_index(index).map_err(|error| failed(damaged(&error)))?;
        let size = file.size();
        if size > max {
            return Err(failed(CapsuleErrorKind::TooLarge { size, max }));
        }
        let mut bytes = Vec::new();
        let read = file.take(size + 1).read_to_end(&mut bytes);
        read.map_err(|error| failed(CapsuleErrorKind::Damaged(error.to_string())))?;
        if bytes.len() as u64 != size {
            let noun = text::plural("byte", usize::try_from(size).unwrap_or(usize::MAX));
            let order = if bytes.len() as u64 > size { "larger" } else { "smaller" };
            let reason = format!("{order} than its stated size of {size} {noun}");
            return Err(failed(CapsuleErrorKind::Damaged(reason)));
        }
        self.remaining_bytes = self.remaining_bytes.saturating_sub(size);
        Ok(Some(bytes))
    }
}

/// Returns true if two parts share bytes of the file, or a part reaches into the directory, which begins at `end`.
/// Parts that share bytes could unpack to far more than the size of the file.
///
/// `ZipArchive::has_overlapping_files` is not used because it adds sizes, which the file controls, unchecked.
fn overlap(mut ranges: Vec<Range<u64>>, end: u64) -> bool {
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.iter().any(|range| range.end > end)
        || ranges.windows(2).any(|pair| matches!(pair, [a, b] if a.end > b.start))
}

fn parse<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, CapsuleError> {
    serde_json::from_slice(bytes).map_err(|error| invalid_json(name, &error.to_string()))
}

fn invalid_json(name: &str, reason: &str) -> CapsuleError {
    CapsuleError::in_part(name, CapsuleErrorKind::InvalidJson(reason.to_owned()))
}

fn missing(name: &str) -> CapsuleError {
    CapsuleError::in_part(name, CapsuleErrorKind::Missing)
}
