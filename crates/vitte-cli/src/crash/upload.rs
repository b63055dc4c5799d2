//! `vitte crash upload`: sends a report to a directory, Sentry, OpenTelemetry or GitHub.

mod pending;

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use vitte_capsule::upload::{
    GITHUB_API, OTLP_ENDPOINT, PreparedUpload, Secret, Spool, Target, Upload, UploadError,
    otlp_headers,
};
use vitte_diag::{input, text};

use super::directory::Directory;
use super::page::display_path;
use super::shell::{CommandResult, Failure, Shell};
use super::target::LoadedCrash;

/// The arguments of `vitte crash upload`.
#[derive(Debug, Args)]
pub(super) struct UploadArgs {
    /// The crash: an id, a unique prefix of one, `latest`, or the path of a .vittecrash file
    #[arg(required_unless_present_any = ["pending", "list_pending"])]
    id: Option<String>,
    /// The target: file, sentry, sentry-minidump, otlp or github
    #[arg(
        long,
        value_name = "TARGET",
        value_enum,
        hide_possible_values = true,
        required_unless_present_any = ["pending", "list_pending"]
    )]
    to: Option<To>,
    #[command(flatten)]
    directory: Directory,
    /// Do not send the report now, but store the upload in the directory of the crashes
    #[arg(long, conflicts_with = "dry_run")]
    spool: bool,
    /// Send the stored uploads: those of --spool, and those that failed for a temporary reason
    #[arg(long, conflicts_with_all = ["id", "to", "spool", "dry_run", "minidump", "session"])]
    pending: bool,
    /// List the stored uploads
    #[arg(long, conflicts_with_all = ["id", "to", "spool", "dry_run", "minidump", "session", "pending"])]
    list_pending: bool,
    /// file: the directory for the report, ID.json
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[arg(
        long,
        value_name = "DSN",
        help = "sentry: the DSN of the project [default: $SENTRY_DSN]"
    )]
    dsn: Option<String>,
    /// sentry: send the minidump, too, which has memory of the program and is not redacted
    #[arg(long)]
    minidump: bool,
    /// sentry: send the session that the crash ended, too, for the release health of Sentry
    #[arg(long)]
    session: bool,
    #[arg(
        long,
        value_name = "URL",
        help = "otlp: the endpoint for logs [default: $OTEL_EXPORTER_OTLP_LOGS_ENDPOINT; or else \
                $OTEL_EXPORTER_OTLP_ENDPOINT and /v1/logs; or else http://localhost:4318/v1/logs]"
    )]
    endpoint: Option<String>,
    /// github: the repository
    #[arg(long, value_name = "OWNER/NAME")]
    repo: Option<String>,
    #[arg(
        long,
        value_name = "FILE",
        help = "github: a file that contains only the token; - is standard input [default: $GITHUB_TOKEN]"
    )]
    token_file: Option<PathBuf>,
    /// github: the URL of the REST API
    #[arg(long, value_name = "URL", default_value = GITHUB_API)]
    api: String,
    /// Show what would be sent (without secrets), and send nothing; needs no credentials
    #[arg(long)]
    dry_run: bool,
    /// Fail if a request takes longer
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
    SentryMinidump,
    Otlp,
    Github,
}

/// The time limit for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Larger token files are rejected.
const MAX_TOKEN_BYTES: u64 = 64 << 10;

/// What a dry run shows for values that are missing.
mod placeholder {
    pub(super) const DIR: &str = "DIR";
    /// The top-level domain `invalid` never resolves (RFC 2606).
    pub(super) const DSN: &str = "https://KEY@sentry.invalid/PROJECT";
    pub(super) const REPOSITORY: &str = "OWNER/NAME";
    pub(super) const TOKEN: &str = "TOKEN";
}

impl UploadArgs {
    /// Writes where the report is now, or what would be sent.
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        match (&self.id, self.to) {
            (Some(id), Some(to)) => self.upload(id, to, shell),
            _ if self.list_pending => pending::list(&self.directory, shell),
            _ => pending::send(&self, shell),
        }
    }

    fn upload(&self, id: &str, to: To, shell: &mut Shell<'_>) -> CommandResult {
        let crash = LoadedCrash::load(id, &self.directory.repository())?;
        let (has_minidump, has_session) = (self.minidump, self.session);
        if let (true, To::File | To::Otlp | To::Github) = (has_minidump || has_session, to) {
            let why = "--minidump and --session are only for `--to sentry`";
            return Err(Failure::Message(why.to_owned()));
        }
        let mut missing = Vec::new();
        let target = self.target(to, &mut missing).map_err(Failure::message)?;
        if !self.dry_run && !missing.is_empty() {
            return Ok(missing.iter().try_for_each(|why| shell.warn(why))?);
        }
        let upload = self.sender(target).with_minidump(has_minidump).with_session(has_session);
        let prepared = upload.prepare_capsule(&crash.capsule).map_err(Failure::message)?;
        if self.dry_run {
            write!(shell.out, "{prepared}")?;
            shell.out.flush()?;
            for what in missing {
                writeln!(shell.err, "{}: missing for the upload: {what}", shell.program)?;
            }
            return Ok(());
        }
        let id = text::one_line(&crash.capsule.report.id).into_owned();
        if self.spool {
            self.store(&crash, &prepared, shell)?;
            return Ok(writeln!(shell.out, "{id}: stored for `--pending`")?);
        }
        match upload.send(&prepared) {
            Ok(uploaded) => Ok(writeln!(shell.out, "{id}: {uploaded}")?),
            Err(error) if error.is_temporary() && crash.stored_id.is_some() => {
                shell.warn(&error)?;
                self.store(&crash, &prepared, shell)?;
                let program = shell.program;
                let command = format!("`{program} crash upload --pending` sends it");
                Ok(writeln!(shell.err, "{program}: note: the upload is stored; {command}")?)
            }
            Err(error) => Err(Failure::message(error)),
        }
    }

    /// Stores an upload, to send it later.
    fn store(
        &self,
        crash: &LoadedCrash,
        prepared: &PreparedUpload,
        shell: &mut Shell<'_>,
    ) -> CommandResult {
        let Some(id) = &crash.stored_id else {
            let why = "--spool is only for crashes in the directory of the crashes";
            return Err(Failure::Message(why.to_owned()));
        };
        self.directory.note_other_users(shell)?;
        let spool = Spool::new(&self.directory.repository());
        spool.add(id, prepared).map_err(Failure::message)
    }

    /// Returns an upload to this target, with the time limits of the arguments.
    fn sender(&self, target: Target) -> Upload {
        let timeout = Duration::from_secs(self.timeout);
        Upload::new(target).with_timeouts(CONNECT_TIMEOUT, timeout).with_env_proxy(true)
    }

    /// Returns the target. Adds a message to `missing` for each value that is missing, and uses a placeholder for it.
    fn target(&self, to: To, missing: &mut Vec<String>) -> Result<Target, UploadError> {
        let mut or = |placeholder: &str, value: Result<String, String>| {
            value.unwrap_or_else(|why| {
                missing.push(why);
                placeholder.to_owned()
            })
        };
        Ok(match to {
            To::File => Target::File {
                dir: self.out.clone().unwrap_or_else(|| {
                    missing.push("no directory; pass --out DIR".to_owned());
                    placeholder::DIR.into()
                }),
            },
            To::Sentry | To::SentryMinidump => {
                let dsn = self.dsn.clone().or_else(|| variable("SENTRY_DSN"));
                let dsn = dsn.ok_or_else(|| "no DSN; pass --dsn or set SENTRY_DSN".to_owned());
                let dsn = Secret::new(or(placeholder::DSN, dsn));
                match to {
                    To::SentryMinidump => Target::SentryMinidump { dsn },
                    _ => Target::Sentry { dsn },
                }
            }
            To::Otlp => {
                let endpoint = self.endpoint.clone().unwrap_or_else(otlp_endpoint);
                Target::Otlp { endpoint, headers: otlp_headers_of_environment()? }
            }
            To::Github => {
                let token = or(placeholder::TOKEN, self.token());
                let why = "no repository; pass --repo OWNER/NAME";
                let repository = self.repo.clone().ok_or_else(|| why.to_owned());
                let repository = or(placeholder::REPOSITORY, repository);
                Target::Github { repository, token: Secret::new(token), api: self.api.clone() }
            }
        })
    }

    /// Returns the token of GitHub, or why there is none. A dry run does not read it, because it shows no secrets.
    fn token(&self) -> Result<String, String> {
        match &self.token_file {
            Some(path) if self.dry_run => match path.try_exists() {
                Ok(true) => Ok(placeholder::TOKEN.to_owned()),
                _ => Err(format!("no token; there is no file `{}`", display_path(path))),
            },
            Some(path) => Ok(read(path, MAX_TOKEN_BYTES)?.trim().to_owned()),
            None => match variable("GITHUB_TOKEN") {
                Some(_) if self.dry_run => Ok(placeholder::TOKEN.to_owned()),
                Some(token) => Ok(token.trim().to_owned()),
                None => Err("no token; pass --token-file or set GITHUB_TOKEN".to_owned()),
            },
        }
    }
}

/// Returns the endpoint for logs, as the exporters of OpenTelemetry find it
/// (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).
fn otlp_endpoint() -> String {
    let own = variable("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT");
    let of_all = || variable("OTEL_EXPORTER_OTLP_ENDPOINT");
    let own = own.or_else(|| Some(format!("{}/v1/logs", of_all()?.trim().trim_end_matches('/'))));
    own.unwrap_or_else(|| OTLP_ENDPOINT.to_owned())
}

/// Returns the headers for the endpoint, which are secrets.
fn otlp_headers_of_environment() -> Result<Vec<(String, Secret)>, UploadError> {
    let own = variable("OTEL_EXPORTER_OTLP_LOGS_HEADERS");
    let text = own.or_else(|| variable("OTEL_EXPORTER_OTLP_HEADERS"));
    otlp_headers(&text.unwrap_or_default())
}

/// Returns an environment variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Reads a UTF-8 file of at most `max` bytes; `-` is standard input.
fn read(path: &Path, max: u64) -> Result<String, String> {
    let failed = |error: &dyn Display| format!("cannot read `{}`: {error}", display_path(path));
    let bytes = match path == Path::new("-") {
        true => input::read_stream(&mut io::stdin(), max),
        false => input::read_file(path, max),
    };
    String::from_utf8(bytes.map_err(|error| failed(&error))?).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_a_small_regular_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        let failed = || read(&path, 8).unwrap_err();
        let shown = display_path(&path);
        std::fs::write(&path, "ghp_1234").unwrap();
        assert_eq!(read(&path, 8).as_deref(), Ok("ghp_1234"));
        std::fs::write(&path, "ghp_12345").unwrap();
        assert_eq!(failed(), format!("cannot read `{shown}`: it has 9 bytes (limit: 8)"));
        std::fs::write(&path, b"\xff").unwrap();
        assert!(failed().starts_with(&format!("cannot read `{shown}`: invalid utf-8")));
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        let directory = "it is a directory, not a regular file";
        assert_eq!(failed(), format!("cannot read `{shown}`: {directory}"));
    }
}
