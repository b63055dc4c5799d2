use super::*;

#[test]
fn only_single_components_are_names() {
    for name in ["a", "index.jsonl", ".last-clean", "...", "é", " ", "a b", "-"] {
        assert_eq!(check_name(name).unwrap(), name);
    }
    for name in
        ["", ".", "..", "/", "a/", "/a", "a/b", "./a", "a/.", "../a", "a\\b", "C:", "a:b", "a\0b"]
    {
        assert!(check_name(name).is_err(), "{name:?}");
    }
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, symlink};
    use std::path::PathBuf;

    use super::*;
    use crate::atomic_file::ReadError;

    /// A directory `own` and beside it a directory `other` with a file.
    fn dirs() -> (tempfile::TempDir, Dir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let (own, other) = (root.path().join("own"), root.path().join("other"));
        fs::create_dir(&other).unwrap();
        fs::write(other.join("file"), "secret").unwrap();
        let dir = Dir::create(&own).unwrap();
        (root, dir, own)
    }

    #[test]
    fn links_are_not_followed_by_any_operation() {
        let (root, dir, own) = dirs();
        let other = root.path().join("other");
        symlink(&other, own.join("dir")).unwrap();
        symlink(other.join("file"), own.join("link")).unwrap();
        symlink(other.join("new"), own.join("dangling")).unwrap();
        for opened in [dir.open_dir("dir"), dir.create_dir("dir")] {
            assert!(opened.unwrap_err().to_string().contains("a symbolic link"));
        }
        assert!(matches!(dir.read("link", 100), Err(ReadError::NotAFile)));
        assert!(dir.open_for_append("link").unwrap().is_none());
        assert!(dir.open_for_append("dangling").unwrap().is_none());
        assert!(dir.create_file("dangling").is_err());
        assert!(dir.info_at("dir/file").is_err());
        assert_eq!(dir.info("link").unwrap().kind, EntryKind::Link);
        // The links themselves are renamed, replaced and removed.
        dir.rename("link", "moved").unwrap();
        let mut file = TempFile::new(&dir, "moved").unwrap();
        file.write(b"new", false).unwrap();
        file.persist("moved").unwrap();
        assert_eq!(dir.read("moved", 100).unwrap(), b"new");
        dir.remove_file("dangling").unwrap();
        dir.remove_file("dir").unwrap();
        let left: Vec<_> = fs::read_dir(&other).unwrap().collect();
        assert_eq!(left.len(), 1);
        assert_eq!(fs::read_to_string(other.join("file")).unwrap(), "secret");
    }

    #[test]
    fn a_directory_that_is_replaced_by_a_link_makes_no_difference() {
        let (root, dir, own) = dirs();
        let inner = dir.create_dir("inner").unwrap();
        fs::rename(own.join("inner"), own.join("moved")).unwrap();
        symlink(root.path().join("other"), own.join("inner")).unwrap();
        let mut file = TempFile::new(&inner, "file").unwrap();
        file.write(b"own", false).unwrap();
        file.persist("file").unwrap();
        assert_eq!(fs::read_to_string(own.join("moved/file")).unwrap(), "own");
        inner.remove_file("file").unwrap();
        assert_eq!(fs::read_to_string(root.path().join("other/file")).unwrap(), "secret");
    }

    #[test]
    fn only_regular_files_within_the_limit_are_read() {
        let (_root, dir, own) = dirs();
        fs::write(own.join("file"), "12345").unwrap();
        assert_eq!(dir.read("file", 5).unwrap(), b"12345");
        assert!(matches!(dir.read("file", 4), Err(ReadError::TooLarge(5))));
        let pipe = own.join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(own.join("socket")).unwrap();
        dir.create_dir("dir").unwrap();
        for name in ["pipe", "socket", "dir"] {
            assert!(matches!(dir.read(name, 5), Err(ReadError::NotAFile)), "{name}");
            assert!(dir.open_for_append(name).unwrap().is_none(), "{name}");
        }
        assert!(dir.open_dir("pipe").is_err() && dir.open_dir("file").is_err());
    }

    #[test]
    fn a_file_with_another_hard_link_is_not_changed() {
        let (_root, dir, own) = dirs();
        fs::write(own.join("file"), "x").unwrap();
        assert!(dir.open_for_append("file").unwrap().unwrap().1);
        fs::hard_link(own.join("file"), own.join("again")).unwrap();
        assert!(!dir.open_for_append("file").unwrap().unwrap().1);
    }

    /// Only root can give files to other users. A test of `users` checks the rules for any user.
    #[test]
    fn files_of_other_users_are_not_used() {
        let (_root, dir, own) = dirs();
        fs::write(own.join("file"), "x").unwrap();
        fs::create_dir(own.join("dir")).unwrap();
        if fs::metadata(&own).unwrap().uid() != 0 {
            // The root directory belongs to another user, who is trusted.
            let dir = Dir::open("/".as_ref()).unwrap();
            assert!(!dir.is_own() && dir.other_users().is_none());
            return;
        }
        let give = |path: PathBuf, user: u32| std::os::unix::fs::chown(path, Some(user), None);
        for name in ["file", "dir"] {
            give(own.join(name), 4242).unwrap();
        }
        let message = "it belongs to another user (uid 4242)";
        assert_eq!(dir.open_dir("dir").unwrap_err().to_string(), message);
        assert!(
            matches!(dir.read("file", 5), Err(ReadError::Io(error)) if error.to_string() == message)
        );
        assert!(!dir.open_for_append("file").unwrap().unwrap().1);
        // In a directory of that user they are used, but not changed.
        give(own.clone(), 4242).unwrap();
        let dir = Dir::open(&own).unwrap();
        assert_eq!(dir.read("file", 5).unwrap(), b"x");
        assert!(dir.open_dir("dir").is_ok() && !dir.is_own());
        assert!(!dir.open_for_append("file").unwrap().unwrap().1);
        assert_eq!(dir.other_users().unwrap(), message);
        give(own.join("dir"), 4243).unwrap();
        assert!(dir.open_dir("dir").is_err());
    }

    #[test]
    fn a_directory_that_everyone_can_write_to_is_reported() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_root, dir, own) = dirs();
        for (mode, is_reported) in
            [(0o700, false), (0o755, false), (0o775, false), (0o1777, false), (0o777, true)]
        {
            fs::set_permissions(&own, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(dir.other_users().is_some(), is_reported, "{mode:o}");
        }
    }
}
