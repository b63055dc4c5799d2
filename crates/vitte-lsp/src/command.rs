//! Compilers that are run as commands.

mod explain;
mod names;
mod outcome;
mod output;
mod overlay;
pub(crate) mod process;
mod template;
mod untitled;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use vitte_diag::read::InputFormat;
use vitte_diag::text::{one_line, truncate};
use vitte_diag::{Diagnostic, DiagnosticBag};

pub use self::explain::{ExplainCommand, ExplainCommandError};
use self::names::{Files, Names};
pub(crate) use self::outcome::Shown;
use self::output::Output;
use self::overlay::{Buffers, Overlay, Place};
use self::process::{Ended, Limits};
pub use self::template::CommandError;
pub(crate) use self::template::nearest;
use self::template::{Placeholder, Template, Values};
use self::untitled::Untitled;
pub(crate) use self::untitled::extension_of;
use crate::document::Document;
use crate::workspace::Workspace;

/// A compiler in any language that is run as a command, and prints the JSON of this project or a format of
/// [another tool](Self::from).
///
/// Arguments may contain placeholders:
///
/// | placeholder | is replaced by |
/// |---|---|
/// | `{file}` | the path of the document |
/// | `{stdin}` | `-`; the text of the document is written to standard input |
/// | `{dir}` | the directory of `{file}` |
/// | `{root}` | the root of the workspace, or the directory of a document that is not in it |
/// | `{{` | `{` |
///
/// The command runs in the root. If a buffer is not saved, a command with `{file}` and without `{stdin}` runs in a temporary
/// copy of the directories, in which the unsaved buffers are files and everything else is a link. Paths of its output are those
/// of the original files again. On systems other than Unix the copy has only the unsaved files, and the command runs in the root.
///
/// A command that crashes, does not end, cannot be run, or does not print diagnostics is reported as a diagnostic of the
/// document. If the server is killed so that it cannot end the command, the command goes on until it writes to its closed output.
///
/// ```no_run
/// # use vitte_diag::Tool;
/// # use vitte_lsp::{CompilerCommand, Server};
/// let mycc = CompilerCommand::new("mycc", ["check", "--error-format=json", "{file}"])?;
/// let code = Server::new(Tool::new("mycc", "1.0.0"))
///     .check(move |workspace, document| mycc.check(workspace, document))
///     .run();
/// # Ok::<(), vitte_lsp::CommandError>(())
/// ```
#[derive(Debug)]
pub struct CompilerCommand {
    program: Template,
    args: Vec<Template>,
    shown: Shown,
    format: Option<InputFormat>,
    timeout: Duration,
    stdin_name: Option<String>,
    extension: Option<String>,
    envs: Vec<(OsString, OsString)>,
    /// Those that no check uses at the moment.
    overlays: Mutex<Vec<Overlay>>,
}

/// How long a command may run.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The maximum length of a command in messages, in bytes.
const MAX_SHOWN_BYTES: usize = 1000;

impl CompilerCommand {
    /// Creates a command that prints the JSON of this project. A program with a separator in its name is resolved against the
    /// root of the workspace.
    ///
    /// # Errors
    ///
    /// A [`CommandError`] if the program has no name, or an argument has a placeholder that is not known.
    pub fn new<A: Into<OsString>>(
        program: impl Into<OsString>,
        args: impl IntoIterator<Item = A>,
    ) -> Result<Self, CommandError> {
        let program = program.into();
        if program.is_empty() {
            return Err(CommandError::NoProgram);
        }
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        let words = std::iter::once(&program).chain(&args).map(|word| word.to_string_lossy());
        let line = one_line(&words.collect::<Vec<_>>().join(" ")).into_owned();
        let shown = Shown {
            program: one_line(&program.to_string_lossy()).into_owned(),
            line: truncate(&line, MAX_SHOWN_BYTES).to_owned(),
        };
        Ok(Self {
            program: Template::parse(&program)?,
            args: args.iter().map(|arg| Template::parse(arg)).collect::<Result<_, _>>()?,
            shown,
            format: None,
            timeout: TIMEOUT,
            stdin_name: None,
            extension: None,
            envs: Vec::new(),
            overlays: Mutex::default(),
        })
    }

    /// Sets the format of the output. `None`, the default, is the JSON of this project.
    #[must_use]
    pub fn from(mut self, format: impl Into<Option<InputFormat>>) -> Self {
        self.format = format.into();
        self
    }

    /// Sets how long the command may run until it is ended and reported. Default: 30 seconds.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the path that the output has for the document, if it is read from standard input. `<stdin>`, `<anon>`, `-`,
    /// `stdin` and `/dev/stdin` are always recognised. Default: none.
    #[must_use]
    pub fn stdin_name(mut self, name: impl Into<String>) -> Self {
        self.stdin_name = Some(name.into());
        self
    }

    /// Sets the extension of the file for a buffer without a name, such as `c`. Default: that of its language.
    #[must_use]
    pub fn untitled_extension(mut self, extension: impl Into<String>) -> Self {
        self.extension = Some(extension.into());
        self
    }

    /// Sets an environment variable of the command.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.envs.push((name.into(), value.into()));
        self
    }

    /// Returns the name of the program without its directory and `.exe`.
    pub(crate) fn name(&self) -> String {
        let name = Path::new(&self.shown.program).file_name().map(OsStr::to_string_lossy);
        let name = name.unwrap_or_else(|| (&*self.shown.program).into());
        name.strip_suffix(".exe").unwrap_or(&name).to_owned()
    }

    /// Returns true if the command checks the files on disk, because it has neither `{file}` nor `{stdin}`. It should run
    /// when a file is saved.
    #[must_use]
    pub fn needs_saved_files(&self) -> bool {
        !self.has(Placeholder::File) && !self.has(Placeholder::Stdin)
    }

    fn has(&self, placeholder: Placeholder) -> bool {
        self.args.iter().any(|arg| arg.has(placeholder))
    }

    /// Runs the command for a document, and returns its diagnostics. The command is ended when the check is cancelled, and
    /// nothing is returned then.
    #[must_use]
    pub fn check(&self, workspace: &mut Workspace, document: &Document) -> DiagnosticBag {
        let mut bag = DiagnosticBag::new();
        let diagnostics = self.diagnostics(workspace, document);
        if !workspace.is_cancelled() {
            diagnostics.into_iter().for_each(|diagnostic| _ = bag.push(diagnostic));
        }
        bag
    }

    fn diagnostics(&self, workspace: &mut Workspace, document: &Document) -> Vec<Diagnostic> {
        let failed = |message: String| vec![self.shown.failed(document, message)];
        let program = &self.shown.program;
        let untitled = match document.path() {
            Some(_) => Ok(None),
            None => Untitled::write(document, self.extension.as_deref()).map(Some),
        };
        let untitled = match untitled {
            Ok(untitled) => untitled,
            Err(error) => {
                let message = format!("cannot write the document to a file for `{program}`");
                return failed(format!("{message}: {error}"));
            }
        };
        let cwd = working_directory(workspace, document);
        // What the command reads is only known if its diagnostics mention it.
        workspace.add_dependencies([cwd.clone()]);
        let overlay = match self.overlay(workspace, document, &cwd) {
            Ok(overlay) => overlay,
            Err(error) => {
                let message = format!("cannot copy the unsaved buffers for `{program}`: {error}");
                return failed(message);
            }
        };
        let place = |path: &Path| match &overlay {
            Some(overlay) => overlay.path(path),
            None => path.to_owned(),
        };
        let file = match &untitled {
            Some(untitled) => untitled.path().to_owned(),
            None => document.path().map(place).unwrap_or_default(),
        };
        // On other systems the copy has only files.
        let root = if cfg!(unix) { place(&cwd) } else { cwd.clone() };
        let stdin_name = self.has(Placeholder::Stdin).then_some(self.stdin_name.as_deref());
        let names = Names {
            document,
            file: &file,
            stdin: stdin_name,
            cwd: &cwd,
            overlay: overlay.as_ref(),
        };
        let diagnostics = self.run_and_read(workspace, &names, &root);
        if let Some(overlay) = overlay {
            self.idle_overlays().push(overlay);
        }
        diagnostics
    }

    fn idle_overlays(&self) -> MutexGuard<'_, Vec<Overlay>> {
        self.overlays.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns an overlay that is up to date, or `None` if the command can read the files on disk.
    fn overlay(
        &self,
        workspace: &Workspace,
        document: &Document,
        cwd: &Path,
    ) -> io::Result<Option<Overlay>> {
        let buffers: Buffers<'_> =
            workspace.unsaved().map(|(path, text)| (path.to_owned(), text)).collect();
        let is_needed = self.has(Placeholder::File) && !self.has(Placeholder::Stdin);
        if !is_needed || buffers.is_empty() {
            return Ok(None);
        }
        let dir = document.path().and_then(Path::parent).unwrap_or(cwd);
        let place = Place { cwd, dir, root: workspace.root().filter(|root| *root == cwd) };
        let idle = self.idle_overlays().pop();
        if let Some(overlay) = idle {
            // The command may have changed it in a way that cannot be corrected. Then a new one is needed.
            if overlay.update(place, &buffers).is_ok() {
                return Ok(Some(overlay));
            }
        }
        let overlay = Overlay::new()?;
        overlay.update(place, &buffers)?;
        Ok(Some(overlay))
    }

    /// Runs the command in `root`, and reads its output.
    fn run_and_read(
        &self,
        workspace: &mut Workspace,
        names: &Names<'_>,
        root: &Path,
    ) -> Vec<Diagnostic> {
        match self.run(workspace, names, root) {
            Ok(mut ended) => {
                if let Some(overlay) = names.overlay {
                    overlay.restore_paths(&mut ended.stdout);
                    overlay.restore_paths(&mut ended.stderr);
                }
                self.read(&ended, names, workspace)
            }
            Err(_) if !root.is_dir() => {
                let shown = root.to_string_lossy();
                let (program, shown) = (&self.shown.program, one_line(&shown));
                let message = format!("cannot run `{program}` in `{shown}`: no such directory");
                vec![self.shown.failed(names.document, message)]
            }
            Err(error) => vec![self.shown.not_started(names.document, &error)],
        }
    }

    /// Runs the command in `root`.
    fn run(&self, workspace: &Workspace, names: &Names<'_>, root: &Path) -> io::Result<Ended> {
        let values = Values { file: names.file, dir: names.file.parent().unwrap_or(root), root };
        // Not against the directory of a document outside of the workspace, which may have another program of this name.
        let base = workspace.root().unwrap_or(names.cwd);
        let mut command = Command::new(resolved(&self.program.expand(values), base));
        command.args(self.args.iter().map(|arg| arg.expand(values))).current_dir(root);
        command.envs(self.envs.iter().map(|(name, value)| (name, value)));
        let stdin = names.stdin.is_some().then(|| names.document.source().bytes());
        let is_cancelled = || workspace.is_cancelled();
        let limits =
            Limits { time: self.timeout, bytes: process::MAX_BYTES, is_cancelled: &is_cancelled };
        process::run(command, stdin, &limits)
    }

    fn read(&self, ended: &Ended, names: &Names<'_>, workspace: &mut Workspace) -> Vec<Diagnostic> {
        if workspace.is_cancelled() {
            return Vec::new();
        }
        let mut output: Output =
            output::read(self.format, ended, &mut Files::new(names, workspace));
        self.shown.add_problems(&mut output, ended, self.timeout, names.document);
        output.diagnostics
    }
}

/// Returns the diagnostics of a document that a command in `cwd` wrote in the JSON of this project, and those of what is wrong with
/// the run.
pub(crate) fn read_json(
    ended: &Ended,
    shown: &Shown,
    time: Duration,
    cwd: &Path,
    workspace: &mut Workspace,
    document: &Document,
) -> Vec<Diagnostic> {
    let file = document.path().unwrap_or(Path::new(""));
    let names = Names { document, file, stdin: None, cwd, overlay: None };
    let mut output = output::read(None, ended, &mut Files::new(&names, workspace));
    shown.add_problems(&mut output, ended, time, document);
    output.diagnostics
}

/// Reads JSON Lines of this project about a document, whose paths are those of the sources of the workspace.
pub(crate) fn read_lines(
    lines: &str,
    workspace: &mut Workspace,
    document: &Document,
) -> Vec<Diagnostic> {
    // The command itself depends on it, too.
    workspace.add_dependencies([working_directory(workspace, document)]);
    let cwd = workspace.root().map(Path::to_owned).unwrap_or_default();
    let file = document.path().unwrap_or(Path::new(""));
    let names = Names { document, file, stdin: None, cwd: &cwd, overlay: None };
    output::read_json(lines, &mut Files::new(&names, workspace)).diagnostics
}

/// Returns the directory in which the command runs: the root, or the directory of a document outside of it.
fn working_directory(workspace: &Workspace, document: &Document) -> PathBuf {
    let dir = document.path().and_then(Path::parent);
    match (workspace.root(), dir) {
        (Some(root), Some(dir)) if !dir.starts_with(root) => dir.to_owned(),
        (Some(root), _) => root.to_owned(),
        (None, Some(dir)) => dir.to_owned(),
        (None, None) => std::env::current_dir().unwrap_or_else(|_| std::env::temp_dir()),
    }
}

/// Returns the path of a program. A name without a separator is searched for by the system.
fn resolved(program: &OsStr, cwd: &Path) -> OsString {
    let path = Path::new(program);
    if path.components().count() > 1 { cwd.join(path).into() } else { program.to_owned() }
}

#[cfg(test)]
pub(crate) mod tests;
