//! `vitte crash html`: the page of a crash.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::Folder;
use super::target::Target;
use crate::crash;
use crate::text;

/// Of which crash a page is made, and where it goes.
#[derive(Debug, Args)]
pub(in crate::cli) struct CrashHtml {
    /// The crash: its id, the beginning of it, `latest`, or the file of a capsule
    id: String,
    #[command(flatten)]
    folder: Folder,
    /// The file to write, `-` for standard output [default: ID.html beside the capsule]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Say in JSON where the page is
    #[arg(long)]
    json: bool,
}

/// What is said of a page, as JSON.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    path: &'a str,
    bytes: usize,
}

impl CrashHtml {
    /// Whether all went well; the error is that of writing.
    pub(super) fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<bool> {
        let repository = self.folder.repository();
        let target = match Target::load(&self.id, &repository) {
            Ok(target) => target,
            Err(error) => return writeln!(err, "vitte: {error}").map(|()| false),
        };
        let page = target.capsule.to_html();
        if self.out.as_deref() == Some(Path::new("-")) {
            if self.json {
                let why = "`--json` says where the page is, and `--out -` writes it nowhere";
                return writeln!(err, "vitte: {why}").map(|()| false);
            }
            return out.write_all(page.as_bytes()).map(|()| true);
        }
        let id = &target.capsule.report.id;
        let beside = match &target.path {
            Some(capsule) => capsule.with_extension("html"),
            None => repository.folder().join(format!("{id}.html")),
        };
        let path = self.out.unwrap_or(beside);
        let shown = path.to_string_lossy();
        if let Err(error) = crash::write_page(&path, &page) {
            let path = text::one_line(&shown);
            return writeln!(err, "vitte: `{path}` cannot be written: {error}").map(|()| false);
        }
        if self.json {
            let told = Told { id, path: &shown, bytes: page.len() };
            writeln!(out, "{}", serde_json::to_string(&told)?)?;
        } else {
            writeln!(out, "{}", text::one_line(&shown))?;
        }
        Ok(true)
    }
}
