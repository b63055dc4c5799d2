//! The files of a repository, compared with those of the page.

use super::*;

/// The files of the picture of a repository.
#[test]
fn a_repository_has_the_files_of_the_page() {
    let page = page();
    let (_, picture) = page.split_once("```text\ntarget/crash-reports/\n").unwrap();
    let picture = picture.split("```").next().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let repository = Repository::new(dir.path());
    let mut capsule = full();
    let path = repository.save(&mut capsule).unwrap();
    repository.clean(&Retention::default().with_max_days_to_keep(u32::MAX), false).unwrap();
    let id = capsule.report.id.clone();
    let expected = format!("signal/2025-10-22/{}/{id}.vittecrash", capsule.fingerprint.short());
    assert_eq!(path, dir.path().join(expected));
    for (name, file) in [
        ("index.jsonl", "index.jsonl".to_owned()),
        ("index.checkpoint", "index.checkpoint".to_owned()),
        (".last-clean", ".last-clean".to_owned()),
        ("latest/ID.vittecrash", format!("latest/{id}.vittecrash")),
    ] {
        assert!(picture.contains(&format!("─ {name} ")), "{name}");
        assert!(dir.path().join(&file).is_file(), "{file}");
    }
    assert!(picture.contains("─ metadata.json ") && path.with_file_name("metadata.json").is_file());
    let size = fs::metadata(dir.path().join("index.jsonl")).unwrap().len();
    assert_eq!(
        fs::read_to_string(dir.path().join("index.checkpoint")).unwrap(),
        format!("{size}\n")
    );

    // The index cannot be locked if it is a directory.
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("index.jsonl")).unwrap();
    Repository::new(dir.path()).save(&mut full()).unwrap();
    assert!(picture.contains("─ index.dirty ") && dir.path().join("index.dirty").is_file());
}
