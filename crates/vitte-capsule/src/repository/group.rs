//! The crashes of a repository by fingerprint.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use vitte_diag::Frame;

use super::IndexEntry;
use crate::fingerprint::Fingerprint;

/// The crashes of one fingerprint, counted from their index entries. No capsule is opened.
///
/// As JSON, it is what `vitte crash groups --json` writes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct CrashGroup {
    /// The fingerprint that the crashes share.
    pub fingerprint: Fingerprint,
    /// The number of crashes.
    pub crashes: usize,
    /// The time of the first crash.
    pub first: String,
    /// The time of the last crash.
    pub last: String,
    /// The signal of the last crash or, if there is none, its kind.
    pub kind: String,
    /// The program of the last crash.
    #[serde(rename = "module")]
    pub program: String,
    /// The number of crashes of each program and version, such as `vittec 0.1.0`.
    pub versions: BTreeMap<String, usize>,
    /// The number of crashes at each [location](IndexEntry::location) in the sources of the user.
    #[serde(rename = "places")]
    pub locations: BTreeMap<String, usize>,
    /// The message of the last crash. The index cuts it to 200 bytes.
    pub message: String,
    /// The id of the last crash.
    pub latest: String,
    /// The innermost function of the program itself in the last crash. If all its functions are runtime functions, the
    /// innermost one; empty if none is known.
    #[serde(skip)]
    pub function: String,
    /// The program and version of the first crash.
    #[serde(skip)]
    pub first_version: String,
    /// The program and version of the last crash.
    #[serde(skip)]
    pub last_version: String,
    /// The number of crashes on each day, such as `2025-10-22`, by the dates in their ids.
    #[serde(skip)]
    pub days: BTreeMap<String, usize>,
}

impl CrashGroup {
    /// Returns the number of digits by which the fingerprints of all groups differ: at least 8, as in
    /// [`Fingerprint::short`].
    #[must_use]
    pub fn fingerprint_digits(groups: &[Self]) -> usize {
        let mut all: Vec<String> =
            groups.iter().map(|group| group.fingerprint.to_string()).collect();
        all.sort_unstable();
        let common = |pair: &[String]| match pair {
            [a, b] => a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count() + 1,
            _ => 0,
        };
        all.windows(2).map(common).fold(8, usize::max)
    }

    /// Returns the groups of crashes, whose oldest must be the first: the group with the newest crash is the last one.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = IndexEntry>) -> Vec<Self> {
        let mut groups: Vec<(usize, Self)> = Vec::new();
        let mut indices: HashMap<Fingerprint, usize> = HashMap::new();
        for (position, entry) in entries.into_iter().enumerate() {
            let index = *indices.entry(entry.fingerprint).or_insert(groups.len());
            if index == groups.len() {
                groups.push((position, Self::new(&entry)));
            }
            if let Some((last, group)) = groups.get_mut(index) {
                *last = position;
                group.add(entry);
            }
        }
        groups.sort_by_key(|(last, _)| *last);
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// Creates the group of a crash, without the crash itself.
    fn new(first: &IndexEntry) -> Self {
        Self {
            fingerprint: first.fingerprint,
            crashes: 0,
            first: first.timestamp.clone(),
            last: String::new(),
            kind: String::new(),
            program: String::new(),
            versions: BTreeMap::new(),
            locations: BTreeMap::new(),
            message: String::new(),
            latest: String::new(),
            function: String::new(),
            first_version: version(first),
            last_version: String::new(),
            days: BTreeMap::new(),
        }
    }

    fn add(&mut self, entry: IndexEntry) {
        self.crashes += 1;
        self.last_version = version(&entry);
        *self.versions.entry(self.last_version.clone()).or_default() += 1;
        let day = entry.id.get(..10).unwrap_or_default();
        *self.days.entry(day.to_owned()).or_default() += 1;
        self.function = function(&entry).to_owned();
        self.kind = entry.signal.unwrap_or_else(|| entry.kind.as_str().to_owned());
        if let Some(location) = entry.location {
            *self.locations.entry(location).or_default() += 1;
        }
        (self.last, self.message, self.latest) = (entry.timestamp, entry.message, entry.id);
        self.program = entry.program;
    }
}

fn version(entry: &IndexEntry) -> String {
    format!("{} {}", entry.program, entry.version).trim().to_owned()
}

fn function(entry: &IndexEntry) -> &str {
    let functions = &entry.functions;
    let own = functions.iter().find(|function| !Frame::new(function.as_str()).is_runtime());
    own.or(functions.first()).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use vitte_diag::codes;

    use super::*;
    use crate::report::CrashReport;

    fn entry(id: &str, fingerprint: char, version: &str) -> IndexEntry {
        let mut report = CrashReport::new(codes::F0001, format!("time of {id}"), id.to_owned());
        (report.id, report.program, report.version) =
            (id.to_owned(), "vittec".to_owned(), version.to_owned());
        let fingerprint = fingerprint.to_string().repeat(64).parse().unwrap();
        let mut entry = IndexEntry::new(&report, fingerprint, String::new(), 1);
        entry.functions = ["core::panicking::panic_fmt", id].map(str::to_owned).to_vec();
        entry
    }

    #[test]
    fn groups_have_the_data_of_their_first_and_last_crashes() {
        let mut signal = entry("2025-10-24T00-00-00", 'a', "0.2.0");
        signal.signal = Some("SIGSEGV".to_owned());
        signal.location = Some("src/a.vitte:1:1".to_owned());
        let groups = CrashGroup::of([
            entry("2025-10-22T00-00-00", 'a', "0.1.0"),
            entry("2025-10-22T00-00-01", 'b', ""),
            signal,
        ]);
        let [b, a] = groups.as_slice() else { panic!("{groups:?}") };
        assert_eq!((b.crashes, &*b.kind, &*b.last_version), (1, "panic", "vittec"));
        assert_eq!((a.crashes, &*a.kind), (2, "SIGSEGV"));
        assert_eq!((&*a.first_version, &*a.last_version), ("vittec 0.1.0", "vittec 0.2.0"));
        assert_eq!((&*a.first, &*a.latest), ("time of 2025-10-22T00-00-00", "2025-10-24T00-00-00"));
        assert_eq!(a.function, "2025-10-24T00-00-00", "runtime frames are skipped");
        assert_eq!(a.days.keys().collect::<Vec<_>>(), ["2025-10-22", "2025-10-24"]);
        assert_eq!(a.locations, BTreeMap::from([("src/a.vitte:1:1".to_owned(), 1)]));
    }

    #[test]
    fn there_are_no_groups_without_crashes() {
        assert_eq!(CrashGroup::of([]), []);
    }
}
