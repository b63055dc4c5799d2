//! `vitte crash symbolise`: fills in the names of a report whose program had no symbols.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use vitte_capsule::symbols::{DebugPaths, ReportModule, ReportModules, SymbolFile};
use vitte_capsule::{Capsule, CrashReport, Existing, Redactor, with_home, write_atomically};
use vitte_diag::text;

use super::directory::OneCrash;
use super::page::{count, display_path, safe};
use super::shell::{CommandResult, Failure, Shell};
use super::target::LoadedCrash;

/// The arguments of `vitte crash symbolise`.
#[derive(Debug, Args)]
pub(super) struct Symbolise {
    #[command(flatten)]
    crash: OneCrash,
    /// Read symbols from this program, library or debug file; may be repeated
    #[arg(long, value_name = "FILE")]
    debug: Vec<PathBuf>,
    /// Use the files of --debug even if their build ids differ, or are not known
    #[arg(long)]
    force: bool,
    /// Write the new capsule to this file, and leave the crash as it is
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write one JSON document: the path, the fingerprint and the modules
    #[arg(long)]
    json: bool,
}

/// What became of one module.
#[derive(Serialize)]
struct ModuleResult {
    module: String,
    build_id: Option<String>,
    /// The file with the symbols.
    file: Option<String>,
    /// Addresses without a function or a line before.
    unresolved: usize,
    completed: usize,
}

/// The JSON document.
#[derive(Serialize)]
struct SymboliseJson<'a> {
    id: &'a str,
    path: Option<String>,
    fingerprint: String,
    previous_fingerprint: String,
    completed: usize,
    modules: &'a [ModuleResult],
}

impl Symbolise {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> CommandResult {
        let LoadedCrash { mut capsule, path, .. } = self.crash.load(shell)?;
        let modules = ReportModules::of(&capsule.report);
        let mut files = self.open(&modules.modules)?;
        let paths = DebugPaths::from_env();
        let results: Vec<ModuleResult> = modules
            .modules
            .iter()
            .map(|module| {
                let given = files.iter().position(|(owner, _)| owner == module);
                let mut found = match given {
                    Some(at) => Some(files.swap_remove(at).1),
                    None => find(module, &paths),
                };
                complete(&modules, module, found.as_mut(), &mut capsule.report, &paths)
            })
            .collect();
        let previous = capsule.fingerprint;
        let completed = results.iter().map(|result| result.completed).sum();
        let mut written = None;
        if completed > 0 {
            capsule = symbolised(capsule);
            written = Some(self.write(&capsule, path)?);
        }
        if self.json {
            return shell.json(&SymboliseJson {
                id: &capsule.report.id,
                path: written.map(|path| path.to_string_lossy().into_owned()),
                fingerprint: capsule.fingerprint.to_string(),
                previous_fingerprint: previous.to_string(),
                completed,
                modules: &results,
            });
        }
        for result in results.iter().filter(|result| result.unresolved > 0) {
            writeln!(shell.out, "{}", result.line())?;
        }
        match written {
            Some(path) => writeln!(shell.out, "{}", display_path(&path))?,
            None => writeln!(shell.out, "nothing to add")?,
        }
        Ok(())
    }

    /// Opens the given files, and finds the module of each. A file that belongs to none is an error, and so are two for one
    /// module.
    fn open(&self, modules: &[ReportModule]) -> CommandResult<Vec<(ReportModule, SymbolFile)>> {
        let open = |path: &PathBuf| {
            let file = SymbolFile::open(path).map_err(Failure::message)?;
            if !file.has_symbols() {
                let shown = display_path(path);
                return Err(Failure::Message(format!(
                    "`{shown}` has no symbols; pass the file from before it was stripped"
                )));
            }
            match self.module_of(&file, modules) {
                Some(module) => Ok((module.clone(), file)),
                None => Err(mismatch(&file, modules)),
            }
        };
        let mut files: Vec<(ReportModule, SymbolFile)> = Vec::new();
        for path in &self.debug {
            let (module, file) = open(path)?;
            if let Some((_, first)) = files.iter().find(|(other, _)| *other == module) {
                let (first, second) = (display_path(first.path()), display_path(path));
                let module = safe(module.name());
                return Err(Failure::Message(format!(
                    "`{first}` and `{second}` are both for `{module}`; pass one of them"
                )));
            }
            files.push((module, file));
        }
        Ok(files)
    }

    /// Returns the module that a file belongs to: the one with its build id, or, with `--force`, the one with its name
    /// or the first one.
    fn module_of<'a>(
        &self,
        file: &SymbolFile,
        modules: &'a [ReportModule],
    ) -> Option<&'a ReportModule> {
        let has_same_id = |module: &&ReportModule| {
            module.build_id.is_some() && module.build_id.as_ref() == file.build_id()
        };
        let name = file.path().file_name().unwrap_or_default().to_string_lossy();
        let has_name = |module: &&ReportModule| {
            name.strip_prefix(module.name())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let forced = || {
            let of_name = modules.iter().find(has_name);
            of_name.or_else(|| modules.iter().find(|module| module.unresolved > 0))
        };
        let same = modules.iter().find(has_same_id);
        same.or_else(|| if self.force { forced() } else { None })
    }

    /// Stores the new capsule. Returns its path.
    fn write(&self, capsule: &Capsule, path: Option<PathBuf>) -> CommandResult<PathBuf> {
        if let Some(output) = &self.output {
            let bytes = capsule.to_bytes().map_err(Failure::message)?;
            write_atomically(output, &bytes, Existing::Replace).map_err(|error| {
                let shown = display_path(output);
                Failure::Message(format!("cannot write `{shown}`: {error}"))
            })?;
            return Ok(output.clone());
        }
        let Some(path) = path else {
            return Err(Failure::Message(
                "the report was stored without a capsule; pass --output FILE for the new capsule"
                    .into(),
            ));
        };
        let repository = self.crash.directory.repository();
        let same = |stored: PathBuf| Some(stored.canonicalize().ok()? == path.canonicalize().ok()?);
        let stored = repository.path(&capsule.report.id).ok();
        let is_stored = stored.and_then(same).unwrap_or(false);
        if !is_stored {
            let shown = display_path(&path);
            return Err(Failure::Message(format!(
                "`{shown}` is not in the repository; pass --output FILE for the new capsule"
            )));
        }
        let has_html = path.with_extension("html").symlink_metadata().is_ok();
        let new = repository.replace(&path, capsule)?;
        if has_html {
            repository.save_html(&capsule.report.id, &capsule.to_html())?;
        }
        Ok(new)
    }
}

/// Finds the file of a module by its build id.
fn find(module: &ReportModule, paths: &DebugPaths) -> Option<SymbolFile> {
    if module.unresolved == 0 {
        return None;
    }
    SymbolFile::find(Path::new(&*with_home(&module.path)), module.build_id.as_ref()?, paths)
}

fn complete(
    modules: &ReportModules,
    module: &ReportModule,
    file: Option<&mut SymbolFile>,
    report: &mut CrashReport,
    paths: &DebugPaths,
) -> ModuleResult {
    let shown = file.as_ref().map(|file| file.path().to_string_lossy().into_owned());
    // The names come from a file that the capture did not read. All else was redacted as the program wanted it.
    let redactor = Redactor::default();
    let to_stored = |name: &str| redactor.path(name).into_owned();
    let completed = file.map_or(0, |file| modules.fill_in(report, module, file, paths, to_stored));
    ModuleResult {
        module: module.path.clone(),
        build_id: module.build_id.as_ref().map(ToString::to_string),
        file: shown,
        unresolved: module.unresolved,
        completed,
    }
}

/// Returns a capsule whose other parts follow from the completed report.
fn symbolised(mut capsule: Capsule) -> Capsule {
    let new = Capsule::new(capsule.report);
    capsule.fingerprint = new.fingerprint;
    capsule.diagnostic = new.diagnostic;
    capsule.report = new.report;
    capsule
}

/// Returns the error of a file that belongs to none of the modules.
fn mismatch(file: &SymbolFile, modules: &[ReportModule]) -> Failure {
    let id = |id: Option<&vitte_capsule::symbols::BuildId>| match id {
        Some(id) => format!("the build id {id}"),
        None => "no build id".to_owned(),
    };
    let modules: Vec<String> = modules
        .iter()
        .map(|module| format!("`{}` has {}", safe(module.name()), id(module.build_id.as_ref())))
        .collect();
    let listed = match modules.is_empty() {
        true => "the report has no modules".to_owned(),
        false => format!("in the report, {}", modules.join(", ")),
    };
    Failure::Message(format!(
        "`{}` has {}, but {listed}; pass --force if it is the right file",
        display_path(file.path()),
        id(file.build_id()),
    ))
}

impl ModuleResult {
    fn line(&self) -> String {
        let frames = count(self.unresolved, "address", "addresses");
        let module = safe(&self.module);
        match &self.file {
            Some(file) => {
                let file = text::one_line(file);
                format!("{module}: {} of {frames} completed from `{file}`", self.completed)
            }
            None => {
                let id = self.build_id.as_deref().unwrap_or("unknown");
                format!("{module}: {frames} without symbols; its build id is {id}")
            }
        }
    }
}
