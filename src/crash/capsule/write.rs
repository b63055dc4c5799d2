//! A capsule as the bytes of its file.

use std::io::{self, Cursor, Write as _};
use std::path::Path;

use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::super::disk;
use super::{Capsule, CapsuleError, CapsuleErrorKind, names};

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
        archive.json(names::CONTEXT, &self.report.context)?;
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
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let write = || -> io::Result<()> {
            let bytes = self.to_bytes()?;
            disk::make_folder(folder)?;
            let mut file = tempfile::Builder::new();
            file.prefix(".capsule-").suffix(disk::TEMPORARY);
            disk::replace(file.tempfile_in(folder)?, &bytes, path)
        };
        write().map_err(|error| CapsuleError {
            path: path.to_owned(),
            part: None,
            kind: CapsuleErrorKind::Write(error),
        })?;
        disk::sync(folder);
        Ok(())
    }
}

struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    fn json(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_string_pretty(value)? + "\n";
        self.add(name, json.as_bytes())
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
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
