//! Checks that run in a child process: a fatal signal, a stack overflow or an endless loop of the compiler ends the child, not the
//! server.
//!
//! ```text
//! server ─ request on stdin ─▶ the same program, with the same arguments and CHECK_ENV_VAR
//!        ◀─ JSON Lines of the diagnostics, then `{"dependencies":[…]}`
//! ```
//!
//! What the compiler prints, and the report of a crash handler as a line of JSON, are on standard error.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use vitte_diag::text::one_line;
use vitte_diag::{DiagnosticBag, JsonEmitter};

use crate::cancel::Cancellation;
use crate::check::{Check, call_check};
use crate::command::process::{self, End, Limits};
use crate::command::{Shown, read_json};
use crate::config::Config;
use crate::document::Document;
use crate::open_files::{Buffer, OpenFiles};
use crate::paths::key_of_uri;
use crate::progress::Progress;
use crate::settings::Settings;
use crate::stdio;
use crate::workspace::{Snapshot, Target, Workspace};

/// Set in a child process.
const CHECK_ENV_VAR: &str = "VITTE_LSP_CHECK";
/// The maximum size of a request in bytes.
const MAX_REQUEST_BYTES: u64 = 1 << 30;
/// How long a check may take if the server has no limit.
const NO_LIMIT: Duration = Duration::from_secs(24 * 3600);

/// What a child is to check.
#[derive(Debug, Serialize, Deserialize)]
struct CheckRequest {
    root: Option<PathBuf>,
    /// The root that [`Server::configure`](crate::Server::configure) was called for.
    configured_root: Option<PathBuf>,
    settings: Value,
    /// The key of the document.
    document: String,
    buffers: Vec<SentBuffer>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SentBuffer {
    uri: String,
    language_id: String,
    version: i32,
    is_saved: bool,
    /// Also of a buffer that is saved: the file may have another encoding, or have changed since.
    text: String,
}

/// The last line of the output of a child.
#[derive(Debug, Serialize, Deserialize)]
struct Dependencies {
    dependencies: Vec<PathBuf>,
}

/// Returns true in a child process.
pub(crate) fn is_child() -> bool {
    std::env::var_os(CHECK_ENV_VAR).is_some()
}

/// Returns the configuration of the server, whose checks run this program as a child process.
///
/// # Errors
///
/// The path of this program is not known.
pub(crate) fn config(config: &Config) -> io::Result<Config> {
    let program = std::env::current_exe()?;
    Ok(in_child(config, &program))
}

fn in_child(config: &Config, program: &Path) -> Config {
    let own = Config { check: check(config, program, None), timeout: None, ..config.clone() };
    let Some(configure) = config.configure.clone() else { return own };
    // The child calls the function, too, and then the check that it has set.
    let (config, program) = (config.clone(), program.to_owned());
    let configure = move |root: Option<&Path>, _| {
        let configured = configure(root, config.clone());
        Config { check: check(&configured, &program, root), timeout: None, ..configured }
    };
    Config { configure: Some(Arc::new(configure)), ..own }
}

/// Returns the check that runs a program as a child process. It is configured for `root`.
fn check(config: &Config, program: &Path, root: Option<&Path>) -> Arc<Check> {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let time = config.timeout.unwrap_or(NO_LIMIT);
    let name = one_line(config.tool.name()).into_owned();
    let shown = Shown { line: format!("{name} (in a child process)"), program: name };
    let (program, root) = (program.to_owned(), root.map(ToOwned::to_owned));
    Arc::new(move |workspace, document| {
        let mut command = Command::new(&program);
        command.args(&args).env(CHECK_ENV_VAR, "1");
        let request = request(workspace, document, root.clone());
        run(command, &request, time, &shown, workspace, document)
    })
}

fn run(
    mut command: Command,
    request: &CheckRequest,
    time: Duration,
    shown: &Shown,
    workspace: &mut Workspace,
    document: &Document,
) -> DiagnosticBag {
    let root = workspace.root().map(ToOwned::to_owned);
    if let Some(root) = root.as_deref().filter(|root| root.is_dir()) {
        command.current_dir(root);
    }
    let request = serde_json::to_vec(request).map_err(io::Error::from);
    let cancellation = workspace.cancellation();
    let is_cancelled = || cancellation.is_cancelled();
    let limits = Limits { time, bytes: process::MAX_BYTES, is_cancelled: &is_cancelled };
    let ended = request.and_then(|request| process::run(command, Some(&request), &limits));
    if cancellation.is_cancelled() {
        return DiagnosticBag::new();
    }
    let mut ended = match ended {
        Ok(ended) => ended,
        Err(error) => return std::iter::once(shown.not_started(document, &error)).collect(),
    };
    log_lines(&ended.stderr, &mut io::stderr().lock());
    let last_line = take_last_line(&mut ended.stdout);
    let is_complete = last_line.is_some();
    if let Some(Dependencies { dependencies }) = last_line {
        workspace.add_dependencies(dependencies);
    }
    let cwd = root.unwrap_or_default();
    let mut found = read_json(&ended, shown, time, &cwd, workspace, document);
    // Such as a compiler that calls `exit` itself. Without an error the document would look correct.
    if !is_complete && matches!(ended.end, End::Exited(status) if status.success()) {
        let message = format!("`{}` exited with code 0 before the check ended", shown.program);
        found.push(shown.failed(document, message));
    }
    found.into_iter().collect()
}

fn request(
    workspace: &Workspace,
    document: &Document,
    configured_root: Option<PathBuf>,
) -> CheckRequest {
    let sent = |buffer: &Arc<Buffer>| SentBuffer {
        uri: buffer.uri.to_string(),
        language_id: buffer.language_id.to_string(),
        version: buffer.version,
        is_saved: buffer.is_saved,
        text: buffer.text.to_string(),
    };
    let mut buffers: Vec<SentBuffer> = workspace.open().iter().map(sent).collect();
    buffers.sort_by(|a, b| a.uri.cmp(&b.uri));
    CheckRequest {
        root: workspace.root().map(ToOwned::to_owned),
        configured_root,
        settings: workspace.settings().clone(),
        document: key_of_uri(document.uri()).0.to_string(),
        buffers,
    }
}

/// Writes what a child has printed, without JSON: that is the report of a crash.
fn log_lines(stderr: &[u8], log: &mut impl Write) {
    for line in stderr.split_inclusive(|&byte| byte == b'\n') {
        if !line.trim_ascii_start().starts_with(b"{") {
            _ = log.write_all(line);
        }
    }
}

/// Removes the last line if it has the dependencies.
fn take_last_line(stdout: &mut Vec<u8>) -> Option<Dependencies> {
    let text = stdout.strip_suffix(b"\n")?;
    let start = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let dependencies = serde_json::from_slice(text.get(start..)?).ok()?;
    stdout.truncate(start);
    Some(dependencies)
}

/// Runs the check of a child: reads the request, and writes the diagnostics.
pub(crate) fn serve(config: &Config) -> ExitCode {
    end_with_server();
    #[cfg(feature = "crash")]
    vitte_crash::set_format(vitte_diag::Format::Json, vitte_diag::Terminal::default());
    // What the compiler prints is not a part of the result.
    let (input, output) = stdio::take();
    match answer(config, input, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            _ = writeln!(io::stderr(), "{}: {error}", one_line(config.tool.name()));
            ExitCode::FAILURE
        }
    }
}

fn answer(config: &Config, input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut request = Vec::new();
    input.take(MAX_REQUEST_BYTES).read_to_end(&mut request)?;
    output.write_all(&checked(config, serde_json::from_slice(&request)?)?)?;
    output.flush()
}

/// Runs a check, and returns what the child writes.
fn checked(config: &Config, request: CheckRequest) -> io::Result<Vec<u8>> {
    let mut open = OpenFiles::default();
    request.buffers.into_iter().for_each(|sent| open.insert(buffer(sent)));
    let target =
        match (open.get(&request.document), vitte_diag::lsp::path_of_uri(&request.document)) {
            (Some(buffer), _) => Target::Buffer(Arc::clone(buffer)),
            (None, Some(path)) => Target::File { path },
            (None, None) => return Err(io::ErrorKind::NotFound.into()),
        };
    let configured = config.configure.as_ref().map(|configure| {
        let root = request.configured_root.as_deref();
        configure(root, config.clone())
    });
    let config = configured.as_ref().unwrap_or(config);
    let settings = Settings::new(&request.settings, &config.tool);
    let snapshot = Snapshot {
        root: request.root,
        open: open.into(),
        policy: settings.policy(&config.policy).0,
        settings: request.settings.into(),
    };
    let (cancellation, progress) = (Cancellation::default(), Progress::default());
    let created = Workspace::new(&snapshot, &target, cancellation, progress);
    let (mut workspace, document) = created.map_err(io::Error::other)?;
    let bag = call_check(&mut workspace, &document, &*config.check);
    let mut output = Vec::new();
    bag.emit(workspace.sources(), &mut JsonEmitter::new(&mut output))?;
    let (_, dependencies, _) = workspace.into_parts();
    serde_json::to_writer(
        &mut output,
        &Dependencies { dependencies: dependencies.into_iter().collect() },
    )?;
    output.push(b'\n');
    Ok(output)
}

fn buffer(sent: SentBuffer) -> Buffer {
    let (key, path) = key_of_uri(&sent.uri);
    Buffer {
        key,
        uri: sent.uri.into(),
        language_id: sent.language_id.into(),
        version: sent.version,
        revision: 0,
        path,
        text: sent.text.into(),
        is_saved: sent.is_saved,
    }
}

/// Ends this process when the server ends, also if that is killed.
fn end_with_server() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        // If the server has ended before, its request is incomplete, and nothing is checked.
        _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

#[cfg(test)]
mod tests {
    use vitte_diag::{Diagnostic, Severity, Tool};

    use super::*;
    use crate::server::Server;

    /// A workspace with a saved buffer, whose file has other contents.
    fn workspace() -> (tempfile::TempDir, Workspace, Document) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.my");
        std::fs::write(&path, "\u{feff}other\n").unwrap();
        let uri = vitte_diag::lsp::uri_of_path(&path).unwrap();
        let open = SentBuffer {
            uri,
            language_id: "my".to_owned(),
            version: 1,
            is_saved: true,
            text: "é @".to_owned(),
        };
        let (buffer, mut open) = (buffer(open), OpenFiles::default());
        open.insert(buffer.clone());
        let root = Some(dir.path().to_owned());
        let snapshot = Snapshot { root, open: open.into(), ..Snapshot::default() };
        let target = Target::Buffer(buffer.into());
        let (cancellation, progress) = (Cancellation::default(), Progress::default());
        let (workspace, document) =
            Workspace::new(&snapshot, &target, cancellation, progress).unwrap();
        (dir, workspace, document)
    }

    #[test]
    fn a_child_checks_the_text_of_the_buffer_whatever_the_file_contains() {
        let (_dir, workspace, document) = workspace();
        let sent = request(&workspace, &document, None);
        let received: CheckRequest =
            serde_json::from_slice(&serde_json::to_vec(&sent).unwrap()).unwrap();
        let buffers: Vec<Buffer> = received.buffers.into_iter().map(buffer).collect();
        assert_eq!(buffers.iter().map(|one| &*one.text).collect::<Vec<_>>(), ["é @"]);
        assert!(buffers[0].is_saved && *buffers[0].key == received.document);
    }

    #[test]
    fn what_a_child_prints_is_logged() {
        let mut log = Vec::new();
        log_lines(b"one\n{\"severity\":\"fatal\"}\n\xff two", &mut log);
        assert_eq!(log, b"one\n\xff two");
    }

    #[test]
    #[cfg(unix)]
    fn a_child_that_ends_before_its_check_is_reported() {
        for (script, expected) in [
            ("cat > /dev/null", Some("`mycc` exited with code 0 before the check ended")),
            ("cat > /dev/null; exit 3", Some("`mycc` exited with code 3 and reported nothing")),
            ("cat > /dev/null; echo '{\"dependencies\":[]}'", None),
        ] {
            let (_dir, mut workspace, document) = workspace();
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            let shown = Shown { program: "mycc".to_owned(), line: "mycc".to_owned() };
            let request = request(&workspace, &document, None);
            let bag = run(command, &request, NO_LIMIT, &shown, &mut workspace, &document);
            let messages: Vec<&str> = bag.iter().map(|one| one.diagnostic.message()).collect();
            assert_eq!(messages, expected.into_iter().collect::<Vec<_>>(), "{script}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn server_and_child_are_configured_for_the_same_root() {
        use std::os::unix::fs::PermissionsExt;

        let (dir, mut workspace, document) = workspace();
        let program = dir.path().join("program");
        let script = "#!/bin/sh\ncat > request\necho '{\"dependencies\":[]}'\n";
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let server = Server::new(Tool::new("mycc", "1.0.0")).configure(|root, server| {
            let message = format!("configured for {root:?}");
            server.check(move |_, _| {
                let error = Diagnostic::without_location(Severity::Error, None, message.clone());
                std::iter::once(error).collect()
            })
        });
        let own = in_child(&server.0, &program);
        let root = Path::new("/first");
        let configured = own.configure.clone().unwrap()(Some(root), own);
        assert_eq!((configured.check)(&mut workspace, &document).iter().count(), 0, "in the child");
        let request = std::fs::read(dir.path().join("request")).unwrap();
        let request: CheckRequest = serde_json::from_slice(&request).unwrap();
        let output = String::from_utf8(checked(&server.0, request).unwrap()).unwrap();
        assert!(output.contains(r#"configured for Some(\"/first\")"#), "{output}");
    }
}
