//! Copies in a directory.

use super::*;

#[test]
fn a_copied_report_does_not_overwrite_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a/b");
    let target = || Target::File { dir: out.clone() };
    let path = out.join(format!("{ID}.json"));
    let copied = |is_new| UploadReceipt::Copied { path: path.clone(), is_new };
    assert_eq!(upload(target(), &report()).0.unwrap(), copied(true));
    let mut redacted = report();
    vitte_capsule::Redactor::default().report(&mut redacted);
    let read: CrashReport = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(read, redacted);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(upload(target(), &report()).0.unwrap(), copied(false));

    let other = with(|value| value["message"] = json!("another"));
    let error = upload(target(), &other).0.unwrap_err().to_string();
    assert_eq!(
        error,
        format!("cannot write `{}`: it exists with different content", path.display())
    );
    let read: CrashReport = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(read, redacted);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "there are no temporary files");

    for id in ["", "..", ".x", "../x", "a/b", "a\\b", "a\0", &"x".repeat(200)] {
        let report = with(|value| value["id"] = json!(id));
        let error = Upload::new(target()).prepare(&report).unwrap_err();
        assert!(matches!(error, UploadError::Report { field: "id", .. }), "{error}");
    }
    let in_a_file = Target::File { dir: path.clone() };
    let error = upload(in_a_file, &report()).0.unwrap_err().to_string();
    assert!(error.starts_with("cannot write `"), "{error}");
    let large = hostile("\u{202e}`\u{1b}", 1 << 18);
    let mut large_id = large;
    "large".clone_into(&mut large_id.id);
    assert!(upload(target(), &large_id).0.is_ok());
    let text = fs::read_to_string(out.join("large.json")).unwrap();
    assert!(text.len() > 10 << 20);
    vitte_capsule::Redactor::default().report(&mut large_id);
    assert_eq!(serde_json::from_str::<CrashReport>(&text).unwrap(), large_id);
}
