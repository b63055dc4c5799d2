use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use super::*;
use crate::report::tests::report;
use crate::repository::Repository;

const SECOND: &str = "2025-10-22T13-05-42";

fn temp_reports() -> (tempfile::TempDir, Reports) {
    let dir = tempfile::tempdir().unwrap();
    let reports = Reports::new(&dir.path().join("a/b/reports"));
    (dir, reports)
}

/// Writes the file of a report, as an older version did.
fn write_report(reports: &Reports, id: &str) {
    let mut saved = report();
    saved.id = id.to_owned();
    fs::create_dir_all(&reports.dir).unwrap();
    let path = reports.dir.join(format!("{id}.json"));
    fs::write(path, saved.to_json().unwrap()).unwrap();
}

fn file_names(reports: &Reports) -> Vec<String> {
    let mut names = reports.file_names().unwrap();
    names.sort();
    names
}

fn repository(reports: &Reports) -> Repository {
    Repository::new(&reports.dir)
}

#[test]
fn a_report_is_read_and_removed_by_id() {
    let (_dir, reports) = temp_reports();
    assert!(reports.ids().unwrap().ids.is_empty(), "a missing directory is not an error");
    write_report(&reports, SECOND);
    let mut expected = report();
    expected.id = SECOND.to_owned();
    assert_eq!(reports.load(SECOND).unwrap(), expected);
    assert_eq!(repository(&reports).load(SECOND).unwrap().report, expected);
    reports.remove(SECOND).unwrap();
    assert_eq!(file_names(&reports), [""; 0]);
    let error = reports.remove(SECOND).unwrap_err();
    assert!(matches!(error.kind, RepositoryErrorKind::NotFound(_)), "{error}");
}

#[test]
fn reports_of_one_second_are_listed_in_order() {
    let (_dir, reports) = temp_reports();
    let later = "2025-10-22T13-05-43".to_owned();
    write_report(&reports, &later);
    let numbers = (2..=12).map(|number| format!("{SECOND}-{number}"));
    let expected: Vec<String> =
        [SECOND.to_owned()].into_iter().chain(numbers).chain([later]).collect();
    expected.iter().rev().for_each(|id| write_report(&reports, id));
    assert_eq!(reports.ids().unwrap().ids, expected);
    let index = repository(&reports).index().unwrap();
    assert_eq!(index.ids().collect::<Vec<_>>(), expected);
}

/// A process that is killed while it saves a report leaves a temporary file.
#[test]
fn a_temporary_file_is_not_listed_and_is_removed_when_stale() {
    let (_dir, reports) = temp_reports();
    write_report(&reports, SECOND);
    let temporary = reports.dir.join(format!(".{SECOND}-2.tmp"));
    fs::write(&temporary, "half").unwrap();
    // A directory with the name of a report is listed, but cannot be removed as a report.
    let blocked = reports.dir.join(format!("{SECOND}-4.json"));
    fs::create_dir(&blocked).unwrap();
    let listed = reports.ids().unwrap();
    assert_eq!(listed.ids, [SECOND.to_owned(), format!("{SECOND}-4")]);
    assert!(listed.invalid.is_empty());

    let error = reports.remove(&format!("{SECOND}-4")).unwrap_err();
    assert!(matches!(error.kind, RepositoryErrorKind::Remove(_)), "{error}");
    let foreign = reports.dir.join(".mine.tmp");
    fs::write(&foreign, "").unwrap();
    repository(&reports).remove_stale().unwrap();
    assert!(temporary.exists(), "its writer may still run");
    let long_ago = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
    for path in [&temporary, &foreign] {
        File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    repository(&reports).remove_stale().unwrap();
    assert!(!temporary.exists() && foreign.exists());
}

#[test]
fn a_minidump_is_removed_with_its_report() {
    let (_dir, reports) = temp_reports();
    write_report(&reports, SECOND);
    let file = |name: &str| fs::write(reports.dir.join(name), "x").unwrap();
    file(&format!("{SECOND}.dmp"));
    file("2020-01-02T03-04-05.dmp");
    file("mine.dmp");
    repository(&reports).remove_stale().unwrap();
    let json = format!("{SECOND}.json");
    assert_eq!(file_names(&reports), [&format!("{SECOND}.dmp"), &*json, "mine.dmp"]);
    reports.remove(SECOND).unwrap();
    assert_eq!(file_names(&reports), ["mine.dmp"]);
}

#[test]
fn find_accepts_latest_ids_and_unambiguous_prefixes() {
    let (_dir, reports) = temp_reports();
    let find = |query| repository(&reports).find(query).map_err(|error| error.to_string());
    assert!(find("latest").unwrap_err().starts_with("no crash reports in `"));
    write_report(&reports, SECOND);
    (2..=12).for_each(|number| write_report(&reports, &format!("{SECOND}-{number}")));
    write_report(&reports, "2025-11-01T00-00-00");
    assert_eq!(find("latest").unwrap(), "2025-11-01T00-00-00");
    assert_eq!(find("2025-11").unwrap(), "2025-11-01T00-00-00");
    assert_eq!(find(SECOND).unwrap(), SECOND, "an exact id wins over ids that it is a prefix of");
    assert_eq!(find("2025-10-22T13-05-42-1").unwrap_err().matches("42-1").count(), 4);
    assert_eq!(
        find("2025-10").unwrap_err(),
        format!(
            "`2025-10` is ambiguous, it matches 12 crashes: {SECOND}, {SECOND}-2, {SECOND}-3, \
             {SECOND}-4, {SECOND}-5 and 7 more"
        )
    );
    for unknown in ["", "2026", "../x", "/etc/passwd", ".", "2025-11-01T00-00-00.json", "\u{1b}[2J"]
    {
        let error = find(unknown).unwrap_err();
        assert!(error.starts_with("no crash matches `"), "{error}");
        assert!(!error.contains('\u{1b}'), "{error}");
        assert!(reports.load(unknown).is_err() && reports.remove(unknown).is_err(), "{unknown}");
        assert!(repository(&reports).load(unknown).is_err(), "{unknown}");
    }
}

#[test]
fn unreadable_files_do_not_hide_valid_reports() {
    let (_dir, reports) = temp_reports();
    let good = [SECOND, "2025-10-23T00-00-00"];
    good.iter().for_each(|id| write_report(&reports, id));
    let write = |name: &str, text: &[u8]| fs::write(reports.dir.join(name), text).unwrap();
    write("2025-10-22T14-00-00.json", b"{\"timestamp\": \"\x1b[2J");
    write("2025-10-22T14-00-01.json", b"");
    write("2025-10-22T14-00-02.json", b"\xff\xfe");
    write("2025-10-22T14-00-03.json", b"{\"message\": 1}");
    write("notes.json", b"{}");
    write("README.md", b"");
    let large = File::create(reports.dir.join("2025-10-22T14-00-04.json")).unwrap();
    large.set_len((16 << 20) + 1).unwrap();
    fs::create_dir(reports.dir.join("2025-10-22T14-00-05.json")).unwrap();
    #[cfg(unix)]
    let links_and_pipes = {
        let link = |to: &str, name: &str| {
            std::os::unix::fs::symlink(to, reports.dir.join(name)).unwrap();
        };
        link(&format!("{}.json", good[0]), "2025-10-22T14-00-06.json");
        link("/dev/zero", "2025-10-22T14-00-07.json");
        let pipe = reports.dir.join("2025-10-22T14-00-08.json");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        3
    };
    #[cfg(not(unix))]
    let links_and_pipes = 0;
    let index = repository(&reports).index().unwrap();
    assert_eq!(index.ids().collect::<Vec<_>>(), good);
    assert_eq!(index.unreadable.len(), 7 + links_and_pipes, "{:#?}", index.unreadable);
    for error in &index.unreadable {
        let message = error.to_string();
        assert!(message.starts_with("cannot read `") && !message.contains('\u{1b}'), "{message}");
    }
    let reason = |part: &str| {
        let error = index.unreadable.iter().find(|error| error.path.ends_with(part)).unwrap();
        let message = error.to_string();
        message.split_once("`: ").unwrap().1.to_owned()
    };
    assert_eq!(reason("notes.json"), "the file name is not the id of a report");
    assert_eq!(
        reason("2025-10-22T14-00-04.json"),
        "file too large (16777217 bytes, limit 16777216)"
    );
    assert_eq!(reason("2025-10-22T14-00-05.json"), "not a regular file");
    assert!(reason("2025-10-22T14-00-01.json").starts_with("invalid crash report: EOF"));
    #[cfg(unix)]
    for name in ["2025-10-22T14-00-06.json", "2025-10-22T14-00-07.json", "2025-10-22T14-00-08.json"]
    {
        assert_eq!(reason(name), "not a regular file");
    }
}

#[test]
fn the_file_name_is_authoritative_for_the_id() {
    let (_dir, reports) = temp_reports();
    write_report(&reports, SECOND);
    let other = "2024-01-01T00-00-00";
    let path = |id: &str| reports.dir.join(format!("{id}.json"));
    fs::rename(path(SECOND), path(other)).unwrap();
    assert_eq!(reports.load(other).unwrap().id, other);
}

/// A crash loop can write this many.
#[test]
fn ten_thousand_reports_of_one_second_are_listed_in_order() {
    let (_dir, reports) = temp_reports();
    write_report(&reports, SECOND);
    for number in 2..=10_000 {
        fs::write(reports.dir.join(format!("{SECOND}-{number}.json")), "half").unwrap();
    }
    let ids = reports.ids().unwrap().ids;
    let numbers = (2..=10_000).map(|number| format!("{SECOND}-{number}"));
    assert!(ids.into_iter().eq([SECOND.to_owned()].into_iter().chain(numbers)));
}
