use std::fs::{self, File};
use std::time::SystemTime;

use super::super::{ContextEntry, ContextPlace, ContextValue, CrashFrame, CrashThread, System};
use super::*;
use crate::backtrace::Frame;

/// A report that has something of everything.
pub(in crate::crash) fn report() -> CrashReport {
    let frames = [
        Frame::at(
            "std::panicking::begin_panic_handler",
            "/rustc/1/std/src/panicking.rs",
            689,
            Some(5),
        ),
        Frame::at("core::panicking::panic_fmt", "/rustc/1/core/src/panicking.rs", 80, Some(14)),
        Frame::at("vittec::front::blocks::close", "src/front/blocks.rs", 77, Some(13)),
        Frame::inside("malloc", "libc.so.6", 0x9_d8e2),
        Frame::at("vittec::main", "src/main.rs", 40, None),
        Frame::new("std::rt::lang_start"),
    ];
    let waiting = ["futex_wait", "park", "recv", "next", "work", "start"].map(Frame::new);
    let registers = [
        ("rax", "0x0"),
        ("r10", "0xa"),
        ("r9", "0x9"),
        ("rip", "0x5581d4c01c20"),
        ("rsp", "0x7ffd"),
    ];
    let text = str::to_owned;
    CrashReport {
        timestamp: text("2025-10-22T13:05:42.123Z"),
        version: text("0.1.0"),
        module: text("vittec"),
        thread: text("main"),
        signal: Some(text("SIGSEGV")),
        message: text("invalid memory reference\nwhile a block was closed"),
        backtrace: frames.iter().cloned().collect(),
        system: System { os: text("linux"), arch: text("x86_64") },
        id: String::new(),
        session: text("5f3c9a"),
        frames: vec![CrashFrame { function: Some(text("malloc")), ..CrashFrame::default() }],
        context: vec![ContextEntry {
            name: text("typeck"),
            values: vec![ContextValue { key: text("fn"), value: text("area") }],
            variables: Vec::new(),
            place: Some(ContextPlace {
                id: 0,
                file: Some(text("src/shapes.vitte")),
                lo: 20,
                hi: 24,
                line: Some(3),
                col: Some(4),
            }),
        }],
        build: Some(text("release")),
        commit: Some(text("7991911")),
        command: ["vittec", "check", "my shapes.vitte"].map(text).to_vec(),
        registers: registers.map(|(name, value)| (text(name), text(value))).into(),
        threads: vec![
            CrashThread { id: 4711, name: text("main"), backtrace: frames.into_iter().collect() },
            CrashThread {
                id: 4712,
                name: text("worker"),
                backtrace: waiting.into_iter().collect(),
            },
        ],
        code: crate::codes::F0002,
        location: None,
        address: Some(text("0x10")),
        notes: vec![text("the stack is not used up")],
        sources: Vec::new(),
        path: None,
        folder: None,
    }
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("a/b/reports"));
    (folder, store)
}

fn save(store: &Store, timestamp: &str) -> String {
    let mut report = CrashReport { timestamp: timestamp.to_owned(), ..report() };
    let path = store.save(&mut report).unwrap();
    assert_eq!(path, store.folder().join(format!("{}.json", report.id)));
    report.id
}

fn names(store: &Store) -> Vec<String> {
    let mut names = store.files().unwrap();
    names.sort();
    names
}

const SECOND: &str = "2025-10-22T13-05-42";

#[test]
fn a_report_has_the_second_of_its_timestamp_as_its_id() {
    let (_folder, store) = store();
    assert!(store.list().unwrap().reports.is_empty(), "no folder is no error");
    let mut saved = report();
    let path = store.save(&mut saved).unwrap();
    assert_eq!(saved.id, SECOND);
    let json = fs::read_to_string(&path).unwrap();
    assert!(json.ends_with("\n}\n") && json.contains(&format!("\n  \"id\": \"{SECOND}\",\n")));
    assert_eq!(store.load(SECOND).unwrap(), saved);
    assert_eq!(store.load_json(SECOND).unwrap(), json);
    assert_eq!(names(&store), [format!("{SECOND}.json")], "nothing is left beside it");
    store.remove(SECOND).unwrap();
    let error = store.remove(SECOND).unwrap_err();
    assert!(matches!(error.kind, StoreErrorKind::Unknown(_)), "{error}");
}

#[test]
fn the_reports_of_a_second_are_numbered_and_listed_in_their_order() {
    let (_folder, store) = store();
    let later = save(&store, "2025-10-22T13:05:43Z");
    let of_second: Vec<String> = (0..12).map(|_| save(&store, "2025-10-22T13:05:42.5Z")).collect();
    let numbers = (2..=12).map(|number| format!("{SECOND}-{number}"));
    let expected: Vec<String> = [SECOND.to_owned()].into_iter().chain(numbers).collect();
    assert_eq!(of_second, expected);
    let listed: Vec<_> =
        store.list().unwrap().reports.into_iter().map(|report| report.id).collect();
    assert_eq!(listed, [expected, vec![later]].concat());
}

/// As a process that is about to save one, or was killed while it did.
#[test]
fn an_id_that_is_claimed_is_taken_and_listed_nowhere() {
    let (_folder, store) = store();
    save(&store, "2025-10-22T13:05:42Z");
    let claimed = store.folder().join(format!(".{SECOND}-2.tmp"));
    fs::write(&claimed, "half").unwrap();
    assert_eq!(save(&store, "2025-10-22T13:05:42Z"), format!("{SECOND}-3"));
    // What is no file keeps its name too.
    fs::create_dir(store.folder().join(format!("{SECOND}-4.json"))).unwrap();
    assert_eq!(save(&store, "2025-10-22T13:05:42Z"), format!("{SECOND}-5"));
    assert_eq!(store.names().unwrap().ids.len(), 4);
    assert!(store.names().unwrap().others.is_empty());

    let error = store.clear().unwrap_err();
    assert!(matches!(error.kind, StoreErrorKind::Remove(_)), "{error}");
    assert_eq!(names(&store), [format!(".{SECOND}-2.tmp"), format!("{SECOND}-4.json")]);
    let long_ago = SystemTime::now() - 2 * STALE;
    File::options().write(true).open(&claimed).unwrap().set_modified(long_ago).unwrap();
    fs::remove_dir(store.folder().join(format!("{SECOND}-4.json"))).unwrap();
    assert_eq!(store.clear().unwrap(), [""; 0]);
    assert_eq!(names(&store), [""; 0]);
}

#[test]
fn what_a_user_means_is_found() {
    let (_folder, store) = store();
    let find = |asked| store.find(asked).map_err(|error| error.to_string());
    assert!(find("latest").unwrap_err().starts_with("there are no crash reports in `"));
    for _ in 0..12 {
        save(&store, "2025-10-22T13:05:42Z");
    }
    save(&store, "2025-11-01T00:00:00Z");
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
        assert!(store.load(none).is_err() && store.remove(none).is_err(), "{none}");
    }
}

#[test]
fn bad_files_do_not_hide_the_good_ones() {
    let (_folder, store) = store();
    let good = [save(&store, "2025-10-22T13:05:42Z"), save(&store, "2025-10-23T00:00:00Z")];
    let put = |name: &str, text: &[u8]| fs::write(store.folder().join(name), text).unwrap();
    put("2025-10-22T14-00-00.json", b"{\"timestamp\": \"\x1b[2J");
    put("2025-10-22T14-00-01.json", b"");
    put("2025-10-22T14-00-02.json", b"\xff\xfe");
    put("2025-10-22T14-00-03.json", b"{\"message\": 1}");
    put("notes.json", b"{}");
    put("README.md", b"");
    let large = File::create(store.folder().join("2025-10-22T14-00-04.json")).unwrap();
    large.set_len((16 << 20) + 1).unwrap();
    fs::create_dir(store.folder().join("2025-10-22T14-00-05.json")).unwrap();
    #[cfg(unix)]
    let more = {
        let link = |to: &str, name: &str| {
            std::os::unix::fs::symlink(to, store.folder().join(name)).unwrap();
        };
        link(&format!("{}.json", good[0]), "2025-10-22T14-00-06.json");
        link("/dev/zero", "2025-10-22T14-00-07.json");
        let mode = nix::sys::stat::Mode::S_IRWXU;
        nix::unistd::mkfifo(&store.folder().join("2025-10-22T14-00-08.json"), mode).unwrap();
        3
    };
    #[cfg(not(unix))]
    let more = 0;
    let listing = store.list().unwrap();
    assert_eq!(
        listing.reports.iter().map(|report| &report.id).collect::<Vec<_>>(),
        good.each_ref()
    );
    assert_eq!(listing.unreadable.len(), 7 + more, "{:#?}", listing.unreadable);
    for error in &listing.unreadable {
        let shown = error.to_string();
        assert!(shown.starts_with("cannot read `") && !shown.contains('\u{1b}'), "{shown}");
    }
    let of = |part: &str| {
        let error = listing.unreadable.iter().find(|error| error.path.ends_with(part)).unwrap();
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
    let (_folder, store) = store();
    let id = save(&store, "2025-10-22T13:05:42Z");
    let other = "2024-01-01T00-00-00";
    let path = |id: &str| store.folder().join(format!("{id}.json"));
    fs::rename(path(&id), path(other)).unwrap();
    assert_eq!(store.list().unwrap().reports[0].id, other);
}

#[test]
fn what_is_in_the_way_is_said_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for wrong in [file.clone(), file.join("below")] {
        let store = Store::new(&wrong);
        let mut saved = report();
        let error = store.save(&mut saved).unwrap_err();
        assert!(matches!(error.kind, StoreErrorKind::Folder(_)), "{error}");
        assert_eq!(saved.id, "", "it has no id as long as it is not kept");
        assert!(error.to_string().starts_with("cannot use the folder `"), "{error}");
    }
    assert!(matches!(Store::new(&file).list().unwrap_err().kind, StoreErrorKind::Read(_)));
    assert_eq!(fs::read(&file).unwrap(), b"");
}

#[test]
#[cfg(unix)]
fn only_the_owner_may_read_a_report() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, store) = store();
    let id = save(&store, "2025-10-22T13:05:42Z");
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&store.folder().join(format!("{id}.json"))), 0o600);
    assert_eq!(mode(store.folder()), 0o700);
    // A folder that was there stays as it was.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    save(&Store::new(folder.path()), "2025-10-22T13:05:42Z");
    assert_eq!(mode(folder.path()), 0o755);
}

/// As many as a crash loop makes.
#[test]
fn a_full_second_is_no_long_search() {
    let (_folder, store) = store();
    save(&store, "2025-10-22T13:05:42Z");
    let content = fs::read(store.folder().join(format!("{SECOND}.json"))).unwrap();
    for number in 2..=10_000 {
        fs::write(store.folder().join(format!("{SECOND}-{number}.json")), &content[..9]).unwrap();
    }
    assert_eq!(store.first_free(&Id::parse(SECOND).unwrap()), 10_001);
    assert_eq!(save(&store, "2025-10-22T13:05:42Z"), format!("{SECOND}-10001"));
    assert_eq!(store.find("latest").unwrap(), format!("{SECOND}-10001"));
}
