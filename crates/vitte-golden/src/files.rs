//! The files of a suite: cases, and the goldens beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use vitte_diag::Format;
use walkdir::WalkDir;

/// The extension of the source after its fixes.
pub(crate) const FIXED: &str = "fixed";

/// Returns the extension of a golden file of a format: `stderr` for human output, otherwise the name of the format.
pub(crate) const fn extension(format: Format) -> &'static str {
    match format {
        Format::Human => "stderr",
        other => other.name(),
    }
}

/// A case: a source file below the directory of the suite.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct CaseFile {
    /// The path below the directory of the suite, with `/`, such as `names/twice.vitte`.
    pub(crate) name: String,
    /// The path on disk.
    pub(crate) path: PathBuf,
}

impl CaseFile {
    /// Returns the path of a golden file: `twice.stderr`, or `twice.REVISION.stderr`.
    pub(crate) fn golden(&self, revision: Option<&str>, extension: &str) -> PathBuf {
        let mut name = self.path.file_stem().unwrap_or_default().to_owned();
        for part in revision.into_iter().chain([extension]) {
            name.push(".");
            name.push(part);
        }
        self.path.with_file_name(name)
    }
}

/// What is below the directory of a suite.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Files {
    /// The cases, in the order of their names.
    pub(crate) cases: Vec<CaseFile>,
    /// The golden files without a case, in the order of their paths.
    pub(crate) orphans: Vec<PathBuf>,
    /// The golden files of cases, each with the index of its case.
    pub(crate) goldens: Vec<(PathBuf, usize)>,
    /// Files beside a case whose extension is nearly that of a golden, each with that extension.
    pub(crate) misspelt: Vec<(PathBuf, &'static str)>,
    /// What could not be listed.
    pub(crate) errors: Vec<String>,
}

impl Files {
    /// Lists the directory. Directories whose name is in `skipped`, and hidden files and directories, are not searched.
    /// `goldens` are the extensions of golden files.
    pub(crate) fn find(
        dir: &Path,
        extension: &str,
        skipped: &[String],
        goldens: &[&'static str],
    ) -> Self {
        let is_searched = |entry: &walkdir::DirEntry| {
            let name = entry.file_name().to_string_lossy();
            let is_skipped = name.starts_with('.')
                || (entry.file_type().is_dir() && skipped.iter().any(|one| *one == name));
            entry.depth() == 0 || !is_skipped
        };
        let mut files = Self::default();
        let mut others = Vec::new();
        let entries = WalkDir::new(dir).follow_links(true).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(is_searched) {
            let path = match entry {
                Ok(entry) if entry.file_type().is_file() && entry.depth() == 0 => {
                    files.errors.push(format!("`{}` is a file, not a directory", dir.display()));
                    continue;
                }
                Ok(entry) if entry.file_type().is_file() => entry.into_path(),
                Ok(_) => continue,
                Err(error) => {
                    files.errors.push(unreadable(&error));
                    continue;
                }
            };
            if has_extension(&path, extension) {
                let below = path.strip_prefix(dir).unwrap_or(&path);
                let parts: Vec<_> = below.iter().map(OsStr::to_string_lossy).collect();
                files.cases.push(CaseFile { name: parts.join("/"), path });
            } else if goldens.iter().any(|golden| has_extension(&path, golden)) {
                others.push(path);
            } else if let Some(golden) = nearly(&path, goldens) {
                files.misspelt.push((path, golden));
            }
        }
        files.cases.sort();
        let stems: BTreeSet<_> =
            files.cases.iter().map(|case| case.path.with_extension("")).collect();
        files.misspelt.retain(|(path, _)| stems.contains(&path.with_extension("")));
        files.assign(others);
        files
    }

    /// Finds the case of each golden file: that with the same stem, or with the stem without its last part, which is then
    /// a revision.
    fn assign(&mut self, goldens: Vec<PathBuf>) {
        let stems: BTreeMap<PathBuf, usize> = self
            .cases
            .iter()
            .zip(0..)
            .map(|(case, index)| (case.path.with_extension(""), index))
            .collect();
        for path in goldens {
            let stem = path.with_extension("");
            let case = stems.get(&stem).or_else(|| {
                let has_revision = stem.extension().is_some();
                stems.get(&stem.with_extension("")).filter(|_| has_revision)
            });
            match case {
                Some(&case) => self.goldens.push((path, case)),
                None => self.orphans.push(path),
            }
        }
    }

    /// Returns the golden files that a case does not use: those of revisions that it does not have, and those for all
    /// revisions if each one has its own. `revisions` returns the revisions of a case.
    pub(crate) fn unused(
        &self,
        mut revisions: impl FnMut(&CaseFile) -> Vec<String>,
    ) -> Vec<PathBuf> {
        let mut known: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let all: BTreeSet<&Path> = self.goldens.iter().map(|(path, _)| path.as_path()).collect();
        let mut unused = Vec::new();
        for (path, index) in &self.goldens {
            let Some(case) = self.cases.get(*index) else { continue };
            let (stem, own) = (path.with_extension(""), case.path.with_extension(""));
            let revisions = known.entry(*index).or_insert_with(|| revisions(case));
            let is_used = match stem.extension().filter(|_| stem != own) {
                Some(revision) => revisions.iter().any(|known| revision == known.as_str()),
                None => {
                    let extension = path.extension().unwrap_or_default().to_string_lossy();
                    let own = |revision: &String| case.golden(Some(revision), &extension);
                    let has_own = |revision| all.contains(own(revision).as_path());
                    revisions.is_empty() || !revisions.iter().all(has_own)
                }
            };
            if !is_used {
                unused.push(path.clone());
            }
        }
        unused
    }

    /// Returns the cases with goldens that are also those of a revision of another case, each with that case: `a.new.stderr`
    /// belongs to `a.new.v`, and to the revision `new` of `a.v`.
    pub(crate) fn ambiguous(
        &self,
        mut revisions: impl FnMut(&CaseFile) -> Vec<String>,
    ) -> Vec<(&CaseFile, &CaseFile)> {
        let stem = |case: &CaseFile| case.path.with_extension("");
        let stems: BTreeMap<PathBuf, &CaseFile> =
            self.cases.iter().map(|case| (stem(case), case)).collect();
        let other = |case| {
            let own = stem(case);
            let revision = own.extension()?.to_str()?;
            let other = *stems.get(&own.with_extension(""))?;
            self.goldens.iter().find(|(golden, _)| golden.with_extension("") == own)?;
            revisions(other).iter().any(|known| known == revision).then_some((case, other))
        };
        self.cases.iter().filter_map(other).collect()
    }
}

/// Returns true if the name of a file is more than an extension, which may have several parts, and ends with it.
fn has_extension(path: &Path, extension: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(extension).and_then(|stem| stem.strip_suffix('.'));
    stem.is_some_and(|stem| !stem.is_empty())
}

/// Returns the golden extension that the extension of a file probably should be.
fn nearly(path: &Path, goldens: &[&'static str]) -> Option<&'static str> {
    let own = path.extension()?.to_str()?;
    let is_near = |golden: &&&'static str| {
        let distance = strsim::osa_distance(&own.to_lowercase(), golden);
        distance <= 1 && golden.len() > 3 && own.len() > 2
    };
    goldens.iter().find(is_near).copied()
}

fn unreadable(error: &walkdir::Error) -> String {
    let path = error.path().unwrap_or(Path::new("")).display();
    if error.loop_ancestor().is_some() {
        return format!("cannot list `{path}`: the link leads to a directory above it");
    }
    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    // `cargo test` runs tests in the folder of their package, which the person who reads this may not be in.
    let is_relative = error.depth() == 0 && error.path().is_some_and(Path::is_relative);
    match std::env::current_dir().ok().filter(|_| is_relative) {
        Some(dir) => format!("cannot list `{path}` in `{}`: {reason}", dir.display()),
        None => format!("cannot list `{path}`: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &Files) -> Vec<&str> {
        files.cases.iter().map(|case| case.name.as_str()).collect()
    }

    #[test]
    fn cases_and_goldens_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let create = |path: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        };
        for path in [
            "b.v",
            "a.v",
            "sub/c.v",
            "auxiliary/x.v",
            ".hidden.v",
            "a.stderr",
            "a.new.json",
            "a.txt",
            "sub/c.fixed",
            "sub/d.sarif",
            "gone.stderr",
            "README.md",
            "x.y.v",
            "x.y.stderr",
            "auxiliary/x.stderr",
        ] {
            create(path);
        }
        let files = Files::find(
            dir.path(),
            "v",
            &["auxiliary".to_owned()],
            &["stderr", "json", "sarif", "fixed"],
        );
        assert_eq!(names(&files), ["a.v", "b.v", "sub/c.v", "x.y.v"]);
        let below = |paths: &[PathBuf]| {
            let below = |path: &PathBuf| {
                path.strip_prefix(dir.path()).unwrap().to_str().unwrap().to_owned()
            };
            paths.iter().map(below).collect::<Vec<_>>()
        };
        assert_eq!(below(&files.orphans), ["gone.stderr", "sub/d.sarif"]);
        let revisions =
            |case: &CaseFile| if case.name == "a.v" { vec!["old".to_owned()] } else { vec![] };
        assert_eq!(below(&files.unused(revisions)), ["a.new.json"]);
        assert!(files.unused(|_| vec!["new".to_owned()]).is_empty());
        assert!(files.ambiguous(|_| vec!["new".to_owned()]).is_empty());
        let golden = files.cases[2].golden(Some("new"), "stderr");
        assert_eq!(golden, dir.path().join("sub/c.new.stderr"));
        assert_eq!(files.errors, [""; 0]);
    }

    #[test]
    fn a_misspelt_golden_is_found() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.v", "a.stder", "a.Stderr", "a.jso", "a.txt", "a.js", "b.stder"] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        let files = Files::find(dir.path(), "v", &[], &["stderr", "json", "fixed"]);
        let names = files
            .misspelt
            .iter()
            .map(|(path, golden)| (path.file_name().unwrap().to_str().unwrap(), *golden));
        assert_eq!(
            names.collect::<Vec<_>>(),
            [("a.Stderr", "stderr"), ("a.jso", "json"), ("a.stder", "stderr")]
        );
    }

    #[test]
    fn a_missing_directory_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::find(&dir.path().join("none"), "v", &[], &[]);
        assert_eq!((files.cases.len(), files.errors.len()), (0, 1));
        assert!(files.errors[0].contains("none`: "), "{:?}", files.errors);
        let file = dir.path().join("a.v");
        std::fs::write(&file, "").unwrap();
        let files = Files::find(&file, "v", &[], &[]);
        assert_eq!((files.cases.len(), files.errors.len()), (0, 1));
        assert!(files.errors[0].ends_with("a.v` is a file, not a directory"));
    }
}
