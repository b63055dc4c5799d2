//! The example `embed`, which writes a page with the HTML reports of crashes as fragments.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::common::{SECOND, capsule};

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data| data.modified()).ok()
}

/// Returns the path of the example, which `--test it` alone does not build.
fn example() -> std::path::PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let path = profile.join("examples").join(format!("embed{}", std::env::consts::EXE_SUFFIX));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/embed.rs");
    let is_current = modified(&path).is_some_and(|built| modified(&source) <= Some(built));
    assert!(is_current, "{} is old: run `cargo test` without `--test`", path.display());
    path
}

#[test]
fn the_example_embeds_each_crash() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for (name, message) in [("a.vittecrash", "the first <crash>"), ("b.vittecrash", "another")] {
        std::fs::write(path(name), capsule(SECOND, message, "f").to_bytes().unwrap()).unwrap();
    }
    let mut embed = Command::new(example());
    embed.arg(path("build.html")).args([path("a.vittecrash"), path("b.vittecrash")]);
    let output = embed.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let page = std::fs::read_to_string(path("build.html")).unwrap();
    assert_eq!(page.matches("<section class=\"vitte-crash\"").count(), 2);
    assert!(page.contains("the first &#60;crash&#62;</h3>") && page.contains("another</h3>"));
    let failed = Command::new(example()).arg(path("x.html")).arg(path("none")).output().unwrap();
    assert!(!failed.status.success() && !path("x.html").exists());
}
