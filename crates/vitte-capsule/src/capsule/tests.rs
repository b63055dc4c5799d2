use std::io::{Cursor, Write as _};

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
    Capsule::from_bytes(bytes, "a.vittecrash").map_err(|error| error.to_string())
}

/// The bytes of a capsule whose parts were changed.
fn with_parts(change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
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

fn part<'a>(parts: &'a mut [(String, Vec<u8>)], name: &str) -> &'a mut (String, Vec<u8>) {
    parts.iter_mut().find(|(found, _)| found == name).unwrap()
}

#[test]
fn a_written_capsule_reads_back() {
    let capsule = capsule();
    let bytes = capsule.to_bytes().unwrap();
    assert_eq!(read(&bytes).unwrap(), capsule);
    assert_eq!(capsule.to_bytes().unwrap(), bytes, "equal capsules have equal bytes");
    let mut names = Vec::new();
    _ = with_parts(|parts| names = parts.iter().map(|(name, _)| name.clone()).collect());
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
fn a_file_is_written_atomically_and_private() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b.vittecrash");
    capsule().write(&path).unwrap();
    capsule().write(&path).unwrap();
    assert_eq!(Capsule::read(&path).unwrap(), capsule());
    assert_eq!(std::fs::read_dir(dir.path().join("a")).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let error = capsule().write(path.join("c")).unwrap_err().to_string();
    assert!(error.starts_with("cannot write the capsule `"), "{error}");
    let error = Capsule::read(dir.path()).unwrap_err().to_string();
    assert!(error.ends_with("`: not a regular file"), "{error}");
    let error = Capsule::read("/nowhere").unwrap_err().to_string();
    assert!(error.starts_with("cannot read the capsule `/nowhere`: No such file"), "{error}");
}

#[test]
fn a_large_report_is_truncated_and_a_large_source_is_an_error() {
    let mut large = report();
    large.message = "\u{1}x".repeat(10 << 20);
    let capsule = Capsule::new(large);
    let read = read(&capsule.to_bytes().unwrap()).unwrap();
    assert!(read.report.message.ends_with(" more bytes"), "{}", read.report.message.len());
    assert!(read.report.notes.last().unwrap().contains("was truncated"));
    assert_eq!(read.report, capsule.report);
    let mut capsule = self::capsule();
    capsule.sources.push(CapsuleSource::new("x", vec![0; (64 << 20) + 1]));
    let error = capsule.to_bytes().unwrap_err().to_string();
    assert!(
        error.starts_with("cannot write the capsule: part `sources/x`: too large (67108865 bytes"),
        "{error}"
    );
}

#[test]
fn what_the_reader_would_reject_is_not_written() {
    let error = |sources: Vec<CapsuleSource>| {
        let mut capsule = capsule();
        capsule.sources = sources;
        capsule.to_bytes().unwrap_err().to_string()
    };
    let many = (0..4096).map(|number| CapsuleSource::new(format!("{number}"), "")).collect();
    assert_eq!(error(many), "cannot write the capsule: too many parts (limit 4096)");
    let large = (0..5).map(|number| CapsuleSource::new(format!("{number}"), vec![0; 60 << 20]));
    let large = error(large.collect());
    assert!(large.starts_with("cannot write the capsule: too large ("), "{large}");
    assert!(large.ends_with(" bytes, limit 268435456)"), "{large}");
}

#[test]
fn an_error_names_the_file_and_the_part() {
    let wrong = |case: &str, bytes: Vec<u8>, expected: &str| {
        let error = read(&bytes).unwrap_err();
        let expected = format!("cannot read the capsule `a.vittecrash`: {expected}");
        assert!(error.starts_with(&expected), "{case}: {error}");
    };
    wrong("empty", Vec::new(), "not a .vittecrash archive");
    wrong("text", b"{\"timestamp\":\"\"}".to_vec(), "not a .vittecrash archive");
    let whole = capsule().to_bytes().unwrap();
    wrong("truncated", whole[..whole.len() / 2].to_vec(), "damaged: ");
    let before = [b"PK\x03\x04", &whole[..]].concat();
    wrong("data before the archive", before, "damaged: ");
    for name in [
        "manifest.json",
        "report.json",
        "diagnostic.json",
        "context.json",
        "environment.json",
        "sources/src/main.vitte",
    ] {
        let without = with_parts(|parts| parts.retain(|(found, _)| found != name));
        wrong(name, without, &format!("part `{name}`: missing"));
        if !name.starts_with("sources") {
            for text in ["", "{", "7 8", "\"\u{1b}[2J"] {
                let bad = with_parts(|parts| part(parts, name).1 = text.into());
                wrong(name, bad, &format!("part `{name}`: invalid JSON: "));
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
        let outside = with_parts(|parts| parts.push((name.into(), b"x".to_vec())));
        let error = read(&outside).unwrap_err();
        assert!(error.ends_with(": unsafe path: not relative, or not portable"), "{name}: {error}");
    }
    for name in ["other.json", "sources/not/listed", "minidump.dmp2", "MANIFEST.json"] {
        let other = with_parts(|parts| parts.push((name.into(), b"x".to_vec())));
        let expected = "neither a known part nor a source file of the manifest";
        wrong(name, other, &format!("part `{name}`: {expected}"));
    }
    let newer = with_parts(|parts| {
        part(parts, "manifest.json").1 = br#"{"format_version": 2, "a": {}}"#.to_vec();
    });
    let expected = "part `manifest.json`: format version 2 is not supported (this program supports 1); \
                    use a newer version of this program";
    wrong("newer", newer, expected);
    let many =
        with_parts(|parts| parts.extend((0..5000).map(|n| (format!("sources/{n}"), Vec::new()))));
    wrong("many", many, "too many parts (5009, limit 4096)");
}

/// `ZipWriter` refuses two parts with the same name, so a name is changed in the bytes.
#[test]
fn two_parts_of_one_name_are_an_error() {
    let mut bytes = with_parts(|parts| parts.push(("report.jsom".into(), b"{}".to_vec())));
    let at: Vec<usize> = bytes
        .windows(11)
        .enumerate()
        .filter(|(_, text)| *text == b"report.jsom")
        .map(|(at, _)| at)
        .collect();
    assert_eq!(at.len(), 2);
    at.iter().for_each(|at| bytes[at + 10] = b'n');
    assert!(read(&bytes).unwrap_err().contains("two parts have the same name"));
}

/// `ZipArchive` compares names after it has decoded them, which depends on a flag of each part.
#[test]
fn two_parts_whose_names_differ_only_when_decoded_are_an_error() {
    const UTF_8_FLAG: u8 = 0x08;
    let name = "sources/\u{e8}".as_bytes();
    let mut bytes = with_parts(|parts| {
        parts.extend(["sources/\u{e9}", "sources/\u{e8}"].map(|name| (name.into(), Vec::new())));
    });
    let mut headers = 0;
    while let Some(at) = bytes.windows(name.len()).position(|part| part == name) {
        for (header, len, flags) in [(&b"PK\x03\x04"[..], 30, 7), (b"PK\x01\x02", 46, 9)] {
            if bytes[at - len..].starts_with(header) {
                assert_eq!(bytes[at - len + flags], UTF_8_FLAG);
                bytes[at - len + flags] = 0;
                headers += 1;
            }
        }
        bytes[at + name.len() - 1] = b'\xa9';
    }
    assert_eq!(headers, 2);
    let error = read(&bytes).unwrap_err();
    assert!(error.ends_with("part `sources/\u{e9}`: two parts have the same name"), "{error}");
}

#[test]
fn a_name_that_is_not_utf_8_is_unsafe() {
    let mut bytes = with_parts(|parts| parts.push(("sources/abc".into(), b"x".to_vec())));
    while let Some(at) = bytes.windows(11).position(|name| name == b"sources/abc") {
        bytes[at + 8] = b'\xff';
    }
    let error = read(&bytes).unwrap_err();
    assert!(error.contains("part `sources/\u{fffd}bc`: unsafe path"), "{error}");
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
        let bomb = with_parts(|parts| part(parts, name).1.clone_from(&zeros));
        assert!(bomb.len() < 1 << 20, "the file is small: {}", bomb.len());
        let (error, used) = {
            let mut error = String::new();
            let used = allocation_counter::measure(|| error = read(&bomb).unwrap_err());
            (error, used.bytes_max)
        };
        let expected = format!("part `{name}`: too large ({size} bytes, limit {limit})");
        assert!(error.ends_with(&expected), "{error}");
        assert!(used < 1 << 20, "{used} bytes were allocated");
        // Both headers, that of the part and that in the directory, state a small size.
        let mut forged = bomb.clone();
        let size = u32::try_from(size).unwrap().to_le_bytes();
        let offsets: Vec<usize> = forged
            .windows(4)
            .enumerate()
            .filter(|(_, four)| *four == size)
            .map(|(at, _)| at)
            .collect();
        assert!(!offsets.is_empty());
        offsets.iter().for_each(|at| forged[*at..at + 4].copy_from_slice(&100_u32.to_le_bytes()));
        let mut error = String::new();
        let used = allocation_counter::measure(|| error = read(&forged).unwrap_err());
        assert!(
            !error.is_empty() && used.bytes_max < 3 * limit,
            "{error}: {} bytes",
            used.bytes_max
        );
    }
    // Each part is below its limit, but all together are not.
    let megabytes = vec![b' '; 60 << 20];
    let many = with_parts(|parts| {
        let manifest = serde_json::from_slice::<serde_json::Value>(&part(parts, "manifest.json").1);
        let mut manifest = manifest.unwrap();
        for number in 0..6 {
            let name = format!("sources/large/{number}");
            let source = serde_json::json!({"file": format!("{number}"), "part": name});
            manifest["sources"].as_array_mut().unwrap().push(source);
            parts.push((name, megabytes.clone()));
        }
        part(parts, "manifest.json").1 = serde_json::to_vec(&manifest).unwrap();
    });
    let error = read(&many).unwrap_err();
    assert!(error.contains("part `sources/large/4`: too large (62914560 bytes, limit "), "{error}");
    // Small JSON whose values would take much more memory.
    let values = with_parts(|parts| {
        let mut json = br#"{"timestamp": "", "message": "", "code": "F0001", "x": ["#.to_vec();
        json.extend(b"0,".repeat(4 << 20));
        json.extend(b"0]}");
        part(parts, "report.json").1 = json;
    });
    assert!(read(&values).unwrap_err().contains(", limit 262144)"));
}

/// Pseudo-random numbers, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

#[test]
fn damaged_capsules_are_errors_and_do_not_panic() {
    let whole = capsule().to_bytes().unwrap();
    let mut random = Random(7);
    let mut readable = 0;
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                1 => bytes.truncate(at),
                2 => _ = bytes.splice(at..at, [0; 3]),
                _ => bytes[at] ^= 1 << random.below(8),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let mut result = Ok(());
        let used = allocation_counter::measure(|| result = read(&bytes).map(drop));
        readable += u32::from(result.is_ok());
        assert!(used.bytes_max < 8 << 20, "{} bytes", used.bytes_max);
    }
    assert!(readable < 600, "{readable} of 3000 damaged capsules could be read");
}
