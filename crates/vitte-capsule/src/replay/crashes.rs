//! The crashes that a run has stored. The program is untrusted, and so is what it stores.

use std::fs::{self, ReadDir};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use vitte_diag::text;

use super::result::OtherCrash;
use super::schedule::{Schedule, until};
use crate::capsule::Capsule;
use crate::fingerprint::{Fingerprint, FingerprintParts};
use crate::report::CrashReport;

/// The number of crashes of one run that are examined.
const MAX_CRASHES: usize = 16;
/// The number of names in directories that are examined.
const MAX_NAMES: usize = 20_000;
/// The maximum length of the message of another crash, in bytes.
const MAX_MESSAGE_BYTES: usize = 4096;
/// The pause between two checks whether the user has asked to stop.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// What a crash must have in common with the replayed one.
#[derive(Debug)]
pub(super) struct Expected {
    stored: Fingerprint,
    /// The fingerprint that this version computes; the capsule may come from another version.
    computed: Fingerprint,
    /// Set if the outermost frames may differ.
    similar: Option<FingerprintParts>,
}

impl Expected {
    pub(super) fn new(capsule: &Capsule, is_lenient: bool) -> Self {
        Self {
            stored: capsule.fingerprint,
            computed: Fingerprint::of(&capsule.report),
            similar: is_lenient.then(|| Fingerprint::parts(&capsule.report)),
        }
    }

    fn is_same(&self, crash: &Capsule) -> bool {
        crash.fingerprint == self.stored
            || Fingerprint::of(&crash.report) == self.computed
            || self.similar.as_ref().is_some_and(|parts| is_similar(parts, &crash.report))
    }
}

/// Returns whether two crashes have the same kind, message and inner frames, where one may have additional
/// outermost frames. A compiler may compile one file in its main thread and several files in worker threads,
/// whose stacks start with other frames.
fn is_similar(a: &FingerprintParts, report: &CrashReport) -> bool {
    const MIN_SHARED_FRAMES: usize = 2;
    let b = Fingerprint::parts(report);
    let shared = a.frames.len().min(b.frames.len());
    shared >= MIN_SHARED_FRAMES
        && (&a.kind, &a.message) == (&b.kind, &b.message)
        && a.frames.get(..shared) == b.frames.get(..shared)
}

/// The crashes of a run.
#[derive(Debug, Default)]
pub(super) struct StoredCrashes {
    /// The crash that is the same as the replayed one.
    pub(super) same: Option<Capsule>,
    /// The newest of the other crashes.
    pub(super) other: Option<Capsule>,
    /// All other crashes that were examined.
    pub(super) others: Vec<OtherCrash>,
    /// The number of files that were not examined, as far as it is known.
    pub(super) unread: usize,
    /// The number of files that cannot be read.
    pub(super) unreadable: usize,
}

/// Reads the crashes in a directory until one is the same as the replayed one. Those that probably are come first, then
/// the newest ones. Stops at the deadline of the schedule, even if a file takes longer to read.
pub(super) fn read(dir: &Path, expected: &Arc<Expected>, schedule: &Schedule) -> StoredCrashes {
    let FoundFiles { mut files, is_complete } =
        capsule_files(dir, &expected.stored.short(), schedule.read);
    let unread = files.len() + usize::from(!is_complete);
    let mut found = StoredCrashes { unread, ..StoredCrashes::default() };
    files.truncate(MAX_CRASHES);
    if files.is_empty() {
        return found;
    }
    let is_cancelled = Arc::new(AtomicBool::new(false));
    // Without a queue, because a crash can have the size of the largest capsule.
    let (sender, receiver) = mpsc::sync_channel(0);
    let (expected, cancelled) = (Arc::clone(expected), Arc::clone(&is_cancelled));
    let read = move || {
        for file in files {
            let crash = Capsule::read(file).ok();
            let crash = crash.map(|crash| (expected.is_same(&crash), crash));
            if cancelled.load(Ordering::Relaxed) || sender.send(crash).is_err() {
                break;
            }
        }
    };
    // Reading cannot be interrupted, so it is abandoned at the deadline.
    if thread::Builder::new().name("crashes".to_owned()).spawn(read).is_ok() {
        while let Some(crash) = next(&receiver, schedule) {
            found.unread = found.unread.saturating_sub(1);
            if found.add(crash) {
                break;
            }
        }
    }
    is_cancelled.store(true, Ordering::Relaxed);
    found
}

impl StoredCrashes {
    /// Adds a crash and whether it is the same. Returns whether it is.
    fn add(&mut self, crash: Option<(bool, Capsule)>) -> bool {
        match crash {
            Some((true, crash)) => self.same = Some(crash),
            Some((false, crash)) => {
                self.others.push(OtherCrash {
                    fingerprint: crash.fingerprint,
                    kind: crash.report.kind(),
                    message: text::truncate(&crash.report.message, MAX_MESSAGE_BYTES).to_owned(),
                });
                self.other.get_or_insert(crash);
            }
            // Damaged, for example.
            None => self.unreadable += 1,
        }
        self.same.is_some()
    }
}

/// Receives the next crash. Returns `None` after the last one, at the deadline, and if the user asks to stop.
fn next<T>(receiver: &Receiver<T>, schedule: &Schedule) -> Option<T> {
    loop {
        let time = until(schedule.read);
        match receiver.recv_timeout(time.min(POLL_INTERVAL)) {
            Ok(crash) => return Some(crash),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if time.is_zero() || schedule.is_stopped() => {
                return None;
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// The files of a repository, and whether these are all.
struct FoundFiles {
    files: Vec<PathBuf>,
    is_complete: bool,
}

/// A capsule file. Sorts by what is examined first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct CapsuleFile {
    is_of_other_fingerprint: bool,
    /// The name begins with the time.
    name: std::cmp::Reverse<String>,
    path: PathBuf,
}

/// Returns the capsules of a repository: `KIND/DAY/FINGERPRINT/ID.vittecrash`, and `ID.vittecrash`, where a program with few
/// file descriptors stores them. The index is not read, because it could have any size and name any file; links are not
/// followed.
fn capsule_files(dir: &Path, fingerprint: &str, deadline: Instant) -> FoundFiles {
    const DEPTH: usize = 4;
    let mut open: Vec<ReadDir> = fs::read_dir(dir).into_iter().collect();
    let (mut files, mut names) = (Vec::new(), 0);
    while let Some(entries) = open.last_mut() {
        names += 1;
        if names > MAX_NAMES || Instant::now() >= deadline {
            break;
        }
        let Some(entry) = entries.next() else {
            open.pop();
            continue;
        };
        let Ok((kind, entry)) = entry.and_then(|entry| Ok((entry.file_type()?, entry))) else {
            continue;
        };
        let path = entry.path();
        let is_capsule = path.extension().is_some_and(|end| end == Capsule::EXTENSION);
        if kind.is_dir() && open.len() < DEPTH {
            open.extend(fs::read_dir(&path));
        } else if kind.is_file() && is_capsule && matches!(open.len(), 1 | DEPTH) {
            let name = std::cmp::Reverse(entry.file_name().to_string_lossy().into_owned());
            let dir = path.parent().and_then(Path::file_name);
            let is_of_other_fingerprint = dir.is_none_or(|dir| dir != fingerprint);
            files.push(CapsuleFile { is_of_other_fingerprint, name, path });
        }
    }
    files.sort_unstable();
    let is_complete = open.is_empty();
    FoundFiles { files: files.into_iter().map(|file| file.path).collect(), is_complete }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capsules_are_listed_without_links_and_those_of_the_fingerprint_first() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let create = |path: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        // Stored when the program had few file descriptors.
        let (new, old) = ("x.vittecrash", "0.vittecrash");
        let (a, b, same) = (
            "panic/2025-10-22/00000000/a.vittecrash",
            "panic/2025-10-23/00000000/b.vittecrash",
            "signal/2020-01-01/1a2b3c4d/0.vittecrash",
        );
        for path in [new, old, a, b, same, "panic/2025-10-22/00000000/a.html"] {
            create(path);
        }
        for dir in ["panic", "panic/2025-10-22", "panic/2025-10-22/00000000/deeper"] {
            create(&format!("{dir}/c.vittecrash"));
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root, root.join("panic/2025-10-22/link")).unwrap();
            std::os::unix::fs::symlink(
                root.join(a),
                root.join("panic/2025-10-22/00000000/d.vittecrash"),
            )
            .unwrap();
        }
        let deadline = Instant::now() + Duration::from_secs(600);
        let found = capsule_files(root, "1a2b3c4d", deadline);
        assert_eq!(found.files, [same, new, b, a, old].map(|path| root.join(path)));
        assert!(found.is_complete);
        assert!(!capsule_files(root, "1a2b3c4d", Instant::now()).is_complete);
        assert!(capsule_files(&root.join("missing"), "1a2b3c4d", deadline).is_complete);
    }
}
