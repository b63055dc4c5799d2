use std::os::unix::fs::symlink;

use super::*;

/// A directory with files, and without links on its path.
struct Root {
    _dir: TempDir,
    path: PathBuf,
}

impl Root {
    fn new(files: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().canonicalize().unwrap();
        for name in files {
            let file = path.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, format!("disk {name}")).unwrap();
        }
        Self { _dir: dir, path }
    }

    /// Updates a copy whose directory is this one.
    fn update(&self, overlay: &Overlay, buffers: &Buffers<'_>) {
        let place = Place { cwd: &self.path, dir: &self.path, root: None };
        overlay.update(place, buffers).unwrap();
    }

    fn buffers<'a>(&self, buffers: &[(&str, &'a str)]) -> Buffers<'a> {
        buffers.iter().map(|(name, text)| (self.path.join(name), *text)).collect()
    }
}

/// Returns what is below a directory of the overlay: names, with `/` for real directories and `@` for links.
fn tree(overlay: &Overlay, dir: &Path) -> String {
    fn add(dir: &Path, prefix: &str, out: &mut Vec<String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            let sign = if kind.is_dir() {
                "/"
            } else if kind.is_symlink() {
                "@"
            } else {
                ""
            };
            let name = format!("{prefix}{}{sign}", entry.file_name().to_string_lossy());
            if kind.is_dir() {
                add(&entry.path(), &name, out);
            }
            out.push(name);
        }
    }
    let mut names = Vec::new();
    add(&overlay.path(dir), "", &mut names);
    names.sort();
    names.join(" ")
}

fn text(overlay: &Overlay, path: &Path) -> String {
    fs::read_to_string(overlay.path(path)).unwrap()
}

#[test]
fn unsaved_files_are_beside_links_to_all_others() {
    let root = Root::new(&["a/b/c.h", "a/b/d e.h", "a/x.h", "z/y.h", "top.h"]);
    let overlay = Overlay::new().unwrap();
    let update = |buffers: &[(&str, &str)]| {
        root.update(&overlay, &root.buffers(buffers));
        tree(&overlay, &root.path)
    };
    let with_c = "a/ a/b/ a/b/c.h a/b/d e.h@ a/x.h@ top.h@ z@";
    assert_eq!(update(&[("a/b/c.h", "new")]), with_c);
    let path = root.path.join("a/b/c.h");
    assert_eq!(text(&overlay, &path), "new");
    assert_eq!(text(&overlay, &root.path.join("a/b/../../top.h")), "disk top.h");
    assert_eq!(fs::read_to_string(&path).unwrap(), "disk a/b/c.h", "the workspace is not changed");

    // Another text, of the same size and of another one.
    for new in ["wen", "longer", ""] {
        assert_eq!(update(&[("a/b/c.h", new)]), with_c);
        assert_eq!(text(&overlay, &path), new);
    }
    // Files appear, vanish, and are saved.
    fs::write(root.path.join("a/n.h"), "").unwrap();
    fs::remove_file(root.path.join("top.h")).unwrap();
    let expected = "a/ a/b@ a/n.h@ a/x.h z@";
    assert_eq!(update(&[("a/x.h", "x")]), expected);
    assert_eq!(text(&overlay, &path), "disk a/b/c.h");
    // Files and directories that are not on disk yet.
    let expected = "a@ new.h no/ no/such/ no/such/dir.h z@";
    assert_eq!(update(&[("no/such/dir.h", ""), ("new.h", "")]), expected);
    assert!(!root.path.join("no").exists());
    assert_eq!(update(&[("z/y.h", "")]), "a@ z/ z/y.h");
}

#[test]
fn an_unchanged_file_is_not_written_again() {
    let root = Root::new(&["a.c"]);
    let overlay = Overlay::new().unwrap();
    let buffers = root.buffers(&[("a.c", "new")]);
    let modified =
        || fs::metadata(overlay.path(&root.path.join("a.c"))).unwrap().modified().unwrap();
    root.update(&overlay, &buffers);
    let first = modified();
    std::thread::sleep(std::time::Duration::from_millis(20));
    root.update(&overlay, &buffers);
    assert_eq!(modified(), first);
}

#[test]
fn what_a_command_wrote_into_the_copy_is_removed_and_nothing_else() {
    let root = Root::new(&["src/a.c", "lib/b.c"]);
    let overlay = Overlay::new().unwrap();
    let buffers = root.buffers(&[("src/a.c", "new")]);
    root.update(&overlay, &buffers);
    let src = overlay.path(&root.path.join("src"));
    let expected = tree(&overlay, &root.path);
    let changes: [&dyn Fn(); 5] = [
        &|| fs::write(src.join("a.o"), "").unwrap(),
        &|| fs::create_dir_all(src.join("out/deep")).unwrap(),
        &|| symlink(root.path.join("lib"), src.join("out")).unwrap(),
        // The file or its directory is replaced by a link to the workspace.
        &|| {
            fs::remove_file(src.join("a.c")).unwrap();
            symlink(root.path.join("lib/b.c"), src.join("a.c")).unwrap();
        },
        &|| {
            fs::remove_dir_all(&src).unwrap();
            symlink(root.path.join("lib"), &src).unwrap();
        },
    ];
    for change in changes {
        change();
        root.update(&overlay, &buffers);
        assert_eq!(tree(&overlay, &root.path), expected);
        assert_eq!(text(&overlay, &root.path.join("src/a.c")), "new");
    }
    drop(overlay);
    for name in ["src/a.c", "lib/b.c"] {
        let text = fs::read_to_string(root.path.join(name)).unwrap();
        assert_eq!(text, format!("disk {name}"));
    }
    assert_eq!(fs::read_dir(root.path.join("lib")).unwrap().count(), 1);
}

#[test]
fn links_of_the_workspace_are_followed_and_a_buffer_is_found_by_both_paths() {
    let root = Root::new(&["real/a.h", "real/b.h"]);
    symlink("real", root.path.join("link")).unwrap();
    symlink("real/b.h", root.path.join("c.h")).unwrap();
    let overlay = Overlay::new().unwrap();
    root.update(&overlay, &root.buffers(&[("link/a.h", "new")]));
    assert_eq!(
        tree(&overlay, &root.path),
        "c.h@ link/ link/a.h link/b.h@ real/ real/a.h real/b.h@"
    );
    for (name, expected) in [
        ("link/a.h", "new"),
        ("real/a.h", "new"),
        ("c.h", "disk real/b.h"),
        ("link/b.h", "disk real/b.h"),
    ] {
        assert_eq!(text(&overlay, &root.path.join(name)), expected, "{name}");
    }
}

#[test]
fn buffers_of_two_roots_and_directories_above_them_are_found() {
    let (one, two) = (Root::new(&["ws/a.c", "lib/x.h"]), Root::new(&["b.h"]));
    let overlay = Overlay::new().unwrap();
    let mut buffers = one.buffers(&[("ws/a.c", "a"), ("lib/x.h", "x")]);
    buffers.extend(two.buffers(&[("b.h", "b")]));
    let cwd = one.path.join("ws");
    overlay.update(Place { cwd: &cwd, dir: &cwd, root: None }, &buffers).unwrap();
    assert_eq!(text(&overlay, &two.path.join("b.h")), "b");
    let ws = overlay.path(&one.path.join("ws"));
    assert_eq!(fs::read_to_string(ws.join("../lib/x.h")).unwrap(), "x");
    // The copy is not in itself.
    let temp = fs::read_dir(overlay.path(overlay.dir.path().parent().unwrap())).unwrap();
    let own = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with(PREFIX);
    assert!(!temp.flatten().any(|entry| own(&entry.file_name())));
}

#[test]
fn directories_of_the_workspace_lead_back_into_the_copy() {
    let files =
        ["a/b/c.h", "x.h", "target/CACHEDIR.TAG", "target/out/o", ".git/o/p", "node_modules/m/i"];
    let root = Root::new(&files);
    symlink("a", root.path.join("link")).unwrap();
    let overlay = Overlay::new().unwrap();
    let place = Place { cwd: &root.path, dir: &root.path, root: Some(&root.path) };
    overlay.update(place, &root.buffers(&[("x.h", "new")])).unwrap();
    let expected = ".git@ a/ a/b/ a/b/c.h@ link@ node_modules@ target@ x.h";
    assert_eq!(tree(&overlay, &root.path), expected);
    let inner = overlay.path(&root.path.join("a/b")).join("../../x.h");
    assert_eq!(fs::read_to_string(inner).unwrap(), "new");
}

#[test]
fn the_copy_may_be_in_the_workspace() {
    let root = Root::new(&["a/b.c"]);
    let overlay = Overlay::below(&root.path).unwrap();
    let temporary = &*root.path;
    let place = Place { cwd: temporary, dir: temporary, root: Some(temporary) };
    let file = temporary.join("no such file.c");
    for _ in 0..2 {
        overlay.update(place, &Buffers::from([(file.clone(), "new")])).unwrap();
        assert_eq!(tree(&overlay, &root.path), "a/ a/b.c@ no such file.c");
    }
}

#[test]
fn names_need_not_be_utf_8_and_a_read_only_workspace_is_copied() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::PermissionsExt as _;

    let root = Root::new(&["a b/c.h"]);
    let name = Path::new(OsStr::from_bytes(b"a b/\xff\n.h"));
    fs::write(root.path.join(name), "").unwrap();
    let dir = root.path.join("a b");
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
    let overlay = Overlay::new().unwrap();
    let file = root.path.join(name);
    let buffers = Buffers::from([(file.clone(), "é"), (dir.join("new.h"), "")]);
    root.update(&overlay, &buffers);
    assert_eq!(text(&overlay, &file), "é");
    assert_eq!(text(&overlay, &dir.join("c.h")), "disk a b/c.h");
    assert_eq!(overlay.real(&overlay.path(&file)), Some(file));
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn paths_of_the_copy_are_those_of_the_original() {
    let overlay = Overlay::new().unwrap();
    let inner = overlay.path(Path::new("/ws/a/../b.c"));
    assert_eq!(inner, overlay.dir.path().join("ws/b.c"));
    for dir in [overlay.dir.path(), &overlay.canonical] {
        assert_eq!(overlay.real(&dir.join("ws/a/../b.c")).unwrap(), Path::new("/ws/b.c"));
    }
    for other in ["/ws/a", "ws/a", "", "/"] {
        assert_eq!(overlay.real(Path::new(other)), None);
    }
}

#[test]
fn messages_have_the_original_paths() {
    for (output, expected) in [
        ("/tmp/x/a.c: /tmp/x/b.c", "/a.c: /b.c"),
        ("/tmp//tmp/x/a /tmp/xy/a /tmp/x", "/tmp//a /tmp/xy/a /tmp/x"),
        ("/tmp/tmp/x/", "/tmp/"),
        ("", ""),
    ] {
        let mut bytes = output.as_bytes().to_vec();
        without_prefix(&mut bytes, b"/tmp/x");
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }
}
