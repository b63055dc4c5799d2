//! Files for buffers without a name.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::document::Document;

/// The temporary file of a document without a path. It is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Untitled {
    path: PathBuf,
    _dir: TempDir,
}

impl Untitled {
    /// Writes a document to a temporary file with an extension, or with that of its language.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(super) fn write(document: &Document, extension: Option<&str>) -> io::Result<Self> {
        let extension = extension.unwrap_or_else(|| extension_of(document.language_id()));
        let dir = tempfile::Builder::new().prefix("vitte-lsp-").tempdir()?;
        let name = match extension {
            "" => "untitled".to_owned(),
            extension => format!("untitled.{extension}"),
        };
        // Some compilers resolve the links on the path, such as `/tmp` of macOS.
        let real = if cfg!(unix) { dir.path().canonicalize()? } else { dir.path().to_owned() };
        let path = real.join(name);
        std::fs::write(&path, document.source().bytes())?;
        Ok(Self { path, _dir: dir })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Returns the extension of a language of the Language Server Protocol. An unknown one is returned as it is.
pub(crate) fn extension_of(language_id: &str) -> &str {
    match language_id {
        "bat" | "c" | "css" | "go" | "html" | "java" | "json" | "lua" | "php" | "r" | "scss"
        | "sql" | "swift" | "xml" | "dart" | "less" => language_id,
        "cpp" => "cpp",
        "csharp" => "cs",
        "fsharp" => "fs",
        "haskell" => "hs",
        "javascript" => "js",
        "javascriptreact" => "jsx",
        "kotlin" => "kt",
        "latex" | "tex" => "tex",
        "markdown" => "md",
        "objective-c" => "m",
        "objective-cpp" => "mm",
        "ocaml" => "ml",
        "perl" => "pl",
        "powershell" => "ps1",
        "python" => "py",
        "ruby" => "rb",
        "rust" => "rs",
        "shellscript" => "sh",
        "typescript" => "ts",
        "typescriptreact" => "tsx",
        "yaml" => "yaml",
        other if other.chars().all(|c| c.is_ascii_alphanumeric()) => other,
        _ => "txt",
    }
}
