//! Writes capsules.

use std::io::{self, Cursor, Write as _};
use std::path::Path;

use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::read::{
    MAX_FILE_BYTES, MAX_JSON_BYTES, MAX_MANIFEST_BYTES, MAX_PARTS, MAX_SOURCE_BYTES,
};
use super::{Capsule, CapsuleError, CapsuleErrorKind, names};
use crate::atomic_file::{self, Existing};
use crate::report::check_values;

impl Capsule {
    /// Returns the bytes of the capsule's file. Equal capsules have equal bytes.
    ///
    /// # Errors
    ///
    /// A [`CapsuleError`] without a path, of the kind [`Write`](CapsuleErrorKind::Write): a part, all parts together or
    /// the file would be larger than [`read`](Self::read) accepts, or there are more parts than it accepts.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CapsuleError> {
        let mut archive = Archive::new();
        let manifest = self.manifest();
        let truncated = self.report.truncated();
        let (short, json) = truncated.map_err(|error| write_error(names::REPORT, error))?;
        let report = short.as_ref().unwrap_or(&self.report);
        archive.json(names::MANIFEST, &manifest)?;
        archive.add(names::REPORT, json.as_bytes())?;
        archive.add(names::DIAGNOSTIC, format!("{}\n", self.diagnostic).as_bytes())?;
        archive.json(names::CONTEXT, &report.contexts)?;
        archive.json(names::ENVIRONMENT, &self.environment)?;
        for (source, listed) in self.sources.iter().zip(&manifest.sources) {
            archive.add(&listed.part, &source.text)?;
        }
        if let Some(minidump) = &self.minidump {
            archive.add(names::MINIDUMP, minidump)?;
        }
        archive.finish()
    }

    /// Writes the capsule to a file, atomically: to a temporary file in the same directory, which is synced and
    /// then renamed. An existing file is replaced. Only the owner can read the file (mode 0600 on Unix). Missing
    /// parent directories are created.
    ///
    /// # Errors
    ///
    /// A [`CapsuleError`] of the kind [`Write`](CapsuleErrorKind::Write). An existing file is unchanged then.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), CapsuleError> {
        let path = path.as_ref();
        let bytes = self.to_bytes().map_err(|error| error.at(path))?;
        atomic_file::write_atomically(path, &bytes, Existing::Replace)
            .map_err(|error| CapsuleError::new(CapsuleErrorKind::Write(error)).at(path))
    }
}

/// Largest part that is not compressed, in bytes: compression would save less than its setup costs.
const MAX_STORED_BYTES: usize = 512;

/// A ZIP archive within the limits of the reader: a capsule that is written can be read again.
struct Archive {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    parts: usize,
    /// The size of all parts so far, in bytes.
    size: u64,
}

impl Archive {
    fn new() -> Self {
        Self { zip: ZipWriter::new(Cursor::new(Vec::new())), parts: 0, size: 0 }
    }

    fn json(&mut self, name: &str, value: &impl Serialize) -> Result<(), CapsuleError> {
        let json = serde_json::to_string_pretty(value);
        let json = json.map_err(|error| write_error(name, error))? + "\n";
        check_values(json.as_bytes()).map_err(|error| write_error(name, error))?;
        self.add(name, json.as_bytes())
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), CapsuleError> {
        let max = match name {
            names::MANIFEST => MAX_MANIFEST_BYTES,
            _ if name.starts_with(names::SOURCES) || name == names::MINIDUMP => MAX_SOURCE_BYTES,
            _ => MAX_JSON_BYTES,
        };
        let size = bytes.len() as u64;
        self.parts += 1;
        self.size += size;
        if size > max {
            return Err(write_error(name, too_large(size, max)));
        }
        if self.parts > MAX_PARTS {
            let reason = format!("too many parts (limit {MAX_PARTS})");
            return Err(error(io::Error::new(io::ErrorKind::FileTooLarge, reason)));
        }
        if self.size > Capsule::MAX_BYTES {
            return Err(error(too_large(self.size, Capsule::MAX_BYTES)));
        }
        // A constant time, so that the bytes depend only on the content.
        let options = SimpleFileOptions::DEFAULT;
        let options = match bytes.len() {
            ..=MAX_STORED_BYTES => options.compression_method(CompressionMethod::Stored),
            _ => options.compression_method(CompressionMethod::Deflated).compression_level(Some(1)),
        };
        let options = options.last_modified_time(DateTime::DEFAULT).unix_permissions(0o600);
        self.zip.start_file(name, options).map_err(|error| write_error(name, error))?;
        self.zip.write_all(bytes).map_err(|error| write_error(name, error))
    }

    fn finish(self) -> Result<Vec<u8>, CapsuleError> {
        let bytes = self.zip.finish().map_err(error)?.into_inner();
        let size = bytes.len() as u64;
        if size > MAX_FILE_BYTES {
            return Err(error(too_large(size, MAX_FILE_BYTES)));
        }
        Ok(bytes)
    }
}

fn too_large(size: u64, max: u64) -> io::Error {
    let reason = format!("too large ({size} bytes, limit {max})");
    io::Error::new(io::ErrorKind::FileTooLarge, reason)
}

fn error(error: impl Into<io::Error>) -> CapsuleError {
    CapsuleError::new(CapsuleErrorKind::Write(error.into()))
}

fn write_error(part: &str, error: impl Into<io::Error>) -> CapsuleError {
    CapsuleError::in_part(part, CapsuleErrorKind::Write(error.into()))
}
