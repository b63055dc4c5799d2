//! A capsule as the bytes of its file.

use std::io::{self, Cursor, Write as _};
use std::path::Path;

use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::read::{MOST_JSON, MOST_MANIFEST, MOST_PART};
use super::{Capsule, CapsuleError, CapsuleErrorKind, names};
use crate::atomic_file::{self, Existing};

impl Capsule {
    /// The bytes of its file. The same capsule has the same bytes.
    ///
    /// # Errors
    ///
    /// Where it does not fit into a ZIP archive.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut archive = Archive(ZipWriter::new(Cursor::new(Vec::new())));
        let manifest = self.manifest();
        archive.json(names::MANIFEST, &manifest)?;
        archive.add(names::REPORT, self.report.to_json()?.as_bytes())?;
        archive.add(names::DIAGNOSTIC, format!("{}\n", self.diagnostic).as_bytes())?;
        archive.json(names::CONTEXT, &self.report.contexts)?;
        archive.json(names::ENVIRONMENT, &self.environment)?;
        for (source, named) in self.sources.iter().zip(&manifest.sources) {
            archive.add(&named.part, &source.text)?;
        }
        if let Some(minidump) = &self.minidump {
            archive.add(names::MINIDUMP, minidump)?;
        }
        Ok(archive.0.finish()?.into_inner())
    }

    /// Writes it to a file: to a temporary one beside it, which is synced and gets its name then. So a
    /// capsule is whole or is not there. The file is its owner's alone (mode 0600); what had its name before
    /// has it no more. Folders that are not there are made.
    ///
    /// # Errors
    ///
    /// A [`CapsuleError`]; nothing is left of the file then.
    pub fn write(&self, path: &Path) -> Result<(), CapsuleError> {
        let bytes = self.to_bytes();
        let written =
            bytes.and_then(|bytes| atomic_file::write_atomically(path, &bytes, Existing::Replace));
        written.map_err(|error| CapsuleError {
            path: path.to_owned(),
            part: None,
            kind: CapsuleErrorKind::Write(error),
        })
    }
}

struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    fn json(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_string_pretty(value)? + "\n";
        self.add(name, json.as_bytes())
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        // What would not be read again is not written.
        let most = match name {
            names::MANIFEST => MOST_MANIFEST,
            _ if name.starts_with(names::SOURCES) || name == names::MINIDUMP => MOST_PART,
            _ => MOST_JSON,
        };
        if bytes.len() as u64 > most {
            let why =
                format!("its part `{name}` has {} bytes, and the limit is {most}", bytes.len());
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        // No time of its own, so that the bytes depend on what is in it alone.
        let options = SimpleFileOptions::DEFAULT
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(0o600);
        self.0.start_file(name, options)?;
        self.0.write_all(bytes)
    }
}
