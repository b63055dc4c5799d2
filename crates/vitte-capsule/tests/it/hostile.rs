//! Repositories whose content is hostile. Nothing outside of them may be read, written, renamed or removed.
mod removing;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use vitte_capsule::{Repository, RepositoryErrorKind, Retention};

use crate::common::{SECOND, capsule, index_lines, save};

/// A repository with two crashes, and outside of it files that look like those of a repository.
struct Attack {
    root: tempfile::TempDir,
    repository: Repository,
    /// The id and the path of a crash, relative to the repository.
    id: String,
    own: String,
    before: BTreeMap<PathBuf, (String, Vec<u8>, i64)>,
}

impl Attack {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let repository = Repository::new(root.path().join("reports"));
        save(&repository, "2001-10-22T13:05:42Z", "old");
        let (id, path) = save(&repository, SECOND, "secret message");
        let own = path.strip_prefix(repository.dir()).unwrap().to_str().unwrap().to_owned();
        let outside = root.path().join("victim");
        fs::create_dir_all(outside.join("a/b/latest")).unwrap();
        for dir in ["", "a", "a/b", "a/b/latest"].map(|dir| outside.join(dir)) {
            fs::copy(&path, dir.join(format!("{id}.vittecrash"))).unwrap();
            for name in
                [&*format!("{id}.html"), "metadata.json", ".crash-1.tmp", "2001-10-22T13-05-42.dmp"]
            {
                fs::write(dir.join(name), "victim").unwrap();
            }
        }
        let mut attack = Self { root, repository, id, own, before: BTreeMap::new() };
        attack.before = attack.outside();
        attack
    }

    fn dir(&self) -> &Path {
        self.repository.dir()
    }

    fn victim(&self) -> PathBuf {
        self.root.path().join("victim")
    }

    /// Returns all that is outside of the repository: modes, contents, and when the contents changed.
    fn outside(&self) -> BTreeMap<PathBuf, (String, Vec<u8>, i64)> {
        let mut found = BTreeMap::new();
        for entry in walkdir::WalkDir::new(self.victim()) {
            let entry = entry.unwrap();
            let data = entry.metadata().unwrap();
            let bytes = if data.is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
            let mode = format!("{:o} {} {}", data.mode(), data.uid(), data.nlink());
            found.insert(entry.path().to_owned(), (mode, bytes, data.mtime_nsec()));
        }
        found
    }

    /// Replaces the path of the second crash in the index, and adds crashes without files until there are `lines`.
    /// The checkpoint matches.
    fn set_index(&self, path: &[u8], lines: usize) {
        let text = fs::read_to_string(self.dir().join("index.jsonl")).unwrap();
        let line = text.lines().find(|line| line.contains(&self.id)).unwrap();
        let (head, tail) = line.split_once(&format!("\"{}\"", self.own)).unwrap();
        let mut bytes = [head.as_bytes(), path, tail.as_bytes(), b"\n"].concat();
        for number in bytes.iter().filter(|byte| **byte == b'\n').count()..lines {
            let other = line.replace(&self.id, &format!("2025-10-22T13-05-42-124-{number:08x}"));
            bytes.extend_from_slice(format!("{other}\n").as_bytes());
        }
        fs::write(self.dir().join("index.jsonl"), &bytes).unwrap();
        fs::write(self.dir().join("index.checkpoint"), format!("{}\n", bytes.len())).unwrap();
    }

    /// Does everything that a repository can do.
    fn use_all(&self, what: &str) {
        let repository = &self.repository;
        let mut new = capsule(SECOND, "new", "vittec::other");
        let new_path = repository.save(&mut new).unwrap();
        let index = repository.index().unwrap();
        assert!(index.entry(&new.report.id).is_some(), "{what}: a new crash is stored and listed");
        assert_eq!(repository.load(&new.report.id).unwrap().report.message, "new", "{what}");
        for entry in index.entries() {
            _ = index.file_exists(&entry);
            assert!(!entry.path.contains(".."), "{what}: {}", entry.path);
        }
        for id in [&*self.id, "latest", "../victim/a/b/x", &new.report.id] {
            _ = (
                repository.find(id),
                repository.load(id),
                repository.read(id),
                repository.path(id),
            );
            _ = repository.save_html(id, "<p>");
        }
        repository.update(&new_path, &new).unwrap();
        for path in [&*self.own, &format!("../victim/a/b/{}.vittecrash", self.id), ""] {
            let mut capsule = capsule(SECOND, "changed", "vittec::check");
            capsule.report.id.clone_from(&self.id);
            _ = repository.update(self.dir().join(path), &capsule);
            _ = repository.update(path, &capsule);
        }
        for error in &index.unreadable {
            assert!(!error.to_string().contains("secret"), "{what}: {error}");
        }
        let none = Retention::default().with_max_reports_per_fingerprint(0);
        _ = repository.clean_if_due(&none);
        _ = repository.clean(&none, true);
        _ = repository.clean(&none, false);
        _ = repository.remove(&[&self.id, &new.report.id]);
        for error in &index.unreadable {
            _ = repository.remove_unreadable(&error.path);
        }
        _ = repository.remove_stale();
        assert_eq!(self.outside(), self.before, "{what}");
    }
}

/// Returns paths as they are in the JSON of a line.
fn hostile_paths(attack: &Attack) -> Vec<Vec<u8>> {
    let name = format!("{}.vittecrash", attack.id);
    let victim = attack.victim();
    let victim = victim.to_str().unwrap();
    let mut paths: Vec<Vec<u8>> = Vec::new();
    for path in [
        format!("../victim/a/b/{name}"),
        format!("../victim/{name}"),
        format!("../victim/a/../a/b/{name}"),
        format!("{victim}/a/b/{name}"),
        format!("/{victim}/a/b/{name}"),
        format!("{victim}/{name}"),
        format!("./../victim/a/{name}"),
        format!("panic/../../victim/{name}"),
        format!("panic/../../victim/a/b/{name}"),
        format!("panic//../../victim/{name}"),
        format!("panic/./../{name}"),
        format!("..\\victim\\a\\b\\{name}"),
        format!("a\\..\\..\\victim/a/b/{name}"),
        format!("/{}", attack.own),
        format!("{}/", attack.own),
        format!("{}/../x", attack.own),
        format!("{}\0", attack.own),
        format!("\0/a/b/{name}"),
        format!("{}/a/b/{name}", "x".repeat(300)),
        format!("{}{name}", "x/".repeat(3000)),
        format!("{}/a/b/{name}", "../".repeat(30_000)),
        String::new(),
        "/".to_owned(),
        "..".to_owned(),
        "../victim/metadata.json".to_owned(),
        attack.own.replace(&attack.id, "2001-10-22T13-05-42-000-00000000"),
    ] {
        paths.push(serde_json::to_vec(&path).unwrap());
    }
    for other in ["1", "null", "[]", "{}", "[\"../victim\"]", "\"a\",\"path\":\"b\"", "\"\\ud800\""]
    {
        paths.push(other.as_bytes().to_vec());
    }
    paths.push([b"\"../victim/a/b/\xff", name.as_bytes(), b"\""].concat());
    paths
}

#[test]
fn paths_of_the_index_cannot_lead_out_of_the_repository() {
    let first = Attack::new();
    for number in 0..hostile_paths(&first).len() {
        // A large index is not compared with the files, unless it is damaged.
        for lines in [1, 2001] {
            let attack = Attack::new();
            let path = hostile_paths(&attack).swap_remove(number);
            let what = format!("{:.80} of {lines}", String::from_utf8_lossy(&path));
            attack.set_index(&path, lines);
            let index = attack.repository.index().unwrap();
            let entry = index.entry(&attack.id);
            assert_eq!(entry.map(|entry| entry.path).as_ref(), Some(&attack.own), "{what}");
            assert!(index_lines(attack.dir()).len() == 2, "{what}: it is repaired");
            let again = attack.repository.index().unwrap();
            assert!(again.unreadable.is_empty(), "{what}: {:?}", again.unreadable);
            if lines == 1 || number < 4 {
                attack.set_index(&path, lines);
                attack.use_all(&what);
            }
        }
    }
}

#[test]
fn a_path_that_leads_out_is_reported() {
    let attack = Attack::new();
    attack.set_index(format!("\"../victim/a/b/{}.vittecrash\"", attack.id).as_bytes(), 1);
    let index = attack.repository.index().unwrap();
    assert_eq!(index.len(), 2, "the crashes are listed nevertheless");
    let [error] = &*index.unreadable else { panic!("{:?}", index.unreadable) };
    let expected = format!(
        "ignored in `{}/index.jsonl`: a line has the path `../victim/a/b/{}.vittecrash`, which is not that \
         of its crash in this repository",
        attack.dir().display(),
        attack.id
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn links_and_special_files_are_not_followed() {
    let own = Attack::new().own;
    let (fingerprint, day, kind) = match *own.rsplitn(4, '/').collect::<Vec<_>>() {
        [_, fingerprint, day, kind] => (fingerprint.len(), day.len(), kind.len()),
        _ => panic!("{own}"),
    };
    let dirs = [kind, kind + 1 + day, kind + 1 + day + 1 + fingerprint];
    for place in 0..12 {
        for replacement in ["link", "dangling", "pipe", "socket", "directory"] {
            let attack = Attack::new();
            let own = attack.own.clone();
            let dir_of = |level: usize| own[..dirs[level]].to_owned();
            let name = match place {
                0..=2 => dir_of(place),
                3 => own.clone(),
                4 => format!("{}/metadata.json", dir_of(2)),
                5 => own.replace("vittecrash", "html"),
                6 => format!("latest/{}.vittecrash", attack.id),
                7 => "latest".to_owned(),
                8 => "index.jsonl".to_owned(),
                9 => "index.checkpoint".to_owned(),
                10 => "index.dirty".to_owned(),
                _ => ".last-clean".to_owned(),
            };
            let what = format!("{replacement} in place of {name}");
            let path = attack.dir().join(&name);
            _ = fs::rename(&path, attack.root.path().join("moved"));
            let mut _socket = None;
            match replacement {
                // Each level has the same files, so that there is something to find.
                "link" if path.extension().is_some() => {
                    symlink(attack.victim().join(path.file_name().unwrap()), &path).unwrap();
                }
                "link" => symlink(attack.victim(), &path).unwrap(),
                "dangling" => symlink(attack.victim().join("new"), &path).unwrap(),
                "pipe" => {
                    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
                }
                // The path of a socket is short.
                "socket" => {
                    let short = attack.root.path().join("s");
                    _socket = Some(UnixListener::bind(&short).unwrap());
                    fs::rename(short, &path).unwrap();
                }
                _ => fs::create_dir(&path).unwrap(),
            }
            attack.use_all(&what);
        }
    }
}

#[test]
fn the_directory_itself_may_be_reached_through_links() {
    let attack = Attack::new();
    let link = attack.root.path().join("link");
    symlink("reports", &link).unwrap();
    let repository = Repository::new(&link);
    let (id, path) = save(&repository, SECOND, "through a link");
    assert!(path.starts_with(&link));
    assert_eq!(repository.index().unwrap().len(), 3);
    repository.remove(&[&id]).unwrap();
    assert_eq!(attack.repository.index().unwrap().len(), 2);
}

/// Only root can give files to other users.
#[test]
fn what_another_user_planted_is_not_used() {
    let attack = Attack::new();
    let kind = attack.dir().join("panic");
    if kind.metadata().unwrap().uid() != 0 {
        return;
    }
    assert_eq!(attack.repository.other_users(), None);
    chown(&kind, Some(4242), None).unwrap();
    chown(attack.dir().join("index.jsonl"), Some(4242), None).unwrap();
    let index = attack.repository.index().unwrap();
    let errors: Vec<String> = index.unreadable.iter().map(ToString::to_string).collect();
    let why = "it belongs to another user (uid 4242)";
    let expected = [
        format!("ignored in `{}/index.jsonl`: {why}", attack.dir().display()),
        format!("cannot read `{}`: {why}", kind.display()),
    ];
    assert_eq!(errors, expected);
    let (id, path) = save(&attack.repository, SECOND, "new");
    assert_eq!(path, attack.dir().join(format!("{id}.vittecrash")));
    assert!(attack.repository.index().unwrap().entry(&id).is_some());
    // In a repository of that user, crashes are stored and removed, but the index is left to its user.
    chown(attack.dir(), Some(4242), None).unwrap();
    assert_eq!(attack.repository.other_users().as_deref(), Some(why));
    chown(attack.dir().join("index.jsonl"), Some(4242), None).unwrap();
    let before = fs::read(attack.dir().join("index.jsonl")).unwrap();
    let (second, path) = save(&attack.repository, SECOND, "in the directories of that user");
    assert!(path.starts_with(&kind));
    let index = attack.repository.index().unwrap();
    assert!(index.entry(&second).is_some() && index.unreadable.is_empty());
    assert_eq!(fs::read(attack.dir().join("index.jsonl")).unwrap(), before);
    attack.repository.remove(&[&second]).unwrap();
    assert!(attack.repository.index().unwrap().entry(&second).is_none());
    assert_eq!(attack.outside(), attack.before);
}

#[test]
fn new_directories_are_private_and_existing_modes_stay() {
    let attack = Attack::new();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    let kind = attack.dir().join("panic");
    fs::set_permissions(&kind, fs::Permissions::from_mode(0o755)).unwrap();
    let (_, path) = save(&attack.repository, "2025-12-01T00:00:00Z", "new");
    let day = path.parent().unwrap().parent().unwrap();
    assert_eq!((mode(&kind), mode(day), mode(&path)), (0o755, 0o700, 0o600));
}

#[test]
fn what_is_read_is_bounded() {
    let attack = Attack::new();
    let ignored = |attack: &Attack| -> Vec<String> {
        let index = attack.repository.index().unwrap();
        assert_eq!(index.len(), 2);
        index.unreadable.iter().map(ToString::to_string).collect()
    };
    // Sparse files, of which nothing is read.
    let path = attack.dir().join("index.jsonl");
    fs::File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let errors = ignored(&attack);
    assert!(errors[0].ends_with(": too large (1073741824 bytes, limit 134217728)"), "{errors:?}");
    assert_eq!(ignored(&attack), [""; 0], "it is repaired");
    // Many long lines.
    let line = index_lines(attack.dir()).remove(0);
    let long = line.replace("\"version\":\"", &format!("\"version\":\"{}", "x".repeat(70_000)));
    fs::write(&path, format!("{long}\n").repeat(30)).unwrap();
    let errors = ignored(&attack);
    assert_eq!(errors.len(), 21);
    assert!(errors[0].contains(": a line is too long (7"), "{}", errors[0]);
    assert!(errors[20].ends_with(": 10 more lines"), "{}", errors[20]);
    assert_eq!(ignored(&attack), [""; 0], "it is repaired");
    // More invalid lines than killed writers leave.
    fs::write(&path, "x\n".repeat(100_000)).unwrap();
    let errors = ignored(&attack);
    assert!(errors[0].ends_with(": more than 1000 lines are invalid"), "{errors:?}");
    assert_eq!((errors.len(), ignored(&attack).len()), (1, 0), "it is repaired");
    let own = attack.dir().join(&attack.own);
    fs::OpenOptions::new().write(true).open(own).unwrap().set_len(10 << 30).unwrap();
    let error = attack.repository.load(&attack.id).unwrap_err().to_string();
    assert!(error.ends_with("too large (10737418240 bytes, limit 134217728)"), "{error}");
}

#[test]
fn a_large_index_of_crashes_without_files_is_repaired() {
    let attack = Attack::new();
    let own = serde_json::to_vec(&attack.own).unwrap();
    let text = fs::read_to_string(attack.dir().join("index.jsonl")).unwrap();
    attack.set_index(&own, 1);
    let line = index_lines(attack.dir()).remove(0);
    let other = |number: usize| format!("2024-10-22T13-05-42-124-{number:08x}");
    let lines: Vec<_> =
        (0..3000).map(|number| line.replace(&attack.id, &other(number)) + "\n").collect();
    let lines = text + &lines.concat();
    fs::write(attack.dir().join("index.jsonl"), &lines).unwrap();
    fs::write(attack.dir().join("index.checkpoint"), lines.len().to_string()).unwrap();
    let index = attack.repository.index().unwrap();
    assert_eq!((index.len(), index.repair.removed), (2, 3000));
    assert_eq!(index_lines(attack.dir()).len(), 2);
}

/// An index is rebuilt from reports alone, because unpacking the sources of planted capsules could take minutes.
#[test]
fn a_capsule_with_a_damaged_source_is_listed_but_not_loaded() {
    let attack = Attack::new();
    let path = attack.dir().join(&attack.own);
    let mut bytes = fs::read(&path).unwrap();
    let name = b"sources/src/main.vitte";
    let is_header =
        |at: &usize| bytes[*at..].starts_with(b"PK\x03\x04") && bytes[at + 30..].starts_with(name);
    let header = (0..bytes.len() - 60).find(is_header).unwrap();
    bytes[header + 30 + name.len() + 4] ^= 0xff;
    fs::write(&path, &bytes).unwrap();
    fs::remove_file(attack.dir().join("index.jsonl")).unwrap();
    let index = attack.repository.index().unwrap();
    assert_eq!((index.len(), index.unreadable.len()), (2, 0));
    let error = index.load(&attack.id).unwrap_err().to_string();
    assert!(error.contains("part `sources/src/main.vitte`: damaged"), "{error}");
}
