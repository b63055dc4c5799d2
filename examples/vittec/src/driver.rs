//! `vittec check`: finds the files, checks them in parallel, and shows the diagnostics.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rayon::prelude::*;
use vitte_diag::cli::DiagnosticArgs;
use vitte_diag::input::{self, FileKind, InputError};
use vitte_diag::{
    Diagnostic, DiagnosticBag, FileId, Policy, SourceError, SourceFile, SourceMap, Span, Stream,
    Summary, Tool, codes, text,
};
use vittec::{capture, front};
use walkdir::{DirEntry, WalkDir};

use crate::crash::CrashRequest;

/// The maximum size of standard input in bytes. It is less than that of a file, because the size is not known before it is
/// read.
const MAX_STDIN_BYTES: u64 = 256 << 20;

/// The result of a check, which determines the exit code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// No errors: exit code 0.
    Clean,
    /// Errors: exit code 1.
    Errors,
    /// A file could not be read or written: exit code 2.
    IoError,
    /// The compiler itself failed on a file: exit code 101, as for a panic.
    Crashed,
}

impl Outcome {
    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Clean => 0,
            Self::Errors => 1,
            Self::IoError => 2,
            Self::Crashed => 101,
        })
    }
}

/// The sources of a check and their diagnostics.
#[derive(Debug, Default)]
pub(crate) struct Check {
    pub(crate) sources: SourceMap,
    pub(crate) bag: DiagnosticBag,
    pub(crate) policy: Policy,
    /// The files that were read.
    pub(crate) inputs: Vec<FileId>,
    /// One diagnostic for each file that could not be read.
    unreadable: Vec<Diagnostic>,
    /// The directories that were searched for files, as the user wrote them.
    searched: Vec<PathBuf>,
    root: PathBuf,
    crash: Option<CrashRequest>,
    /// The canonical paths of the files that were read, each with the directories in which it was found. A file that is
    /// named twice is checked once.
    seen: HashMap<PathBuf, Vec<PathBuf>>,
    /// The canonical paths of the directories that were searched, and of those that contain the named files.
    dirs: BTreeSet<PathBuf>,
}

impl Check {
    /// Checks the files that `arguments` name: files, directories, and `-` for `stdin`.
    pub(crate) fn run(
        arguments: &[OsString],
        stdin: &mut dyn Read,
        policy: &Policy,
        crash: Option<CrashRequest>,
    ) -> Self {
        let root = std::env::current_dir().unwrap_or_default();
        let sources = SourceMap::with_root(&root);
        let mut check = Self { sources, root, crash, policy: policy.clone(), ..Self::default() };
        let command_line = CommandLine::new(arguments, &mut check.sources);
        for (index, argument) in arguments.iter().enumerate() {
            if argument != "-" {
                check.read_path(Path::new(argument), command_line.span(index));
            } else if check.seen.insert("-".into(), Vec::new()).is_none() {
                check.read_stdin(stdin, command_line.span(index));
            }
        }
        check.check_inputs();
        check
    }

    fn check_inputs(&mut self) {
        let inputs = self.inputs.iter().filter_map(|&id| self.sources.file(id).ok());
        let files: Vec<&SourceFile> = inputs.collect();
        capture::set_sources(&self.sources);
        let found: Vec<DiagnosticBag> =
            files.par_iter().map(|file| self.check_file(file)).collect();
        self.bag = DiagnosticBag::with_policy(self.policy.clone());
        self.bag.extend(self.unreadable.iter().cloned());
        found.into_iter().for_each(|bag| self.bag.merge(bag));
    }

    /// Returns the diagnostics of a file. If the compiler itself panics on the file, that is a diagnostic too, and
    /// the other files are still checked.
    fn check_file(&self, file: &SourceFile) -> DiagnosticBag {
        let at_item = |line| {
            if let Some(crash) = self.crash {
                crash.at_item(line);
            }
        };
        let mut bag = DiagnosticBag::with_policy(self.policy.clone());
        let check = || {
            front::check_into(file, &at_item, &mut bag);
            if self.crash.is_some_and(CrashRequest::runs_bug) {
                front::slots::check(file);
            }
        };
        if let Err(report) = capture::catch_panic(check) {
            bag.push(report.to_diagnostic());
        }
        bag
    }

    /// Repeats the check with new contents for some of the files.
    pub(crate) fn with_texts(&self, texts: &BTreeMap<FileId, Vec<u8>>, policy: &Policy) -> Self {
        let mut sources = SourceMap::with_root(&self.root);
        for file in self.sources.files() {
            let text = texts.get(&file.id()).map_or(file.bytes(), Vec::as_slice);
            // If new contents are too large, all files keep their old ones.
            if sources.add(file.path(), text).is_err() {
                sources = self.sources.clone();
                break;
            }
        }
        let (inputs, unreadable) = (self.inputs.clone(), self.unreadable.clone());
        let (policy, root) = (policy.clone(), self.root.clone());
        let (searched, crash) = (self.searched.clone(), self.crash);
        let mut check =
            Self { sources, policy, inputs, unreadable, searched, root, crash, ..Self::default() };
        check.check_inputs();
        check
    }

    /// Emits the diagnostics, and for people a summary. `fixed` is the number of suggestions that were applied
    /// before.
    pub(crate) fn show(
        &self,
        arguments: &DiagnosticArgs,
        tool: &Tool,
        fixed: usize,
    ) -> io::Result<Outcome> {
        let options = arguments.options(tool).with_highlighter(front::VitteHighlighter::default());
        let summary = self.bag.emit(&self.sources, &mut *arguments.emitter_with(&options))?;
        // Formats for programs get the summary only if diagnostics were suppressed or fixed.
        if arguments.outputs.writes_to(Stream::Stderr) || summary.suppressed > 0 || fixed > 0 {
            io::stderr().write_all(self.summary_line(summary, fixed).as_bytes())?;
        }
        Ok(self.outcome())
    }

    /// Returns the last line for people: the numbers of diagnostics, files and applied suggestions.
    fn summary_line(&self, summary: Summary, fixed: usize) -> String {
        let gap = if summary.total() > 0 { "\n" } else { "" };
        let files = match self.inputs.len() {
            0 if summary.total() == 0 => return self.no_files_line(),
            0 => String::new(),
            files => format!(" in {files} {}", text::plural("file", files)),
        };
        let fixed = if fixed > 0 { format!(", {fixed} fixed") } else { String::new() };
        format!("{gap}{summary}{files}{fixed}\n")
    }

    fn no_files_line(&self) -> String {
        let quoted = |dir: &PathBuf| format!("`{}`", text::one_line(&dir.to_string_lossy()));
        let dirs: Vec<String> = self.searched.iter().map(quoted).collect();
        format!("no .vitte files found in {}\n", dirs.join(", "))
    }

    pub(crate) fn outcome(&self) -> Outcome {
        if self.bag.summary().fatal > 0 {
            return Outcome::Crashed;
        }
        match (self.unreadable.is_empty(), self.bag.has_errors()) {
            (false, _) => Outcome::IoError,
            (true, true) => Outcome::Errors,
            (true, false) => Outcome::Clean,
        }
    }

    fn read_stdin(&mut self, stdin: &mut dyn Read, argument: Span) {
        match input::read_stream(stdin, MAX_STDIN_BYTES) {
            Ok(text) => {
                let added = self.sources.add("<stdin>", text);
                self.add_input(added, "<stdin>", argument);
            }
            Err(error) => {
                let is_too_large = matches!(error, InputError::TooLarge { .. });
                let help = is_too_large.then_some("save it to a file and pass its path");
                self.report_unreadable("<stdin>", argument, &error.to_string(), help);
            }
        }
    }

    /// Reads a file, or every `.vitte` file below a directory in the order of file names.
    fn read_path(&mut self, path: &Path, argument: Span) {
        if !path.is_dir() {
            let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
            let dir = dir.unwrap_or(Path::new("."));
            self.dirs.extend(dir.canonicalize());
            return self.read_file(path, dir, argument);
        }
        self.searched.push(path.to_owned());
        let root = path.canonicalize().unwrap_or_default();
        let walk = WalkDir::new(path).follow_links(true).sort_by_file_name();
        // Links may lead to the same directory several times. It is read once.
        let mut linked = HashSet::new();
        let is_new = |entry: &DirEntry| {
            let is_link = entry.path_is_symlink() && entry.file_type().is_dir();
            !is_link || entry.path().canonicalize().is_ok_and(|path| linked.insert(path))
        };
        for entry in walk.into_iter().filter_entry(is_new) {
            match entry {
                Ok(entry) => {
                    if entry.file_type().is_dir() {
                        // A link may lead out of the directory that the user named.
                        let dir = entry.path().canonicalize().ok();
                        self.dirs.extend(dir.filter(|dir| dir.starts_with(&root)));
                    }
                    let is_source = entry.path().extension().is_some_and(|name| name == "vitte");
                    if is_source && entry.file_type().is_file() {
                        self.read_file(entry.path(), path, argument);
                    }
                }
                // Not errors: a link to a parent directory, which is read anyway, and a broken link that does not
                // have the name of a source file.
                Err(error) if error.loop_ancestor().is_some() || is_unrelated_link(&error) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(path).to_string_lossy().into_owned();
                    let reason =
                        error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    self.report_unreadable(&path, argument, &reason, None);
                }
            }
        }
    }

    /// Reads a file that was found in `dir`.
    fn read_file(&mut self, path: &Path, dir: &Path, argument: Span) {
        if let Ok(path) = path.canonicalize() {
            let dirs = self.seen.entry(path).or_default();
            dirs.push(dir.to_owned());
            if dirs.len() > 1 {
                return;
            }
        }
        let loaded = self.sources.load(path);
        self.add_input(loaded, &path.to_string_lossy(), argument);
    }

    fn add_input(&mut self, read: Result<FileId, SourceError>, path: &str, argument: Span) {
        match read {
            Ok(file) => self.inputs.push(file),
            Err(SourceError::Io { error, .. }) => {
                self.report_unreadable(path, argument, &error.to_string(), None);
            }
            Err(SourceError::NotAFile { kind, .. }) => {
                let help = FileKind::is_stream(kind)
                    .then_some("only files are read; pass `-` to read standard input");
                let reason = InputError::NotAFile(kind).to_string();
                self.report_unreadable(path, argument, &reason, help);
            }
            Err(error) => self.report_unreadable(path, argument, &error.to_string(), None),
        }
    }

    fn report_unreadable(&mut self, path: &str, argument: Span, reason: &str, help: Option<&str>) {
        let path = &text::one_line(path);
        self.unreadable.push(Unreadable { path, argument, reason, help }.into());
    }

    /// Returns a diagnostic for each file that could not be read.
    pub(crate) fn unreadable(&self) -> &[Diagnostic] {
        &self.unreadable
    }

    /// Returns the directories in which an input was found: those that the user named, or that of a named file.
    pub(crate) fn roots(&self, file: &Path) -> &[PathBuf] {
        let seen = file.canonicalize().ok().and_then(|path| self.seen.get(&path));
        seen.map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the directories in which files may be fixed.
    pub(crate) fn dirs(&self) -> impl Iterator<Item = &Path> {
        self.dirs.iter().map(PathBuf::as_path)
    }
}

/// Prints an error of the command line and returns exit code 2.
pub(crate) fn usage(error: &str) -> io::Result<ExitCode> {
    writeln!(io::stderr(), "vittec: {error}")?;
    Ok(ExitCode::from(2))
}

/// A file cannot be read.
#[derive(Diagnostic)]
#[diagnostic(error, code = codes::E0004, message = "cannot read `{path}`")]
struct Unreadable<'a> {
    path: &'a str,
    #[primary]
    argument: Span,
    #[note]
    reason: &'a str,
    #[help]
    help: Option<&'a str>,
}

/// Returns true if a directory entry that could not be read is a link without the name of a source file.
fn is_unrelated_link(error: &walkdir::Error) -> bool {
    let is_link = error.path().is_some_and(Path::is_symlink);
    let is_source = error.path().and_then(Path::extension).is_some_and(|name| name == "vitte");
    is_link && !is_source
}

/// The arguments as a source file, so that a label can point at an argument.
struct CommandLine {
    arguments: Vec<Span>,
}

impl CommandLine {
    fn new(arguments: &[OsString], sources: &mut SourceMap) -> Self {
        let texts: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
        let Ok(file) = sources.add("<command line>", texts.join(" ")) else {
            return Self { arguments: Vec::new() };
        };
        let mut lo = 0;
        let mut spans = Vec::with_capacity(texts.len());
        for argument in texts {
            spans.extend(sources.span(file, lo..lo + argument.len()));
            lo += argument.len() + 1;
        }
        Self { arguments: spans }
    }

    fn span(&self, index: usize) -> Span {
        self.arguments.get(index).copied().unwrap_or(Span::empty(FileId::new(0), 0))
    }
}
