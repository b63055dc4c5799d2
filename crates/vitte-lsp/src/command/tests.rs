//! Compilers that are shell scripts.

mod ends;
mod formats;
mod real;
pub(crate) mod support;

use std::path::Path;

use self::support::Fixture;
use super::*;

/// A compiler that reports the first `@` of a file, and of the files that it includes with `use NAME`, as a path relative to the
/// working directory if the file is in it.
const SCRIPT: &str = r#"
check() {
    while read -r word name; do
        if [ "$word" = use ]; then check "$(dirname "$1")/$name"; fi
    done < "$1"
    line=$(grep -n @ "$1" | head -n 1)
    if [ -n "$line" ]; then
        path=${1#"$PWD"/}
        at='{"file":"'$path'","lo":0,"hi":1,"line":1,"col":1'
        echo "progress: $path"
        echo '{"severity":"error","code":"E1","message":"'"${line%%:*}"'","primary":'"$at"'},"labels":[{"style":"primary",'"${at#?}"',"message":null}],"help":null,"notes":[]}'
    fi
}
check "$1"
"#;

fn script(args: &[&str]) -> CompilerCommand {
    let args = [&["-c", SCRIPT, "mycc"], args].concat();
    CompilerCommand::new("sh", args).unwrap()
}

#[test]
fn saved_files_are_checked_in_place() {
    let fixture = Fixture::new(&[("src/a.x", "@\nuse b.x\n"), ("src/b.x", "ok\n@\n")]);
    let out = fixture.check(&script(&["{file}"]), "src/a.x");
    assert_eq!(out, ["src/b.x:1:1: error[E1]: 2", "src/a.x:1:1: error[E1]: 1"]);
    // From another directory than the root.
    let command = CompilerCommand::new("sh", ["-c", "pwd >&2; exit 1", "{file}"]).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let outside = outside.path().canonicalize().unwrap();
    std::fs::write(outside.join("o.x"), "").unwrap();
    let out = fixture.check(&command, outside.join("o.x").to_str().unwrap());
    assert!(out[0].ends_with(&format!("\n{}", outside.display())), "{out:?}");
}

#[test]
#[cfg(unix)]
fn a_program_is_that_of_the_workspace_for_documents_outside_of_it_too() {
    let fixture = Fixture::new(&[]);
    std::os::unix::fs::symlink("/bin/sh", fixture.path("mycc")).unwrap();
    let command = CompilerCommand::new("./mycc", ["-c", "echo own >&2; exit 1", "{file}"]).unwrap();
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/bin/false", outside.path().join("mycc")).unwrap();
    let document = outside.path().join("o.x");
    std::fs::write(&document, "").unwrap();
    let out = fixture.check(&command, document.to_str().unwrap());
    assert!(out[0].ends_with("\nown"), "{out:?}");
}

#[test]
fn unsaved_buffers_are_checked_as_if_they_were_saved() {
    let mut fixture = Fixture::new(&[("src/a.x", "use b.x\n"), ("src/b.x", "ok\n"), ("c.x", "")]);
    let command = script(&["{file}"]);
    fixture.open("src/b.x", "\n\n@\n");
    assert_eq!(fixture.check(&command, "src/a.x"), ["src/b.x:1:1: error[E1]: 3"]);
    fixture.open("src/a.x", "@use\n");
    assert_eq!(fixture.check(&command, "src/a.x"), ["src/a.x:1:1: error[E1]: 1"]);
    // A file and a directory that are not on disk.
    fixture.open("new/dir/d.x", "use ../../c.x\n@\n");
    fixture.open("c.x", "@");
    let both = ["c.x:1:1: error[E1]: 1", "new/dir/d.x:1:1: error[E1]: 2"];
    assert_eq!(fixture.check(&command, "new/dir/d.x"), both);
    assert_eq!(command.idle_overlays().len(), 1);
    let failing = support::shell("echo \"$PWD: $1: no\" >&2; exit 1");
    let out = fixture.check(&failing, "new/dir/d.x").concat();
    let [root, path] = ["", "new/dir/d.x"].map(|name| fixture.path(name).display().to_string());
    assert!(out.ends_with(&format!("{}: {path}: no", root.trim_end_matches('/'))), "{out}");
    // Saved again.
    fixture.close("src/a.x");
    fixture.close("src/b.x");
    assert_eq!(fixture.check(&command, "src/a.x"), [""; 0]);
    assert_eq!(std::fs::read_to_string(fixture.path("src/b.x")).unwrap(), "ok\n");
    assert!(!fixture.path("new").exists());
}

#[test]
fn a_document_without_a_root_has_its_directory_as_root() {
    let mut fixture = Fixture::new(&[("src/a.x", "use b.x\n"), ("src/b.x", "ok\n")]);
    fixture.root = None;
    fixture.open("src/b.x", "@");
    let out = fixture.check(&script(&["{file}"]), "src/a.x");
    assert_eq!(out, [format!("{}:1:1: error[E1]: 1", fixture.path("src/b.x").display())]);
}

#[test]
fn a_buffer_may_be_read_from_standard_input() {
    let mut fixture = Fixture::new(&[("a b.x", "on disk\n"), ("other.x", "")]);
    fixture.open("a b.x", "é\n@\n");
    fixture.open("other.x", "unsaved");
    for (name, given) in
        [("<stdin>", None), ("-", None), ("/dev/stdin", None), ("X:1", Some("X:1"))]
    {
        let json = r#"{"severity":"error","code":null,"message":"'$(grep -n @)' '$1' '$PWD'","primary":{"file":"NAME","lo":3,"hi":4,"line":2,"col":1},"labels":[{"style":"primary","file":"NAME","lo":3,"hi":4,"line":2,"col":1,"message":null}],"help":null,"notes":[]}"#;
        let script = format!("echo '{}'", json.replace("NAME", name));
        let mut command = CompilerCommand::new("sh", ["-c", &script, "mycc", "{stdin}"]).unwrap();
        if let Some(given) = given {
            command = command.stdin_name(given);
        }
        let root = fixture.path("").display().to_string();
        let root = root.trim_end_matches('/');
        assert_eq!(fixture.check(&command, "a b.x"), [format!("a b.x:2:1: error: 2:@ - {root}")]);
        assert_eq!(command.idle_overlays().len(), 0);
    }
}

#[test]
fn a_buffer_without_a_file_is_written_to_one_with_the_extension_of_its_language() {
    let mut fixture = Fixture::new(&[]);
    fixture.open_untitled("untitled:Untitled-1", "rust", "use x\n@\n");
    let script = r#"case "$1" in *.rs) cat "$1" >&2 ;; esac; at='"file":"'$1'","lo":6,"hi":7,"line":2,"col":1'; echo '{"severity":"error","code":null,"message":"m","primary":{'$at'},"labels":[{"style":"primary",'$at',"message":null}],"help":null,"notes":[]}'; kill -ABRT $$"#;
    let command = CompilerCommand::new("sh", ["-c", script, "mycc", "{file}"]).unwrap();
    let out = fixture.check(&command, "untitled:Untitled-1");
    assert_eq!(out[0], "untitled:Untitled-1:2:1: error: m");
    assert!(out[1].ends_with("\nuse x\n@"), "{out:?}");
}

#[test]
fn a_command_without_a_file_checks_the_workspace_on_disk() {
    let mut fixture = Fixture::new(&[("src/a.x", "@")]);
    fixture.open("src/a.x", "unsaved");
    let command = script(&["{root}/src/a.x"]);
    assert!(command.needs_saved_files());
    // The text on disk is another one, so the location is that of the compiler.
    assert_eq!(fixture.check(&command, "src/a.x"), ["src/a.x:1:1: error[E1]: 1"]);
    assert!(!script(&["{file}"]).needs_saved_files());
    assert!(!script(&["{stdin}"]).needs_saved_files());
}

#[test]
fn the_files_of_diagnostics_and_the_root_are_dependencies() {
    let fixture = Fixture::new(&[("src/a.x", "use b.x\n"), ("src/b.x", "@\n")]);
    let (mut workspace, document) = fixture.workspace("src/a.x");
    _ = script(&["{file}"]).check(&mut workspace, &document);
    let (sources, dependencies, _) = workspace.into_parts();
    assert_eq!(sources.files().count(), 2);
    let root = fixture.root.clone().unwrap();
    let expected = [root, fixture.path("src/a.x"), fixture.path("src/b.x")];
    assert_eq!(dependencies.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn programs_with_a_separator_are_below_the_root() {
    let root = Path::new("/ws");
    for (name, expected) in [
        ("mycc", "mycc"),
        ("./mycc", "/ws/./mycc"),
        ("bin/mycc", "/ws/bin/mycc"),
        ("/bin/mycc", "/bin/mycc"),
    ] {
        assert_eq!(resolved(OsStr::new(name), root), expected);
    }
    assert_eq!(CompilerCommand::new("", [""; 0]).unwrap_err(), CommandError::NoProgram);
}
