//! `vitte crash upload`: a report to a folder, to Sentry or to GitHub.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use vitte_capsule::CrashReport;
use vitte_capsule::upload::{GITHUB_API, Secret, Target, Upload};
use vitte_diag::text;

use super::folder::Folder;
use super::shell::{Done, Failure, Shell};
use super::target::Target as Crash;

/// The arguments of `vitte crash upload`.
#[derive(Debug, Args)]
pub(super) struct CrashUpload {
    /// The crash: its id, the beginning of one, `latest`, or the file of a capsule
    id: String,
    /// Where it goes: file, sentry or github
    #[arg(long, value_name = "TARGET", value_enum, hide_possible_values = true)]
    to: To,
    #[command(flatten)]
    folder: Folder,
    /// file: the folder for the copy
    #[arg(long, value_name = "DIR", required_if_eq("to", "file"))]
    out: Option<PathBuf>,
    #[arg(
        long,
        value_name = "DSN",
        help = "sentry: the DSN of the project [default: SENTRY_DSN of the environment]"
    )]
    dsn: Option<String>,
    /// github: the repository
    #[arg(long, value_name = "OWNER/NAME", required_if_eq("to", "github"))]
    repo: Option<String>,
    #[arg(
        long,
        value_name = "FILE",
        help = "github: a file that holds the token alone [default: GITHUB_TOKEN of the environment]"
    )]
    token_file: Option<PathBuf>,
    /// github: the address of the REST API
    #[arg(long, value_name = "URL", default_value = GITHUB_API)]
    api: String,
    /// Show what would be sent, without secrets, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// The most time that a request may take
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    timeout: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum To {
    File,
    Sentry,
    Github,
}

/// The most time for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// The most bytes of a file with a token.
const MOST_TOKEN: u64 = 64 << 10;

impl CrashUpload {
    /// Says where the report is now, or what would be sent.
    pub(super) fn run(self, shell: &mut Shell<'_>) -> Done {
        let report = Crash::load(&self.id, &self.folder.repository())?.capsule.report;
        let said = self.upload(&report).map_err(Failure::Said)?;
        Ok(shell.out.write_all(said.as_bytes())?)
    }

    /// What to say, or what went wrong.
    fn upload(self, report: &CrashReport) -> Result<String, String> {
        let timeout = Duration::from_secs(self.timeout);
        let is_dry_run = self.dry_run;
        let upload = Upload::new(self.target()?)
            .with_timeouts(CONNECT, timeout)
            .with_proxy_of_environment(true);
        let prepared = upload.prepare(report).map_err(|error| error.to_string())?;
        if is_dry_run {
            return Ok(prepared.to_string());
        }
        let uploaded = upload.send(&prepared).map_err(|error| error.to_string())?;
        Ok(format!("{}: {uploaded}\n", text::one_line(&report.id)))
    }

    fn target(self) -> Result<Target, String> {
        match self.to {
            To::File => Ok(Target::File { folder: self.out.unwrap_or_default() }),
            To::Sentry => {
                let dsn = self.dsn.or_else(|| variable("SENTRY_DSN"));
                let dsn = dsn.ok_or("no DSN is given: --dsn DSN, or SENTRY_DSN")?;
                Ok(Target::Sentry { dsn: Secret::new(dsn) })
            }
            To::Github => {
                let token = match self.token_file {
                    Some(path) => read(&path, MOST_TOKEN)?,
                    None => variable("GITHUB_TOKEN")
                        .ok_or("no token is given: --token-file FILE, or GITHUB_TOKEN")?,
                };
                let token = Secret::new(token.trim());
                Ok(Target::Github {
                    repository: self.repo.unwrap_or_default(),
                    token,
                    api: self.api,
                })
            }
        }
    }
}

/// A variable of the environment that is set and not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The text of a file of at most so many bytes.
fn read(path: &Path, most: u64) -> Result<String, String> {
    let failed = |error: io::Error| format!("cannot read `{}`: {error}", shown(path));
    let mut text = String::new();
    let length = File::open(path).map_err(failed)?.take(most + 1).read_to_string(&mut text);
    if u64::try_from(length.map_err(failed)?).is_ok_and(|length| length > most) {
        return Err(format!("`{}` is longer than {most} bytes", shown(path)));
    }
    Ok(text)
}

fn shown(path: &Path) -> String {
    text::one_line(&path.to_string_lossy()).into_owned()
}
