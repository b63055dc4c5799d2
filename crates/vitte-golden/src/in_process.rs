//! Compiles cases by calling a function of the compiler.

use std::any::Any;
use std::ffi::OsString;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use vitte_diag::{Diagnostic, DiagnosticBag, FileId, Severity, SourceFile, SourceMap};

use crate::case::{Case, Compiled};
use crate::output::{Compile, Input, Output};
use crate::problem::Problem;
use crate::temporary::with_file;

/// A function that compiles a case.
pub(crate) struct Function {
    pub(crate) run: Box<dyn Fn(&mut Case) -> Compiled>,
    /// The working directory of the process.
    pub(crate) root: PathBuf,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Compile for Function {
    fn compile(&self, input: Input<'_>) -> Output {
        with_file(input, |path| {
            let mut sources = SourceMap::with_root(&self.root);
            let file = sources.insert(&input.case.path, input.text);
            let mut case = Case {
                name: input.case.name.clone(),
                path,
                sources,
                file,
                revision: input.revision.map(str::to_owned),
                flags: input.options.flags.clone(),
                values: input.options.values.clone(),
            };
            match panic::catch_unwind(AssertUnwindSafe(|| (self.run)(&mut case))) {
                Ok(compiled) => output(compiled, case),
                Err(payload) => Output {
                    problems: vec![panic_problem(&*payload)],
                    is_crashed: true,
                    ..output(DiagnosticBag::new().into(), case)
                },
            }
        })
    }
}

fn output(compiled: Compiled, case: Case) -> Output {
    let (sources, file) = match compiled.sources {
        Some(sources) => {
            let file = find_case(&sources, case.source());
            (sources, file)
        }
        None => (case.sources, case.file),
    };
    let entries = compiled.bag.ordered_in(&sources);
    let diagnostics: Vec<Diagnostic> =
        entries.iter().map(|entry| entry.diagnostic.clone()).collect();
    let mut problems = Vec::new();
    if let Some(error) = compiled.error {
        let text = error.render(&sources);
        problems.push(Problem::message("the compiler returned an error").with_text(text));
    }
    problems.extend(Problem::of_spans(&compiled.bag.validate(&sources)));
    Output { diagnostics, problems, ..Output::empty(sources, file) }
}

/// Finds the file of a case in the sources of a compiler, which may have another path for it: by the path, or by the text.
fn find_case(sources: &SourceMap, case: Option<&SourceFile>) -> FileId {
    let same = |text: fn(&SourceFile) -> &str| {
        let case = case.map(text);
        sources.files().find(|file| Some(text(file)) == case)
    };
    let file = same(SourceFile::path).or_else(|| same(SourceFile::text));
    file.or_else(|| sources.files().next()).map_or(FileId::DUMMY, SourceFile::id)
}

/// What a case can leave behind in its process: after a panic, locks are poisoned and the state of the compiler may be
/// inconsistent, and code of the standard library and of the compiler reads environment variables.
#[derive(Debug)]
pub(crate) struct Leftovers {
    variables: Vec<(OsString, OsString)>,
}

impl Leftovers {
    /// Remembers the state of the process before its first case.
    pub(crate) fn before() -> Self {
        Self { variables: std::env::vars_os().collect() }
    }

    /// Returns true if another case would find a changed process.
    pub(crate) fn exist(&self) -> bool {
        HAS_PANICKED.load(Ordering::Relaxed)
            || std::env::vars_os().collect::<Vec<_>>() != self.variables
    }
}

/// Whether the compiler has panicked.
static HAS_PANICKED: AtomicBool = AtomicBool::new(false);

/// Where the last panic was.
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Records the location of each panic before the hook that was installed before runs.
pub(crate) fn record_panics() {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let at = info.location().map_or_else(String::new, ToString::to_string);
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
        previous(info);
    }));
}

fn panic_problem(payload: &(dyn Any + Send)) -> Problem {
    HAS_PANICKED.store(true, Ordering::Relaxed);
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = format!("the compiler panicked: {}", text.unwrap_or("the payload is not a text"));
    let mut fatal = Diagnostic::without_location(Severity::Fatal, None, message);
    let at = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
    if !at.is_empty() {
        fatal.add_note(format!("at {at}"));
    }
    Problem::new(fatal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_is_found_in_other_sources() {
        let mut sources = SourceMap::new();
        let case = sources.insert("ui/a.my", "a @");
        let case = sources.file(case).ok();
        let mut others = SourceMap::new();
        let prelude = others.insert("prelude.my", "fn f");
        assert_eq!(find_case(&others, case), prelude);
        let by_text = others.insert("/home/ana/ui/a.my", "a @");
        assert_eq!(find_case(&others, case), by_text);
        let by_path = others.insert("ui/a.my", "a $");
        assert_eq!(find_case(&others, case), by_path);
    }

    #[test]
    fn changed_variables_are_leftovers() {
        assert!(!Leftovers::before().exist());
        let name = || (OsString::from("VITTE_GOLDEN_REMOVED"), OsString::new());
        assert!(Leftovers { variables: std::env::vars_os().chain([name()]).collect() }.exist());
    }
}
