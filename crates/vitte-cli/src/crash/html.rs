//! `vitte crash html`: writes the HTML report of a crash.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use vitte_capsule::{Existing, write_atomically};
use vitte_diag::text;

use super::directory::OneCrash;
use super::shell::{CommandResult, Failure, Shell};

/// The arguments of `vitte crash html`.
#[derive(Debug, Args)]
pub(super) struct Html {
    #[command(flatten)]
    crash: OneCrash,
    /// The file to write; - is standard output [default: ID.html next to the capsule]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write one element to embed in another page, without a script; --out is then needed
    #[arg(long, requires = "out")]
    fragment: bool,
    /// Write one JSON document: the path of the report
    #[arg(long)]
    json: bool,
}

/// The JSON document.
#[derive(Serialize)]
struct HtmlJson<'a> {
    id: &'a str,
    path: &'a str,
    bytes: usize,
}

impl Html {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        if let Some(out) = &self.out {
            check_stdout(out, self.json)?;
        }
        let target = self.crash.load(shell)?;
        let page = match self.fragment {
            true => target.capsule.to_html_fragment(),
            false => target.capsule.to_html(),
        };
        if self.out.as_deref().is_some_and(is_stdout) {
            return Ok(shell.out.write_all(page.as_bytes())?);
        }
        let id = &target.capsule.report.id;
        let path = match (self.out, &target.stored_id, &target.path) {
            (Some(path), ..) => write(path, &page)?,
            (None, Some(id), _) => self.crash.directory.repository().save_html(id, &page)?,
            (None, None, Some(capsule)) => write(capsule.with_extension("html"), &page)?,
            (None, None, None) => write(PathBuf::from(format!("{id}.html")), &page)?,
        };
        let shown = path.to_string_lossy();
        if self.json {
            return shell.json(&HtmlJson { id, path: &shown, bytes: page.len() });
        }
        Ok(writeln!(shell.out, "{}", text::one_line(&shown))?)
    }
}

/// Returns whether a file to write is standard output.
pub(super) fn is_stdout(out: &Path) -> bool {
    out == Path::new("-")
}

/// Fails if a JSON document with the path is wanted, and the page is written to standard output.
pub(super) fn check_stdout(out: &Path, is_json: bool) -> CommandResult {
    if is_json && is_stdout(out) {
        let why = "--json writes the path of the page, and standard output has none";
        return Err(Failure::Message(why.to_owned()));
    }
    Ok(())
}

/// Writes the page to a path that the user named.
pub(super) fn write(path: PathBuf, page: &str) -> CommandResult<PathBuf> {
    write_atomically(&path, page.as_bytes(), Existing::Replace).map_err(|error| {
        let shown = path.to_string_lossy();
        Failure::Message(format!("cannot write `{}`: {error}", text::one_line(&shown)))
    })?;
    Ok(path)
}
