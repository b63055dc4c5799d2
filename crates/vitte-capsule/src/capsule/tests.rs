use std::io::{Cursor, Write as _};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::*;
use crate::report::tests::report;

fn capsule() -> Capsule {
    let mut report = report();
    report.id = "2025-10-22T13-05-42-123-9f8e7d6c".into();
    let mut capsule = Capsule::new(report);
    capsule.environment.insert("TERM".into(), "xterm".into());
    capsule.sources = vec![
        CapsuleSource::new("src/main.vitte", "fn main() -> void\n.end\n"),
        CapsuleSource::new("../outside.vitte", *b"\xff\x00\r\n"),
        CapsuleSource::new("src/empty.vitte", ""),
    ];
    capsule.minidump = Some(b"MDMP and more".to_vec());
    capsule
}

fn read(bytes: &[u8]) -> Result<Capsule, String> {
    Capsule::from_bytes(bytes, Path::new("a.vittecrash")).map_err(|error| error.to_string())
}

/// The parts of an archive, changed; some may stand there twice.
fn changed(change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(capsule().to_bytes().unwrap())).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        parts.push((file.name().to_owned(), bytes));
    }
    change(&mut parts);
    archive_of(&parts)
}

fn archive_of(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        archive.start_file(name.as_str(), options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn at<'a>(parts: &'a mut [(String, Vec<u8>)], name: &str) -> &'a mut (String, Vec<u8>) {
    parts.iter_mut().find(|(own, _)| own == name).unwrap()
}

#[test]
fn what_is_written_reads_back() {
    let capsule = capsule();
    let bytes = capsule.to_bytes().unwrap();
    assert_eq!(read(&bytes).unwrap(), capsule);
    assert_eq!(capsule.to_bytes().unwrap(), bytes, "the same bytes each time");
    let mut names = Vec::new();
    _ = changed(|parts| names = parts.iter().map(|(name, _)| name.clone()).collect());
    let expected = [
        "manifest.json",
        "report.json",
        "diagnostic.json",
        "context.json",
        "environment.json",
        "sources/src/main.vitte",
        "sources/_/2/outside.vitte",
        "sources/src/empty.vitte",
        "minidump.dmp",
    ];
    assert_eq!(names, expected);
    let manifest = serde_json::to_value(capsule.manifest()).unwrap();
    assert_eq!(manifest["format_version"], 1);
    assert_eq!(manifest["kind"], "signal");
    assert_eq!(manifest["id"], capsule.report.id);
    assert_eq!(manifest["fingerprint"], capsule.fingerprint.to_string());
}

#[test]
fn a_file_is_written_whole_and_for_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b.vittecrash");
    capsule().write(&path).unwrap();
    capsule().write(&path).unwrap();
    assert_eq!(Capsule::read(&path).unwrap(), capsule());
    assert_eq!(std::fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let error = capsule().write(&path.join("c")).unwrap_err().to_string();
    assert!(error.starts_with("cannot write the capsule `"), "{error}");
    let error = Capsule::read(folder.path()).unwrap_err().to_string();
    assert!(error.ends_with("`: it is no file"), "{error}");
    let error = Capsule::read(Path::new("/nowhere")).unwrap_err().to_string();
    assert!(error.starts_with("cannot read the capsule `/nowhere`: No such file"), "{error}");
}

#[test]
fn what_is_too_large_is_cut_or_not_written() {
    let mut large = report();
    large.message = "\u{1}x".repeat(10 << 20);
    let capsule = Capsule::new(large);
    let read = read(&capsule.to_bytes().unwrap()).unwrap();
    assert!(read.report.message.ends_with(" more bytes"), "{}", read.report.message.len());
    assert!(read.report.notes.last().unwrap().contains("are cut"));
    assert_eq!(read.report, capsule.report);
    let mut capsule = self::capsule();
    capsule.sources.push(CapsuleSource::new("x", vec![0; (64 << 20) + 1]));
    let error = capsule.to_bytes().unwrap_err().to_string();
    assert!(error.starts_with("its part `sources/x` has 67108865 bytes"), "{error}");
}

#[test]
fn what_is_no_capsule_is_an_error_that_names_file_and_part() {
    let wrong = |what: &str, bytes: Vec<u8>, expected: &str| {
        let error = read(&bytes).unwrap_err();
        let expected = format!("cannot read the capsule `a.vittecrash`: {expected}");
        assert!(error.starts_with(&expected), "{what}: {error}");
    };
    wrong("empty", Vec::new(), "it is no capsule: it does not begin as one");
    wrong("text", b"{\"timestamp\":\"\"}".to_vec(), "it is no capsule");
    let whole = capsule().to_bytes().unwrap();
    wrong("cut", whole[..whole.len() / 2].to_vec(), "it is damaged: ");
    let before = [b"PK\x03\x04", &whole[..]].concat();
    wrong("something before it", before, "it is damaged: ");
    for name in [
        "manifest.json",
        "report.json",
        "diagnostic.json",
        "context.json",
        "environment.json",
        "sources/src/main.vitte",
    ] {
        let without = changed(|parts| parts.retain(|(own, _)| own != name));
        wrong(name, without, &format!("its part `{name}` is missing"));
        if !name.starts_with("sources") {
            for text in ["", "{", "7 8", "\"\u{1b}[2J"] {
                let bad = changed(|parts| at(parts, name).1 = text.into());
                wrong(name, bad, &format!("its part `{name}` is not as it should be: "));
            }
        }
    }
    for name in [
        "../x",
        "/etc/passwd",
        "sources/../../x",
        "sources//x",
        "a\\b",
        "C:/x",
        "sources/./x",
        "nul\0",
    ] {
        let outside = changed(|parts| parts.push((name.into(), b"x".to_vec())));
        let error = read(&outside).unwrap_err();
        assert!(error.ends_with("would lead out of its folder"), "{name}: {error}");
    }
    for name in ["other.json", "sources/not/told", "minidump.dmp2", "MANIFEST.json"] {
        let other = changed(|parts| parts.push((name.into(), b"x".to_vec())));
        wrong(name, other, &format!("its part `{name}` is none that a capsule has"));
    }
    let newer = changed(|parts| {
        at(parts, "manifest.json").1 = br#"{"format_version": 2, "a": {}}"#.to_vec();
    });
    let expected = "its part `manifest.json` has version 2 of the format, and this program knows 1";
    wrong("newer", newer, expected);
    let many =
        changed(|parts| parts.extend((0..5000).map(|n| (format!("sources/{n}"), Vec::new()))));
    wrong("many", many, "it has 5009 parts, and the limit is 4096");
}

/// Two local files of one name: the writer does not make such archives, so the names are changed in its bytes.
#[test]
fn two_parts_of_one_name_are_an_error() {
    let mut bytes = changed(|parts| parts.push(("report.jsom".into(), b"{}".to_vec())));
    let at: Vec<usize> = bytes
        .windows(11)
        .enumerate()
        .filter(|(_, text)| *text == b"report.jsom")
        .map(|(at, _)| at)
        .collect();
    assert_eq!(at.len(), 2);
    at.iter().for_each(|at| bytes[at + 10] = b'n');
    assert!(read(&bytes).unwrap_err().contains("it is there twice"));
}

#[test]
fn a_bomb_is_not_unpacked() {
    for (name, limit) in [
        ("manifest.json", 1_u64 << 20),
        ("report.json", 16 << 20),
        ("sources/src/main.vitte", 64 << 20),
    ] {
        let size = limit + (1 << 20);
        let zeros = vec![0; usize::try_from(size).unwrap()];
        let bomb = changed(|parts| at(parts, name).1.clone_from(&zeros));
        assert!(bomb.len() < 1 << 20, "it is small: {}", bomb.len());
        let (error, used) = {
            let mut error = String::new();
            let used = allocation_counter::measure(|| error = read(&bomb).unwrap_err());
            (error, used.bytes_max)
        };
        let expected = format!("its part `{name}` has {size} bytes, and the limit is {limit}");
        assert!(error.ends_with(&expected), "{error}");
        assert!(used < 1 << 20, "{used} bytes were used to find out");
        // What the headers say is a lie: both of them, here and in the directory.
        let mut lie = bomb.clone();
        let size = u32::try_from(size).unwrap().to_le_bytes();
        let places: Vec<usize> = lie
            .windows(4)
            .enumerate()
            .filter(|(_, four)| *four == size)
            .map(|(at, _)| at)
            .collect();
        assert!(!places.is_empty());
        places.iter().for_each(|at| lie[*at..at + 4].copy_from_slice(&100_u32.to_le_bytes()));
        let mut error = String::new();
        let used = allocation_counter::measure(|| error = read(&lie).unwrap_err());
        assert!(
            !error.is_empty() && used.bytes_max < 3 * limit,
            "{error}: {} bytes",
            used.bytes_max
        );
    }
    // Many parts, each small enough.
    let megabytes = vec![b' '; 60 << 20];
    let many = changed(|parts| {
        let manifest = serde_json::from_slice::<serde_json::Value>(&at(parts, "manifest.json").1);
        let mut manifest = manifest.unwrap();
        for number in 0..6 {
            let part = format!("sources/large/{number}");
            let source = serde_json::json!({"file": format!("{number}"), "part": part});
            manifest["sources"].as_array_mut().unwrap().push(source);
            parts.push((part, megabytes.clone()));
        }
        at(parts, "manifest.json").1 = serde_json::to_vec(&manifest).unwrap();
    });
    let error = read(&many).unwrap_err();
    assert!(
        error.contains("its part `sources/large/4` has 62914560 bytes, and the limit is "),
        "{error}"
    );
    // JSON of more values than there is memory for.
    let values = changed(|parts| {
        let mut json = br#"{"timestamp": "", "message": "", "code": "F0001", "x": ["#.to_vec();
        json.extend(b"0,".repeat(4 << 20));
        json.extend(b"0]}");
        at(parts, "report.json").1 = json;
    });
    assert!(read(&values).unwrap_err().contains("values, and the limit is 2097152"));
}

/// A pattern that is random, and the same each time.
struct Pattern(u64);

impl Pattern {
    fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most.max(1)
    }
}

#[test]
fn mangled_capsules_are_errors_and_not_the_end() {
    let whole = capsule().to_bytes().unwrap();
    let mut pattern = Pattern(7);
    let mut read_all_the_same = 0;
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..=pattern.below(4) {
            let at = pattern.below(bytes.len());
            match pattern.below(4) {
                0 => bytes[at] = u8::try_from(pattern.below(256)).unwrap(),
                1 => bytes.truncate(at),
                2 => _ = bytes.splice(at..at, [0; 3]),
                _ => bytes[at] ^= 1 << pattern.below(8),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let mut result = Ok(());
        let used = allocation_counter::measure(|| result = read(&bytes).map(drop));
        read_all_the_same += u32::from(result.is_ok());
        assert!(used.bytes_max < 8 << 20, "{} bytes", used.bytes_max);
    }
    assert!(read_all_the_same < 600, "{read_all_the_same} were no capsules any more");
}
