use std::fs;

use super::*;

/// A directory with a file `a.vitte`, whose contents are `old`.
fn dir_with_file() -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.vitte");
    fs::write(&path, "old").unwrap();
    (dir, path)
}

/// Asserts that the file is not replaced, and returns why.
fn refused(path: &Path) -> WriteErrorKind {
    let dir = path.parent().unwrap();
    let names = || fs::read_dir(dir).unwrap().count();
    let before =
        (fs::read(path).ok(), path.symlink_metadata().ok().map(|data| data.len()), names());
    let kind = replace(path, b"old", b"new").unwrap_err().kind;
    let after = (fs::read(path).ok(), path.symlink_metadata().ok().map(|data| data.len()), names());
    assert_eq!(after, before, "{kind}");
    kind
}

#[test]
fn a_file_is_replaced_if_it_is_unchanged() {
    let (dir, path) = dir_with_file();
    replace(&path, b"old", b"new\xff\r\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new\xff\r\n");
    let error = replace(&path, b"old", b"newer").unwrap_err();
    assert!(error.to_string().ends_with("a.vitte`: it has changed since it was read"));
    for changed in [&b"new\xff\r"[..], b"new\xff\r\n\n", b"New\xff\r\n", b""] {
        assert!(matches!(replace(&path, changed, b"").unwrap_err().kind, WriteErrorKind::Changed));
    }
    assert_eq!(fs::read(&path).unwrap(), b"new\xff\r\n");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "the temporary file is removed");
}

/// Another name of the file, or another process, may have made the same change.
#[test]
fn a_file_with_the_new_contents_is_not_written() {
    let (_dir, path) = dir_with_file();
    let modified = || path.metadata().unwrap().modified().unwrap();
    let before = modified();
    replace(&path, b"older", b"old").unwrap();
    assert_eq!(modified(), before);
}

#[test]
fn large_files_are_compared_completely() {
    let (_dir, path) = dir_with_file();
    let mut text = vec![b'x'; 200_001];
    fs::write(&path, &text).unwrap();
    replace(&path, &text, b"").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"");
    replace(&path, b"", &text).unwrap();
    let written = text.clone();
    text[200_000] = b'y';
    assert!(matches!(replace(&path, &text, b"").unwrap_err().kind, WriteErrorKind::Changed));
    assert_eq!(fs::read(&path).unwrap(), written);
}

#[test]
fn a_file_that_cannot_be_written_is_unchanged() {
    let (dir, path) = dir_with_file();
    let mut permissions = path.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert_eq!(refused(&path).to_string(), "it is read-only");
    let error = replace(dir.path(), b"", b"new").unwrap_err();
    assert!(error.to_string().ends_with("it is a directory, not a regular file"), "{error}");
    let error = replace(dir.path().join("none"), b"", b"new").unwrap_err();
    assert!(matches!(error.kind, WriteErrorKind::Io(_)));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
    use std::process::Command;

    use super::super::unix::{Dir, Target, Temporary};
    use super::*;

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o7777
    }

    fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }

    #[test]
    fn modes_are_kept() {
        let (_dir, path) = dir_with_file();
        for (mode_before, new) in [(0o751, "1"), (0o600, "2"), (0o1666, "3"), (0o207, "4")] {
            fs::write(&path, "old").unwrap();
            chmod(&path, mode_before);
            replace(&path, b"old", new.as_bytes()).unwrap();
            assert_eq!(mode(&path), mode_before);
        }
    }

    #[test]
    fn a_file_with_the_setuid_or_setgid_bit_is_not_replaced() {
        let (_dir, path) = dir_with_file();
        for with_bit in [0o4755, 0o2755, 0o2644] {
            chmod(&path, with_bit);
            let kind = refused(&path);
            assert!(kind.to_string().starts_with("it has the setuid or setgid bit"), "{kind}");
            assert_eq!(mode(&path), with_bit);
        }
    }

    #[test]
    fn a_file_with_other_hard_links_is_not_replaced() {
        let (dir, path) = dir_with_file();
        fs::hard_link(&path, dir.path().join("other name")).unwrap();
        assert!(matches!(refused(&path), WriteErrorKind::HardLink));
    }

    #[test]
    fn what_is_not_a_file_is_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let error = replace(&pipe, b"", b"new").unwrap_err();
        assert_eq!(error.kind.to_string(), "it is a pipe, not a regular file");
        let error = replace("/dev/null", b"", b"new").unwrap_err();
        assert_eq!(error.kind.to_string(), "it is a character device, not a regular file");
    }

    #[test]
    fn a_link_remains_a_link() {
        let (dir, path) = dir_with_file();
        let link = dir.path().join("link");
        symlink("a.vitte", &link).unwrap();
        replace(&link, b"old", b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn links_do_not_lead_out_of_the_roots() {
        let (outside, file) = dir_with_file();
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("src/inner")).unwrap();
        symlink(&file, at("src/link")).unwrap();
        symlink(outside.path(), at("src/linked")).unwrap();
        symlink(at("src/link"), at("src/link of link")).unwrap();
        for path in ["src/link", "src/linked/a.vitte", "src/link of link", "src/linked/../src/link"]
        {
            let error = replace_within(at(path), &[at("src")], b"old", b"new").unwrap_err();
            let target = file.canonicalize().unwrap();
            match error.kind {
                WriteErrorKind::Outside { target: found } => assert_eq!(found, target, "{path}"),
                // `linked/..` is the directory that contains `outside`.
                kind => assert!(path.contains(".."), "{path}: {kind}"),
            }
        }
        assert_eq!(fs::read(&file).unwrap(), b"old");
        // `src` is the start of the name, but another directory.
        fs::create_dir(at("src2")).unwrap();
        fs::write(at("src2/a.vitte"), "old").unwrap();
        symlink("../src2/a.vitte", at("src/near")).unwrap();
        let error = replace_within(at("src/near"), &[at("src")], b"old", b"new").unwrap_err();
        assert!(matches!(error.kind, WriteErrorKind::Outside { .. }));

        let message = replace(at("src/link"), b"old", b"new").unwrap_err().kind.to_string();
        let target = file.canonicalize().unwrap();
        assert_eq!(
            message,
            format!(
                "a symbolic link leads to `{}`, outside of the directory; pass that path to change the file",
                target.display()
            )
        );
        replace_within(at("src/near"), &[at("src"), at("src2")], b"old", b"new").unwrap();
        replace_within(at("src/linked/a.vitte"), &[at("src/linked")], b"old", b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new", "a root may be a link");
        replace_within(&file, &[&file], b"new", b"newer").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"newer", "a root may be the file");
        let no_roots: [&Path; 0] = [];
        replace_within(&file, &no_roots, b"newer", b"").unwrap_err();
    }

    /// Between the check of the path and the write, a directory is replaced by a link.
    #[test]
    fn a_link_that_appears_later_is_not_followed() {
        let (outside, _file) = dir_with_file();
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        symlink(outside.path(), root.join("sub")).unwrap();
        assert!(Dir::open_parent(&root, &root.join("sub/a.vitte")).is_err());
        assert!(Target::open(&root, &root.join("sub/a.vitte")).is_err());
        symlink(outside.path().join("a.vitte"), root.join("file")).unwrap();
        assert!(Target::open(&root, &root.join("file")).is_err());
    }

    /// What another process may do while the new file is written.
    #[test]
    fn a_file_that_changes_before_the_rename_is_not_replaced() {
        type Change = fn(&Path);
        let changes: [(&str, Change); 6] = [
            ("contents", |path| fs::write(path, "OLD").unwrap()),
            ("mode", |path| chmod(path, 0o640)),
            ("removed", |path| fs::remove_file(path).unwrap()),
            ("linked", |path| fs::hard_link(path, path.with_extension("link")).unwrap()),
            ("replaced", |path| {
                fs::write(path.with_extension("tmp"), "old").unwrap();
                fs::rename(path.with_extension("tmp"), path).unwrap();
            }),
            ("pipe", |path| {
                fs::remove_file(path).unwrap();
                assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
            }),
        ];
        for (what, change) in changes {
            let (dir, path) = dir_with_file();
            chmod(&path, 0o644);
            let (root, real) = (dir.path().canonicalize().unwrap(), path.canonicalize().unwrap());
            let target = Target::open(&root, &real).unwrap();
            target.check(b"old").unwrap();
            target.check_unchanged(b"old").unwrap();
            change(&path);
            let kind = target.check_unchanged(b"old").unwrap_err();
            assert!(matches!(kind, WriteErrorKind::Changed), "{what}: {kind}");
        }
    }

    #[test]
    fn the_error_of_a_temporary_file_names_its_directory() {
        let (dir, path) = dir_with_file();
        let (root, real) = (dir.path().canonicalize().unwrap(), path.canonicalize().unwrap());
        let target = Target::open(&root, &real).unwrap();
        fs::remove_dir_all(dir.path()).unwrap();
        let error = Temporary::create(&target.dir).map(drop).unwrap_err().to_string();
        let cause = fs::read_dir(&root).unwrap_err();
        assert_eq!(
            error,
            format!("cannot create a temporary file in `{}`: {cause}", root.display())
        );
    }

    #[test]
    fn root_keeps_owner_and_group() {
        if !is_root() {
            return;
        }
        let (_dir, path) = dir_with_file();
        for (uid, gid) in [(1234, 4321), (0, 4321), (1234, 0)] {
            fs::write(&path, "old").unwrap();
            chown(&path, Some(uid), Some(gid)).unwrap();
            chmod(&path, 0o640);
            replace(&path, b"old", b"new").unwrap();
            let data = path.metadata().unwrap();
            assert_eq!((data.uid(), data.gid(), data.mode() & 0o7777), (uid, gid, 0o640));
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_immutable_file_is_not_replaced() {
        use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};
        for flag in [IFlags::IMMUTABLE, IFlags::APPEND] {
            let (_dir, path) = dir_with_file();
            let file = fs::File::open(&path).unwrap();
            let Ok(flags) = ioctl_getflags(&file) else { return };
            if ioctl_setflags(&file, flags | flag).is_err() {
                return; // needs a privilege
            }
            let kind = refused(&path);
            ioctl_setflags(&file, flags).unwrap();
            assert!(matches!(kind, WriteErrorKind::Immutable), "{kind}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn flags_are_kept() {
        use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};
        let (_dir, path) = dir_with_file();
        let flags = || ioctl_getflags(fs::File::open(&path).unwrap());
        let Ok(before) = flags() else { return };
        let wanted = before | IFlags::NODUMP;
        if ioctl_setflags(fs::File::open(&path).unwrap(), wanted).is_err() {
            return;
        }
        replace(&path, b"old", b"new").unwrap();
        assert_eq!(flags().unwrap(), wanted);
    }
}

#[cfg(target_os = "linux")]
mod attributes {
    use std::ffi::CString;
    use std::os::unix::fs::MetadataExt as _;

    use rustix::fs::XattrFlags;

    use super::*;

    const ACL: &str = "system.posix_acl_access";

    /// A POSIX access control list as the kernel stores it: `user::rw-`, user 1234 `rw-`, `group::r--`, `mask::rw-`,
    /// `other::---`.
    fn acl() -> Vec<u8> {
        let entries: [(u16, u16, u32); 5] =
            [(1, 6, !0), (2, 6, 1234), (4, 4, !0), (16, 6, !0), (32, 0, !0)];
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        for (tag, permissions, id) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(permissions.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        bytes
    }

    /// Sets an attribute. Returns false if the file system does not have it, or this user may not set it.
    fn set(path: &Path, name: &str, value: &[u8]) -> bool {
        rustix::fs::setxattr(path, name, value, XattrFlags::empty()).is_ok()
    }

    fn get(path: &Path, name: &str) -> Option<Vec<u8>> {
        let mut value = vec![0; 4096];
        let len = rustix::fs::getxattr(path, name, &mut value[..]).ok()?;
        value.truncate(len);
        Some(value)
    }

    fn names(path: &Path) -> Vec<CString> {
        let mut list = vec![0; 4096];
        let len = rustix::fs::listxattr(path, &mut list[..]).unwrap();
        let names = list[..len].split(|&byte| byte == 0).filter(|name| !name.is_empty());
        names.map(|name| CString::new(name).unwrap()).collect()
    }

    #[test]
    fn extended_attributes_and_access_control_lists_are_kept() {
        let (_dir, path) = dir_with_file();
        let attributes = [
            ("user.comment", b"by hand".to_vec()),
            ("user.empty", Vec::new()),
            ("user.long", vec![b'x'; 2000]),
            ("security.vitte", b"label".to_vec()),
            ("trusted.vitte", b"root".to_vec()),
            (ACL, acl()),
        ];
        let set: Vec<_> =
            attributes.iter().filter(|(name, value)| set(&path, name, value)).collect();
        let mode = path.metadata().unwrap().mode();
        replace(&path, b"old", b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(&path).len(), set.len());
        for (name, value) in set {
            assert_eq!(get(&path, name).as_ref(), Some(value), "{name}");
        }
        assert_eq!(path.metadata().unwrap().mode(), mode);
    }

    /// A new file gets the default list of its directory, which the old one does not have.
    #[test]
    fn a_file_does_not_get_an_access_control_list_that_it_did_not_have() {
        let (dir, path) = dir_with_file();
        if !set(dir.path(), "system.posix_acl_default", &acl()) {
            return;
        }
        let mode = path.metadata().unwrap().mode();
        replace(&path, b"old", b"new").unwrap();
        assert_eq!(get(&path, ACL), None);
        assert_eq!(path.metadata().unwrap().mode(), mode);
    }

    #[test]
    fn an_attribute_of_the_contents_cannot_be_kept() {
        // `cap_net_raw` is permitted and effective.
        let capability = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for (name, value) in
            [("security.ima", &b"\x01hash"[..]), ("security.capability", &capability)]
        {
            let (_dir, path) = dir_with_file();
            if set(&path, name, value) {
                let kind = refused(&path).to_string();
                assert!(
                    kind.starts_with(&format!("its attribute `{name}` cannot be kept: ")),
                    "{kind}"
                );
            }
        }
    }
}
