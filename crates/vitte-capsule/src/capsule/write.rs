//! Writes capsules.

use std::io::{self, Cursor, Write as _};
use std::path::Path;

use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::read::{MAX_JSON_BYTES, MAX_MANIFEST_BYTES, MAX_SOURCE_BYTES};
use super::{Capsule, CapsuleError, CapsuleErrorKind, names};
use crate::atomic_file::{self, Existing};

impl Capsule {
    /// Returns the bytes of the capsule's file. Equal capsules have equal bytes.
    ///
    /// # Errors
    ///
    /// A [`CapsuleError`] without a path, of the kind [`Write`](CapsuleErrorKind::Write): a part is larger than
    /// [`read`](Self::read) accepts, or the parts do not fit into a ZIP archive.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CapsuleError> {
        let mut archive = Archive(ZipWriter::new(Cursor::new(Vec::new())));
        let manifest = self.manifest();
        let report = self.report.to_json().map_err(|error| write_error(names::REPORT, error))?;
        archive.json(names::MANIFEST, &manifest)?;
        archive.add(names::REPORT, report.as_bytes())?;
        archive.add(names::DIAGNOSTIC, format!("{}\n", self.diagnostic).as_bytes())?;
        archive.json(names::CONTEXT, &self.report.contexts)?;
        archive.json(names::ENVIRONMENT, &self.environment)?;
        for (source, listed) in self.sources.iter().zip(&manifest.sources) {
            archive.add(&listed.part, &source.text)?;
        }
        if let Some(minidump) = &self.minidump {
            archive.add(names::MINIDUMP, minidump)?;
        }
        let bytes = archive.0.finish();
        let bytes =
            bytes.map_err(|error| CapsuleError::new(CapsuleErrorKind::Write(error.into())))?;
        Ok(bytes.into_inner())
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

struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    fn json(&mut self, name: &str, value: &impl Serialize) -> Result<(), CapsuleError> {
        let json = serde_json::to_string_pretty(value);
        let json = json.map_err(|error| write_error(name, error))? + "\n";
        self.add(name, json.as_bytes())
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), CapsuleError> {
        // The limits of the reader: a capsule that is written can be read again.
        let max = match name {
            names::MANIFEST => MAX_MANIFEST_BYTES,
            _ if name.starts_with(names::SOURCES) || name == names::MINIDUMP => MAX_SOURCE_BYTES,
            _ => MAX_JSON_BYTES,
        };
        if bytes.len() as u64 > max {
            let reason = format!("too large ({} bytes, limit {max})", bytes.len());
            return Err(write_error(name, io::Error::new(io::ErrorKind::FileTooLarge, reason)));
        }
        // A constant time, so that the bytes depend only on the content.
        let options = SimpleFileOptions::DEFAULT
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(0o600);
        self.0.start_file(name, options).map_err(|error| write_error(name, error))?;
        self.0.write_all(bytes).map_err(|error| write_error(name, error))
    }
}

fn write_error(part: &str, error: impl Into<io::Error>) -> CapsuleError {
    CapsuleError::in_part(part, CapsuleErrorKind::Write(error.into()))
}
