//! Compiles cases by running the command of a compiler in any language.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::read::InputFormat;
use vitte_diag::{Diagnostic, DiagnosticBag, FileId, Severity, SourceMap, Stream};

use crate::output::{Compile, Input, Output};
use crate::problem::Problem;
use crate::process::{self, Ended};
use crate::temporary::{failed, with_file};

/// What is replaced in an argument by the path of the case.
const PATH: &str = "{path}";
/// What is replaced by the revision in an argument.
const REVISION: &str = "{revision}";
/// What is replaced in an argument by the path of an empty directory, which is removed afterwards.
const TMP: &str = "{tmp}";

/// A compiler that is run as a command.
#[derive(Clone, Debug)]
pub struct CompilerCommand {
    pub(crate) program: OsString,
    pub(crate) args: Vec<OsString>,
    /// The format of the output, or `None` for the JSON of this project.
    pub(crate) format: Option<InputFormat>,
    pub(crate) stream: Stream,
    pub(crate) revision_args: Vec<OsString>,
    pub(crate) envs: Vec<(OsString, OsString)>,
    pub(crate) timeout: Duration,
    pub(crate) root: PathBuf,
}

impl CompilerCommand {
    /// Returns the command for a case at `path`: program, arguments, flags of the case, and the path if no argument has it.
    fn command(&self, input: Input<'_>, path: &Path, tmp: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.envs(self.envs.iter().map(|(name, value)| (name, value)));
        let mut has_path = false;
        let mut add = |arg: &OsStr| {
            let Some(text) = arg.to_str() else {
                command.arg(arg);
                return;
            };
            let text = text.replace(REVISION, input.revision.unwrap_or_default());
            let text = text.replace(TMP, &tmp.to_string_lossy());
            has_path |= text.contains(PATH);
            command.arg(with_path(&text, path));
        };
        self.args.iter().for_each(|arg| add(arg));
        if input.revision.is_some() {
            self.revision_args.iter().for_each(|arg| add(arg));
        }
        input.options.flags.iter().for_each(|flag| add(flag.as_ref()));
        if !has_path {
            command.arg(path);
        }
        command
    }

    fn read(&self, ended: &Ended, input: Input<'_>, path: &Path) -> Output {
        let bytes = match self.stream {
            Stream::Stdout => &ended.stdout,
            Stream::Stderr => &ended.stderr,
        };
        let sources = SourceMap::with_root(&self.root);
        let mut output = match self.format {
            None => read_json(bytes, sources, input, path),
            Some(format) => read_with(format, bytes, sources, input, path),
        };
        let other = match self.stream {
            Stream::Stdout => &ended.stderr,
            Stream::Stderr => &ended.stdout,
        };
        output.raw.extend(String::from_utf8_lossy(other).lines().map(str::to_owned));
        match ended.status {
            Some(status) => output.problems.extend(self.status(
                status,
                &mut output.is_crashed,
                &output.diagnostics,
                input,
                ended,
            )),
            None => {
                let limit = input.options.timeout.unwrap_or(self.timeout).as_secs_f64();
                let message =
                    format!("the compiler was ended because it ran longer than {limit} s");
                output.problems.push(Problem::message(message).with_text(captured(ended)));
                output.is_crashed = true;
            }
        }
        output
    }

    /// Compares the exit code with the diagnostics.
    fn status(
        &self,
        status: ExitStatus,
        is_crashed: &mut bool,
        diagnostics: &[Diagnostic],
        input: Input<'_>,
        ended: &Ended,
    ) -> Option<Problem> {
        let has_errors =
            diagnostics.iter().any(|diagnostic| diagnostic.severity() >= Severity::Error);
        // The exit code of a case with errors is not that of its fixed source without them.
        let expected = input.options.exit_code.filter(|_| has_errors || !input.is_changed);
        let message = match (status.code(), expected) {
            (None, _) => {
                *is_crashed = true;
                format!("the compiler crashed: {}", process::describe(status))
            }
            (Some(code), Some(expected)) if code == expected => return None,
            (Some(code), Some(expected)) => {
                format!("the compiler exited with code {code}, not {expected}")
            }
            (Some(0), None) if has_errors => {
                "the compiler reported errors, but exited with code 0".to_owned()
            }
            (Some(code), None) if code != 0 && !has_errors => {
                format!("the compiler reported no errors, but exited with code {code}")
            }
            _ => return None,
        };
        let fatal =
            diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Fatal);
        let fatal: String =
            fatal.map(|diagnostic| diagnostic.render(&SourceMap::new()) + "\n").collect();
        Some(Problem::message(message).with_text(fatal + &captured(ended)))
    }
}

/// Returns an argument with the path of the case, which need not be UTF-8.
fn with_path(arg: &str, path: &Path) -> OsString {
    let mut parts = arg.split(PATH);
    let mut out = OsString::from(parts.next().unwrap_or_default());
    for part in parts {
        out.push(path);
        out.push(part);
    }
    out
}

fn captured(ended: &Ended) -> String {
    process::shown("stdout", &ended.stdout) + &process::shown("stderr", &ended.stderr)
}

impl Compile for CompilerCommand {
    fn compile(&self, input: Input<'_>) -> Output {
        with_file(input, |path| {
            let limit = input.options.timeout.unwrap_or(self.timeout);
            let tmp = match tempfile::tempdir() {
                Ok(tmp) => tmp,
                Err(error) => {
                    return failed(Problem::message(format!(
                        "cannot create a temporary directory: {error}"
                    )));
                }
            };
            match process::run(&mut self.command(input, &path, tmp.path()), limit) {
                Ok(ended) => self.read(&ended, input, &path),
                Err(error) => {
                    let program =
                        vitte_diag::text::one_line(&self.program.to_string_lossy()).into_owned();
                    failed(Problem::message(format!("cannot run `{program}`: {error}")))
                }
            }
        })
    }
}

/// The files of an output by the paths that it names.
struct Paths<'a> {
    sources: SourceMap,
    ids: HashMap<String, FileId>,
    case: FileId,
    path: &'a Path,
}

impl<'a> Paths<'a> {
    fn new(mut sources: SourceMap, input: Input<'_>, path: &'a Path) -> Self {
        let case = sources.insert(&input.case.path, input.text);
        Self { sources, ids: HashMap::new(), case, path }
    }

    /// Returns the file with a path. One that cannot be read is unavailable.
    fn file(&mut self, path: &str) -> FileId {
        if let Some(&id) = self.ids.get(path) {
            return id;
        }
        let named = Path::new(path);
        let is_case = named == self.path
            || self.sources.file(self.case).is_ok_and(|file| file.path() == path)
            || matches!((named.canonicalize(), self.path.canonicalize()), (Ok(a), Ok(b)) if a == b);
        let id = if is_case { self.case } else { self.load(path) };
        self.ids.insert(path.to_owned(), id);
        id
    }

    fn load(&mut self, path: &str) -> FileId {
        if vitte_diag::SourceFile::is_virtual_path(path) {
            return self.sources.add_unavailable(path, []).unwrap_or(FileId::DUMMY);
        }
        let loaded = self.sources.load(path);
        loaded.or_else(|_| self.sources.add_unavailable(path, [])).unwrap_or(FileId::DUMMY)
    }
}

/// Reads JSON Lines of this project. Lines that do not begin with `{` are other output.
fn read_json(bytes: &[u8], sources: SourceMap, input: Input<'_>, path: &Path) -> Output {
    let mut paths = Paths::new(sources, input, path);
    let (mut diagnostics, mut problems, mut raw) = (Vec::new(), Vec::new(), Vec::new());
    for (number, line) in (1..).zip(String::from_utf8_lossy(bytes).lines()) {
        if !line.starts_with('{') {
            raw.push(line.to_owned());
            continue;
        }
        let parsed =
            serde_json::from_str::<JsonDiagnostic<'_>>(line).map_err(|error| error.to_string());
        let parsed = parsed.and_then(|json| {
            json.to_diagnostic(|path| paths.file(path)).map_err(|error| error.to_string())
        });
        match parsed {
            Ok(diagnostic) => diagnostics.push(diagnostic),
            Err(reason) => {
                problems.push(Problem::message(format!(
                    "line {number} of the output is not a diagnostic: {reason}"
                )));
            }
        }
    }
    let issues = diagnostics.iter().cloned().collect::<DiagnosticBag>().validate(&paths.sources);
    problems.extend(Problem::of_spans(&issues));
    Output { diagnostics, problems, raw, ..Output::empty(paths.sources, paths.case) }
}

/// The begin of a line of rustc that repeats diagnostics, some of which the program has allowed.
const REPORT: &str = "{\"$message_type\":\"future_incompat\"";

/// Reads the output of another tool.
fn read_with(
    format: InputFormat,
    bytes: &[u8],
    sources: SourceMap,
    input: Input<'_>,
    path: &Path,
) -> Output {
    let text = String::from_utf8_lossy(bytes);
    // In a format of lines, other output may be among them.
    let is_lines = matches!(format, InputFormat::Rustc | InputFormat::Lsp);
    let (json, raw): (Vec<&str>, Vec<&str>) = match is_lines {
        true => text.lines().partition(|line| line.starts_with('{') && !line.starts_with(REPORT)),
        false => (vec![&text], Vec::new()),
    };
    let raw = raw.into_iter().map(str::to_owned).collect();
    let case_name = input.case.path.clone();
    let mut load = |named: &str| -> Option<Vec<u8>> {
        let named = Path::new(named);
        let is_case = named == path || named == case_name;
        if is_case { Some(input.text.to_vec()) } else { std::fs::read(named).ok() }
    };
    let json = json.join("\n");
    if json.trim().is_empty() {
        let paths = Paths::new(sources, input, path);
        return Output { raw, ..Output::empty(paths.sources, paths.case) };
    }
    match format.read_into(sources, json.as_bytes(), &mut load) {
        Ok(imported) => {
            let mut problems = Vec::new();
            for (number, reason) in imported.invalid_lines {
                problems.push(Problem::message(format!(
                    "line {number} of the output is not a diagnostic: {reason}"
                )));
            }
            let mut sources = imported.sources;
            let is_case = |file: &&vitte_diag::SourceFile| {
                let own = Path::new(file.path());
                own == path
                    || own == case_name
                    || own.canonicalize().ok() == path.canonicalize().ok()
            };
            let file = sources.files().find(is_case).map(vitte_diag::SourceFile::id);
            let file = file.unwrap_or_else(|| sources.insert(&input.case.path, input.text));
            let diagnostics = imported.diagnostics;
            Output { diagnostics, problems, raw, ..Output::empty(sources, file) }
        }
        Err(error) => {
            let mut output = failed(Problem::message(error.to_string()));
            output.raw = raw;
            output.is_crashed = false;
            output
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_may_be_a_part_of_an_argument() {
        for (arg, expected) in
            [("{path}", "a b"), ("--in={path},{path};", "--in=a b,a b;"), ("-x", "-x")]
        {
            assert_eq!(with_path(arg, Path::new("a b")), expected);
        }
    }
}
