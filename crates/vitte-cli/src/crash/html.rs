//! `vitte crash html`: the page of a crash.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use vitte_capsule::{Existing, write_whole};
use vitte_diag::text;

use super::folder::One;
use super::shell::{Done, Failure, Shell};

/// Of which crash a page is made, and where it goes.
#[derive(Debug, Args)]
pub(super) struct Html {
    #[command(flatten)]
    one: One,
    /// The file to write, `-` for standard output [default: ID.html beside the capsule]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write one JSON document: where the page is
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

impl Html {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> Done {
        let target = self.one.load()?;
        let page = target.capsule.to_html();
        if self.out.as_deref() == Some(Path::new("-")) {
            if self.json {
                let why = "`--json` says where the page is, and `--out -` writes it nowhere";
                return Err(Failure::Said(why.to_owned()));
            }
            return Ok(shell.out.write_all(page.as_bytes())?);
        }
        let id = &target.capsule.report.id;
        let beside = match &target.path {
            Some(capsule) => capsule.with_extension("html"),
            None => self.one.folder.repository().folder().join(format!("{id}.html")),
        };
        let path = self.out.unwrap_or(beside);
        let shown = path.to_string_lossy();
        write_whole(&path, page.as_bytes(), Existing::Goes).map_err(|error| {
            Failure::Said(format!("`{}` cannot be written: {error}", text::one_line(&shown)))
        })?;
        if self.json {
            return shell.json(&Told { id, path: &shown, bytes: page.len() });
        }
        Ok(writeln!(shell.out, "{}", text::one_line(&shown))?)
    }
}
