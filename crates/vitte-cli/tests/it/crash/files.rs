//! What is removed, and what is exported.

use super::*;

#[test]
fn without_a_terminal_nothing_is_removed() {
    let workspace = workspace();
    for (arguments, what) in [
        (&["clear"][..], "4 crashes ("),
        (&["clear", "--all"], "4 crashes ("),
        (&["clear", "latest"], "1 crash ("),
        (&["clear", "--module=vittec"], "3 crashes ("),
    ] {
        let stderr = bad(workspace.path(), arguments);
        assert!(stderr.starts_with(&format!("vitte: refusing to remove {what}")));
        assert!(stderr.ends_with("(stdin is not a terminal); pass --yes\n"), "{stderr}");
    }
    assert_eq!(workspace.ids(&["list", "--json"]).len(), 4);
    let clear = |arguments: &[&str]| {
        let yes: &[&str] = if arguments.contains(&"--dry-run") { &[] } else { &["--yes"] };
        workspace.ids(&[&["clear", "--json"], arguments, yes].concat())
    };
    let (first, last) = (&*workspace.ids[0], &*workspace.ids[3]);
    assert_eq!(clear(&[first, last, "--module=vittec"]), [0]);
    assert_eq!(clear(&["--signal=segv", "--dry-run"]), [2]);
    assert_eq!(clear(&["--signal=segv"]), [2]);
    assert_eq!(clear(&["--signal=segv"]), [0; 0]);
    assert_eq!(
        good(workspace.path(), &["clear", "--signal=segv"]),
        "no match among 2 crashes in `target/crash-reports`\n"
    );
    assert_eq!(workspace.ids(&["list", "--json"]), [1, 3]);
    assert_eq!(clear(&[]), [1, 3]);
}

#[test]
fn a_capsule_is_exported_once() {
    let workspace = workspace();
    let path = workspace.path();
    let [first, ..] = workspace.paths.as_slice() else { panic!() };
    let id = &*workspace.ids[0];
    let name = format!("{id}.vittecrash");
    fs::create_dir(path.join("copies")).unwrap();
    assert_eq!(good(path, &["export", id, "--out=copies"]), format!("copies/{name}\n"));
    assert_eq!(fs::read(path.join("copies").join(&name)).unwrap(), fs::read(first).unwrap());
    let stderr = bad(path, &["export", id, "--out=copies"]);
    assert_eq!(
        stderr,
        format!("vitte: `copies/{name}` already exists; pass --force to overwrite it\n")
    );
    good(path, &["export", id, "--out=copies", "--force"]);
    let unpacked = good(path, &["export", id, "--out=a.vittecrash", "--sources=src"]);
    assert_eq!(unpacked, "a.vittecrash\n1 source file in `src`\n");
    assert_eq!(fs::read_to_string(path.join("src/src/front/blocks.rs")).unwrap(), BLOCKS);
    // One of the files exists, so none is written.
    bad(path, &["export", id, "--out=b.vittecrash", "--sources=src"]);
    assert!(!path.join("b.vittecrash").exists());
    // A file can be named wherever it is.
    let shown = good(path, &["show", "a.vittecrash"]);
    assert_eq!(shown, good(path, &["show", id]));
    good(path, &["stack", "copies/../a.vittecrash", "--dir=none"]);
    fs::write(path.join("a.vittecrash"), b"PK\x03\x04 and no more").unwrap();
    for command in ["show", "inspect", "stack", "vars", "env", "fingerprint"] {
        let stderr = bad(path, &[command, "a.vittecrash"]);
        let why = "vitte: cannot read the capsule `a.vittecrash`: damaged: ";
        assert!(stderr.starts_with(why), "{stderr}");
    }
}
