//! The age of a line: when it was last changed, according to `git blame`.
//!
//! The modification time of the file would say nothing in a fresh clone. The time is the author's, which `git blame` shows
//! too. A line that is not committed yet has just been changed. In a shallow clone, a line of the oldest commit may be of an
//! earlier one that the clone does not have.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use vitte_diag::{SourceFile, text};

use crate::since::since;

/// Parses an age such as `30d`, which is subtracted from the time now, or a date.
pub(super) fn parse(text: &str) -> Result<Timestamp, String> {
    since(text, Timestamp::now())
}

/// The times of lines, for each file that has a diagnostic.
pub(super) struct Ages {
    root: PathBuf,
    /// Whether earlier commits are missing.
    is_shallow: bool,
    /// In seconds since 1970.
    older: Option<i64>,
    newer: Option<i64>,
    files: Mutex<Files>,
}

#[derive(Default)]
struct Files {
    /// The time of each line; none for a file that git does not know.
    times: HashMap<String, Arc<[LineTime]>>,
    /// The number of all times.
    len: usize,
}

/// When a line was last changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct LineTime {
    /// In seconds since 1970.
    at: i64,
    /// Whether it may have been earlier, in a commit that a shallow clone does not have.
    is_upper_bound: bool,
}

impl LineTime {
    /// Returns whether the time is before another one, or `None` if that is not known.
    fn is_before(self, time: i64) -> Option<bool> {
        if self.at < time { Some(true) } else { (!self.is_upper_bound).then_some(false) }
    }
}

/// The maximum number of times in memory. Then git is asked again.
const MAX_TIMES: usize = 1 << 20;

impl Ages {
    /// `older` and `newer` are the bounds of the times that match.
    ///
    /// # Errors
    ///
    /// A message if `root` is not in the working tree of a repository.
    pub(super) fn new(
        root: &Path,
        older: Option<Timestamp>,
        newer: Option<Timestamp>,
    ) -> Result<Self, String> {
        let mut ages = Self {
            root: root.to_owned(),
            is_shallow: false,
            older: older.map(Timestamp::as_second),
            newer: newer.map(Timestamp::as_second),
            files: Mutex::default(),
        };
        let shown = root.to_string_lossy();
        let shown = text::one_line(&shown);
        let output =
            ages.git(&["rev-parse", "--is-inside-work-tree", "--is-shallow-repository"]).output();
        let output = output
            .map_err(|error| format!("cannot run git, which knows the age of a line: {error}"))?;
        let mut answers = output.stdout.split(|byte| *byte == b'\n');
        if answers.next() != Some(b"true") {
            return Err(format!(
                "cannot find out the age of a line: `{shown}` is not in a git working tree; --root names another directory"
            ));
        }
        ages.is_shallow = answers.next() == Some(b"true");
        Ok(ages)
    }

    /// Returns true if the repository is a shallow clone, in which the times of many lines are not known.
    pub(super) const fn is_shallow(&self) -> bool {
        self.is_shallow
    }

    /// Returns whether the time of a line is in the bounds, or `None` if it is not known. `line` is 1-based.
    pub(super) fn matches(&self, path: &str, line: u32) -> Option<bool> {
        let index = usize::try_from(line).ok()?.checked_sub(1)?;
        let time = *self.times(path).get(index)?;
        let is_older = self.older.map_or(Some(true), |older| time.is_before(older));
        let is_newer = match self.newer {
            Some(newer) => time.is_before(newer).map(|is_before| !is_before),
            None => Some(true),
        };
        match (is_older, is_newer) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (older, newer) => older.and(newer),
        }
    }

    fn times(&self, path: &str) -> Arc<[LineTime]> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(times) = files.times.get(path) {
            return Arc::clone(times);
        }
        let times: Arc<[LineTime]> = self.blame(path).unwrap_or_default().into();
        if files.len + times.len() > MAX_TIMES || files.times.len() >= MAX_TIMES / 16 {
            *files = Files::default();
        }
        files.len += times.len();
        files.times.insert(path.to_owned(), Arc::clone(&times));
        times
    }

    /// Returns the time of each line, or `None` if git does not know the file.
    fn blame(&self, path: &str) -> Option<Vec<LineTime>> {
        if SourceFile::is_virtual_path(path) || path.contains('\0') {
            return None;
        }
        let mut git = self.git(&["blame", "--porcelain", "--no-textconv", "--", path]);
        let mut child = git.spawn().ok()?;
        let stdout = child.stdout.take().map(BufReader::new);
        let times = stdout.and_then(|stdout| porcelain(stdout, self.is_shallow));
        let status = child.wait().ok()?;
        times.filter(|_| status.success())
    }

    fn git(&self, arguments: &[&str]) -> Command {
        let mut git = Command::new("git");
        // Neither a file monitor nor an index that is written: git only reads.
        git.args(["--no-optional-locks", "-c", "core.fsmonitor=false", "-C"])
            .arg(&self.root)
            .args(arguments);
        git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        git
    }
}

/// Reads the output of `git blame --porcelain`: for each line its commit and numbers, once for each commit its properties,
/// and after a tab the text.
fn porcelain(mut output: impl BufRead, is_shallow: bool) -> Option<Vec<LineTime>> {
    let (mut times, mut of_commit) = (Vec::new(), HashMap::<Vec<u8>, LineTime>::new());
    let (mut commit, mut line) = (Vec::new(), Vec::new());
    let mut is_header = true;
    loop {
        line.clear();
        if output.read_until(b'\n', &mut line).ok()? == 0 {
            return Some(times);
        }
        if is_header {
            commit = line.split(|byte| *byte == b' ').next()?.to_vec();
            is_header = false;
        } else if line.first() == Some(&b'\t') {
            times.push(*of_commit.get(&commit)?);
            is_header = true;
        } else if let Some(time) = line.strip_prefix(b"author-time ") {
            let at = std::str::from_utf8(time).ok()?.trim().parse().ok()?;
            of_commit.insert(commit.clone(), LineTime { at, is_upper_bound: false });
        } else if is_shallow && line.starts_with(b"boundary") {
            if let Some(time) = of_commit.get_mut(&commit) {
                time.is_upper_bound = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_the_time_of_its_commit() {
        let output = b"aaaa 1 1 2\nauthor A\nauthor-time 100\nfilename x\n\tauthor-time 7\naaaa 2 2\n\t\nbbbb 3 3 1\nauthor-time 200\nboundary\n\tz\naaaa 9 4 1\n\tz";
        let times = |is_shallow| {
            let times = porcelain(&output[..], is_shallow).unwrap();
            times.iter().map(|time| (time.at, time.is_upper_bound)).collect::<Vec<_>>()
        };
        assert_eq!(times(false), [(100, false), (100, false), (200, false), (100, false)]);
        assert_eq!(times(true), [(100, false), (100, false), (200, true), (100, false)]);
        assert_eq!(porcelain(&b""[..], false), Some(vec![]));
        assert_eq!(porcelain(&b"aaaa 1 1\n\tx\n"[..], false), None);
    }
}
