use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use super::*;
use crate::report::tests::report;
use crate::repository::Repository;

const SECOND: &str = "2025-10-22T13-05-42";

fn folder() -> (tempfile::TempDir, Reports) {
    let folder = tempfile::tempdir().unwrap();
    let reports = Reports::new(&folder.path().join("a/b/reports"));
    (folder, reports)
}

/// Writes the file of a report, as an older version did.
fn put(reports: &Reports, id: &str) {
    let mut saved = report();
    saved.id = id.to_owned();
    fs::create_dir_all(&reports.folder).unwrap();
    let path = reports.folder.join(format!("{id}.json"));
    fs::write(path, saved.to_json().unwrap()).unwrap();
}

fn names(reports: &Reports) -> Vec<String> {
    let mut names = reports.files().unwrap();
    names.sort();
    names
}

fn repository(reports: &Reports) -> Repository {
    Repository::new(&reports.folder)
}

#[test]
fn a_report_is_read_and_removed_by_its_id() {
    let (_folder, reports) = folder();
    assert!(reports.names().unwrap().ids.is_empty(), "no folder is no error");
    put(&reports, SECOND);
    let mut expected = report();
    expected.id = SECOND.to_owned();
    assert_eq!(reports.load(SECOND).unwrap(), expected);
    assert_eq!(repository(&reports).load(SECOND).unwrap().report, expected);
    reports.remove(SECOND).unwrap();
    assert_eq!(names(&reports), [""; 0]);
    let error = reports.remove(SECOND).unwrap_err();
    assert!(matches!(error.kind, StoreErrorKind::Unknown(_)), "{error}");
}

#[test]
fn the_reports_of_a_second_are_listed_in_their_order() {
    let (_folder, reports) = folder();
    let later = "2025-10-22T13-05-43".to_owned();
    put(&reports, &later);
    let numbers = (2..=12).map(|number| format!("{SECOND}-{number}"));
    let expected: Vec<String> =
        [SECOND.to_owned()].into_iter().chain(numbers).chain([later]).collect();
    expected.iter().rev().for_each(|id| put(&reports, id));
    assert_eq!(reports.names().unwrap().ids, expected);
    let index = repository(&reports).index().unwrap();
    assert_eq!(index.ids().collect::<Vec<_>>(), expected);
}

/// As a process left it that was killed while it saved one.
#[test]
fn a_temporary_file_is_listed_nowhere_and_goes_when_it_is_old() {
    let (_folder, reports) = folder();
    put(&reports, SECOND);
    let claimed = reports.folder.join(format!(".{SECOND}-2.tmp"));
    fs::write(&claimed, "half").unwrap();
    // What is no file is no report either, and cannot be removed as one.
    let blocked = reports.folder.join(format!("{SECOND}-4.json"));
    fs::create_dir(&blocked).unwrap();
    let listed = reports.names().unwrap();
    assert_eq!(listed.ids, [SECOND.to_owned(), format!("{SECOND}-4")]);
    assert!(listed.others.is_empty());

    let error = reports.remove(&format!("{SECOND}-4")).unwrap_err();
    assert!(matches!(error.kind, StoreErrorKind::Remove(_)), "{error}");
    let foreign = reports.folder.join(".mine.tmp");
    fs::write(&foreign, "").unwrap();
    repository(&reports).remove_stale().unwrap();
    assert!(claimed.exists(), "its writer may be there still");
    let long_ago = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
    for path in [&claimed, &foreign] {
        File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    repository(&reports).remove_stale().unwrap();
    assert!(!claimed.exists() && foreign.exists());
}

#[test]
fn a_minidump_goes_with_its_report_and_nothing_else_does() {
    let (_folder, reports) = folder();
    put(&reports, SECOND);
    let file = |name: &str| fs::write(reports.folder.join(name), "x").unwrap();
    file(&format!("{SECOND}.dmp"));
    file("2020-01-02T03-04-05.dmp");
    file("mine.dmp");
    repository(&reports).remove_stale().unwrap();
    let json = format!("{SECOND}.json");
    assert_eq!(names(&reports), [&format!("{SECOND}.dmp"), &*json, "mine.dmp"]);
    reports.remove(SECOND).unwrap();
    assert_eq!(names(&reports), ["mine.dmp"]);
}

#[test]
fn what_a_user_means_is_found() {
    let (_folder, reports) = folder();
    let find = |asked| repository(&reports).find(asked).map_err(|error| error.to_string());
    assert!(find("latest").unwrap_err().starts_with("there are no crash reports in `"));
    put(&reports, SECOND);
    (2..=12).for_each(|number| put(&reports, &format!("{SECOND}-{number}")));
    put(&reports, "2025-11-01T00-00-00");
    assert_eq!(find("latest").unwrap(), "2025-11-01T00-00-00");
    assert_eq!(find("2025-11").unwrap(), "2025-11-01T00-00-00");
    assert_eq!(find(SECOND).unwrap(), SECOND, "though it begins others");
    assert_eq!(find("2025-10-22T13-05-42-1").unwrap_err().matches("42-1").count(), 4);
    assert_eq!(
        find("2025-10").unwrap_err(),
        format!(
            "`2025-10` is the beginning of 12 crash reports: {SECOND}, {SECOND}-2, {SECOND}-3, \
             {SECOND}-4, {SECOND}-5 and 7 more"
        )
    );
    for none in ["", "2026", "../x", "/etc/passwd", ".", "2025-11-01T00-00-00.json", "\u{1b}[2J"] {
        let error = find(none).unwrap_err();
        assert!(error.starts_with("there is no crash report `"), "{error}");
        assert!(!error.contains('\u{1b}'), "{error}");
        assert!(reports.load(none).is_err() && reports.remove(none).is_err(), "{none}");
        assert!(repository(&reports).load(none).is_err(), "{none}");
    }
}

#[test]
fn bad_files_do_not_hide_the_good_ones() {
    let (_folder, reports) = folder();
    let good = [SECOND, "2025-10-23T00-00-00"];
    good.iter().for_each(|id| self::put(&reports, id));
    let put = |name: &str, text: &[u8]| fs::write(reports.folder.join(name), text).unwrap();
    put("2025-10-22T14-00-00.json", b"{\"timestamp\": \"\x1b[2J");
    put("2025-10-22T14-00-01.json", b"");
    put("2025-10-22T14-00-02.json", b"\xff\xfe");
    put("2025-10-22T14-00-03.json", b"{\"message\": 1}");
    put("notes.json", b"{}");
    put("README.md", b"");
    let large = File::create(reports.folder.join("2025-10-22T14-00-04.json")).unwrap();
    large.set_len((16 << 20) + 1).unwrap();
    fs::create_dir(reports.folder.join("2025-10-22T14-00-05.json")).unwrap();
    #[cfg(unix)]
    let more = {
        let link = |to: &str, name: &str| {
            std::os::unix::fs::symlink(to, reports.folder.join(name)).unwrap();
        };
        link(&format!("{}.json", good[0]), "2025-10-22T14-00-06.json");
        link("/dev/zero", "2025-10-22T14-00-07.json");
        let pipe = reports.folder.join("2025-10-22T14-00-08.json");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        3
    };
    #[cfg(not(unix))]
    let more = 0;
    let index = repository(&reports).index().unwrap();
    assert_eq!(index.ids().collect::<Vec<_>>(), good);
    assert_eq!(index.unreadable.len(), 7 + more, "{:#?}", index.unreadable);
    for error in &index.unreadable {
        let shown = error.to_string();
        assert!(shown.starts_with("cannot read `") && !shown.contains('\u{1b}'), "{shown}");
    }
    let of = |part: &str| {
        let error = index.unreadable.iter().find(|error| error.path.ends_with(part)).unwrap();
        let shown = error.to_string();
        shown.split_once("`: ").unwrap().1.to_owned()
    };
    assert_eq!(of("notes.json"), "its name is not that of a report");
    assert_eq!(of("2025-10-22T14-00-04.json"), "it has 16777217 bytes, and the limit is 16777216");
    assert_eq!(of("2025-10-22T14-00-05.json"), "it is no file");
    assert!(of("2025-10-22T14-00-01.json").starts_with("it is no report: EOF"));
    #[cfg(unix)]
    for name in ["2025-10-22T14-00-06.json", "2025-10-22T14-00-07.json", "2025-10-22T14-00-08.json"]
    {
        assert_eq!(of(name), "it is no file");
    }
}

#[test]
fn the_name_of_a_file_is_the_id_of_its_report() {
    let (_folder, reports) = folder();
    put(&reports, SECOND);
    let other = "2024-01-01T00-00-00";
    let path = |id: &str| reports.folder.join(format!("{id}.json"));
    fs::rename(path(SECOND), path(other)).unwrap();
    assert_eq!(reports.load(other).unwrap().id, other);
}

/// As many as a crash loop made.
#[test]
fn ten_thousand_reports_of_one_second_are_listed_in_their_order() {
    let (_folder, reports) = folder();
    put(&reports, SECOND);
    for number in 2..=10_000 {
        fs::write(reports.folder.join(format!("{SECOND}-{number}.json")), "half").unwrap();
    }
    let ids = reports.names().unwrap().ids;
    let numbers = (2..=10_000).map(|number| format!("{SECOND}-{number}"));
    assert!(ids.into_iter().eq([SECOND.to_owned()].into_iter().chain(numbers)));
}
