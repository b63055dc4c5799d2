//! What is removed, moved or written in a hostile repository.

use super::*;

#[test]
fn a_link_is_reported_and_can_be_removed() {
    let attack = Attack::new();
    let kind = attack.dir().join("panic");
    fs::rename(&kind, attack.root.path().join("moved")).unwrap();
    symlink(attack.victim(), &kind).unwrap();
    let index = attack.repository.index().unwrap();
    let [error] = &*index.unreadable else { panic!("{:?}", index.unreadable) };
    assert!(matches!(error.kind, RepositoryErrorKind::Link), "{error}");
    let expected =
        format!("cannot read `{}`: a symbolic link, which is not followed", kind.display());
    assert_eq!(error.to_string(), expected);
    assert!(index.is_empty());
    // A crash is stored beside it.
    let (id, path) = save(&attack.repository, SECOND, "another");
    assert_eq!(path, attack.dir().join(format!("{id}.vittecrash")));
    attack.repository.remove_unreadable(&kind).unwrap();
    assert!(!kind.exists());
    for path in
        [attack.victim().join("metadata.json"), attack.dir().join("../victim/metadata.json")]
    {
        assert!(attack.repository.remove_unreadable(path).is_err());
    }
    assert_eq!(attack.outside(), attack.before);
    let ids = |repository: &Repository| -> Vec<String> {
        repository.index().unwrap().ids().map(str::to_owned).collect()
    };
    assert_eq!(ids(&attack.repository), std::slice::from_ref(&id));
    let html = attack.repository.save_html(&id, "<p>").unwrap();
    assert_eq!(html, attack.dir().join(format!("{id}.html")));
    attack.repository.remove(&[&id]).unwrap();
    assert!(ids(&attack.repository).is_empty() && !html.exists() && !path.exists());
}

/// The directory of a kind changes to a link and back all the time.
#[test]
fn a_directory_that_is_exchanged_for_a_link_is_not_followed() {
    let attack = Attack::new();
    let kind = attack.dir().join("panic");
    let (moved, link) = (attack.dir().join(".moved"), attack.dir().join(".link"));
    // The same names below, so that a path that was checked before leads to a victim.
    let day = attack
        .victim()
        .join(Path::new(&attack.own).parent().unwrap().strip_prefix("panic").unwrap());
    fs::create_dir_all(&day).unwrap();
    for name in
        [format!("{}.vittecrash", attack.id), format!("{}.html", attack.id), "metadata.json".into()]
    {
        fs::copy(attack.victim().join(&name), day.join(name)).unwrap();
    }
    let before = attack.outside();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                _ = symlink(attack.victim(), &link);
                _ = fs::rename(&kind, &moved);
                _ = fs::rename(&link, &kind);
                std::thread::yield_now();
                _ = fs::remove_file(&kind);
                _ = fs::rename(&moved, &kind);
            }
        });
        let none = Retention::default().with_max_reports_per_fingerprint(1);
        for _ in 0..100 {
            let repository = &attack.repository;
            let mut new = capsule(SECOND, "new", "vittec::check");
            if let Ok(path) = repository.save(&mut new) {
                _ = repository.update(path, &new);
            }
            _ = repository.save_html(&attack.id, "<p>");
            _ = repository.load(&attack.id);
            _ = repository.clean(&none, false);
            _ = repository.remove(&[&attack.id]);
        }
        is_done.store(true, Ordering::Relaxed);
    });
    assert_eq!(attack.outside(), before);
}

#[test]
fn a_hard_link_of_the_index_is_not_written_through() {
    let attack = Attack::new();
    let (index, other) = (attack.dir().join("index.jsonl"), attack.root.path().join("other"));
    fs::hard_link(&index, &other).unwrap();
    let before = fs::read(&other).unwrap();
    let (id, _) = save(&attack.repository, SECOND, "new");
    assert_eq!(fs::read(&other).unwrap(), before);
    assert!(attack.repository.index().unwrap().entry(&id).is_some());
    assert_eq!(fs::read(&other).unwrap(), before);
    assert_eq!(index_lines(attack.dir()).len(), 3, "the repaired index is a new file");
    assert_eq!(index.metadata().unwrap().nlink(), 1);
}

/// Two files with the same id: the first path counts, and both are removed one after the other.
#[test]
fn an_id_that_two_files_have_is_used_once() {
    let attack = Attack::new();
    let other = attack.dir().join("a/b/c");
    fs::create_dir_all(&other).unwrap();
    fs::copy(attack.dir().join(&attack.own), other.join(format!("{}.vittecrash", attack.id)))
        .unwrap();
    for _ in 0..2 {
        let index = attack.repository.index().unwrap();
        assert_eq!(index.len(), 2);
        assert!(index.entry(&attack.id).unwrap().path.starts_with("a/b/c/"));
    }
    attack.repository.remove(&[&attack.id]).unwrap();
    assert_eq!(attack.repository.index().unwrap().entry(&attack.id).unwrap().path, attack.own);
}
