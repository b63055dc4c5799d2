//! `docs/capsule-format.md`, compared with the files that are written and with the limits of the reader.

mod repository;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use serde_json::{Map, Value, json};
use vitte_capsule::{
    Capsule, CapsuleErrorKind, CapsuleSource, CrashKind, CrashReport, Fingerprint, Repository,
    Retention,
};
use vitte_diag::Code;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The specification.
fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/capsule-format.md");
    fs::read_to_string(path).unwrap()
}

/// The cells of the rows of each table of the page with this head.
fn tables(head: &str) -> Vec<Vec<Vec<String>>> {
    let (page, head) = (page(), format!("{head}\n"));
    let tables = page.split(&head).skip(1).map(|behind| {
        let rows = behind.lines().skip(1).take_while(|line| line.starts_with('|'));
        let cells = |row: &str| {
            row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
        };
        rows.map(cells).collect()
    });
    tables.collect()
}

/// The only table with this head.
fn table(head: &str) -> Vec<Vec<String>> {
    let [table] = &tables(head)[..] else { panic!("{head}: not exactly one table") };
    table.clone()
}

/// The code span that a cell is.
fn code(cell: &str) -> &str {
    let code = cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`'));
    code.unwrap_or_else(|| panic!("not a code span: {cell}"))
}

/// A capsule in which no field is empty.
fn full() -> Capsule {
    let location = json!({"id": 1, "file": "a.vitte", "lo": 4, "hi": 5, "line": 1, "col": 5});
    let report = json!({
        "timestamp": "2025-10-22T13:05:42.123Z",
        "version": "0.1.0",
        "module": "vittec",
        "thread": "main",
        "signal": "SIGSEGV",
        "message": "invalid memory access",
        "backtrace": ["vittec::main at src/main.rs:1:1"],
        "system": {"os": "linux", "arch": "x86_64"},
        "session": "5f3c9a",
        "frames": [{
            "function": "vittec::main", "file": "src/main.rs", "line": 1, "column": 1, "inlined": false,
            "module": "vittec", "offset": 16, "build_id": "9f8e7d6c", "in_project": true,
        }],
        "context": [{
            "name": "typeck",
            "values": [{"key": "fn", "value": "area"}],
            "place": location,
            "variables": [{"key": "scope", "value": {"a": 1}, "error": "timed out"}],
            "frame": 0,
        }],
        "build": "release",
        "commit": "7991911",
        "command": ["vittec", "check"],
        "registers": {"rip": "0x10"},
        "threads": [{
            "id": 7, "name": "main", "backtrace": ["vittec::main"],
            "context": [{"name": "typeck", "values": [{"key": "fn", "value": "area"}], "place": location,
                "variables": [{"key": "scope", "value": {"a": 1}, "error": "timed out"}], "frame": 0}],
        }],
        "code": "F0002",
        "location": "src/main.rs:1:1",
        "address": "0x10",
        "notes": ["a note"],
        "sources": [{"id": 1, "file": "a.vitte", "lines": [{"line": 1, "lo": 0, "text": "let x"}]}],
        "report_url": "https://example.org/bugs",
        "process": 7,
        "deployment": "production",
        "test": "lexer::tests::empty_file",
        "breadcrumbs": [{
            "timestamp": "2025-10-22T13:05:42.122000Z", "level": "warn", "target": "vittec::cache",
            "message": "entry removed", "fields": [{"key": "key", "value": "shapes"}], "thread": "main",
        }],
    });
    let mut capsule = Capsule::new(serde_json::from_value(report).unwrap());
    capsule.sources.push(CapsuleSource::new("a.vitte", "let x"));
    capsule.environment.insert("TERM".into(), "xterm".into());
    capsule.minidump = Some(b"MDMP".to_vec());
    capsule
}

type Parts = Vec<(String, Vec<u8>)>;

/// The parts of an archive in their order.
fn parts(bytes: &[u8]) -> Parts {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let part = |index| {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().to_owned(), bytes)
    };
    (0..ZipArchive::new(Cursor::new(bytes)).unwrap().len()).map(part).collect()
}

fn archive(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The error for the full capsule after a change of its parts.
fn error_after(change: impl FnOnce(&mut Parts)) -> Option<CapsuleErrorKind> {
    let mut parts = parts(&full().to_bytes().unwrap());
    change(&mut parts);
    Capsule::from_bytes(&archive(&parts), "a.vittecrash").err().map(|error| error.kind)
}

/// Replaces the bytes of a part, by its name or by the prefix before `…`.
fn replace(parts: &mut Parts, name: &str, bytes: Vec<u8>) {
    let name = name.trim_end_matches('…');
    parts.iter_mut().find(|(own, _)| own.starts_with(name)).unwrap().1 = bytes;
}

/// Returns true if a value has a type of the page, such as `array of strings` or `string or null`.
fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "any" => true,
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "object of strings" => {
            value.as_object().is_some_and(|object| object.values().all(Value::is_string))
        }
        _ => {
            match (name.strip_suffix("s").and_then(|name| name.strip_prefix("array of ")), value) {
                (Some(item), Value::Array(items)) => {
                    !items.is_empty() && items.iter().all(|value| has_type(value, item))
                }
                _ => name.strip_suffix(" or null").is_some_and(|name| has_type(value, name)),
            }
        }
    }
}

/// Every object of a JSON value: the names of its fields in their order. A map is not an object in this sense.
fn objects(value: &Value, found: &mut Vec<Map<String, Value>>) {
    const MAPS: [&str; 1] = ["registers"];
    match value {
        Value::Array(items) => items.iter().for_each(|item| objects(item, found)),
        Value::Object(fields) => {
            found.push(fields.clone());
            for (_, value) in fields.iter().filter(|(name, _)| !MAPS.contains(&&***name)) {
                objects(value, found);
            }
        }
        _ => {}
    }
}

/// Each file that is written has exactly the fields of some tables, with their types, and no table is left over.
#[test]
fn every_field_is_in_a_table_and_every_table_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut capsule = full();
    let path = Repository::new(dir.path()).save(&mut capsule).unwrap();
    let mut texts: Vec<Vec<u8>> = parts(&fs::read(&path).unwrap())
        .into_iter()
        .filter(|(name, _)| ["manifest.json", "report.json", "context.json"].contains(&&**name))
        .map(|(_, bytes)| bytes)
        .collect();
    assert_eq!(texts.len(), 3);
    texts.push(fs::read(dir.path().join("index.jsonl")).unwrap());
    texts.push(fs::read(path.with_file_name("metadata.json")).unwrap());
    let mut written = Vec::new();
    for text in &texts {
        objects(&serde_json::from_slice(text).unwrap(), &mut written);
    }
    // The value of a variable is whatever the program has.
    written.retain(|fields| !fields.contains_key("a"));

    let tables = tables("| field | type | since | meaning |");
    let fields = |table: &[Vec<String>]| -> BTreeMap<String, String> {
        table.iter().map(|row| (code(&row[0]).to_owned(), row[1].clone())).collect()
    };
    let described: Vec<_> = tables.iter().map(|table| fields(table)).collect();
    assert!(described.len() >= 15, "{}", described.len());
    for fields in &written {
        let is_described = described.iter().any(|described| {
            described.keys().eq(fields.keys())
                && described.iter().all(|(name, kind)| has_type(&fields[name], kind))
        });
        assert!(is_described, "no table has these fields and types: {fields:#?}");
    }
    for described in &described {
        let is_written = written.iter().any(|fields| described.keys().eq(fields.keys()));
        assert!(is_written, "no file has these fields: {described:#?}");
    }
    for row in tables.iter().flatten() {
        let since: u32 = row[2].parse().unwrap();
        assert!((1..=Capsule::FORMAT_VERSION).contains(&since), "{row:?}");
    }

    // The order of the fields of the manifest, the report and a line of the index.
    for (text, indentation) in [(&texts[0], "\n  "), (&texts[1], "\n  "), (&texts[3], "")] {
        let json: Map<String, Value> = serde_json::from_slice(text).unwrap();
        let text = std::str::from_utf8(text).unwrap();
        let table = tables.iter().find(|table| fields(table).keys().eq(json.keys())).unwrap();
        let at = |row: &Vec<String>| text.find(&format!("{indentation}\"{}\":", code(&row[0])));
        assert!(table.iter().all(|row| at(row).is_some()) && table.iter().map(at).is_sorted());
    }
}

#[test]
fn versions_and_names_are_those_of_the_page() {
    let page = page();
    let version = Capsule::FORMAT_VERSION;
    assert!(page.contains(&format!("describes\nformat version {version}.")));
    let version = Fingerprint::VERSION;
    assert!(page.contains(&format!("the fingerprint version in decimal: `{version}`")));
    assert!(page.contains(&format!("`*.{}`", Capsule::EXTENSION)));
    assert!(page.contains(&format!("By default it is `{}`", Repository::DEFAULT_DIR)));
    let newer = error_after(|parts| {
        replace(parts, "manifest.json", br#"{"format_version": 2}"#.to_vec());
    });
    assert!(matches!(newer, Some(CapsuleErrorKind::Newer { version: 2 })), "{newer:?}");
}

#[test]
fn parts_are_those_of_the_page_in_its_order() {
    let table = table("| part | presence | content |");
    let parts: Vec<String> =
        parts(&full().to_bytes().unwrap()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(parts.len(), table.len());
    for (part, row) in parts.iter().zip(&table) {
        assert!(part.starts_with(code(&row[0]).trim_end_matches('…')), "{part}: {row:?}");
        let error = error_after(|parts| parts.retain(|(name, _)| name != part));
        let is_required = row[1] != "optional";
        assert_eq!(
            matches!(error, Some(CapsuleErrorKind::Missing)),
            is_required,
            "{part}: {error:?}"
        );
        assert!(is_required || error.is_none(), "{part}: {error:?}");
    }
    let error = error_after(|parts| parts.reverse());
    assert!(error.is_none(), "{error:?}");
    for name in ["sources/other", "other.json"] {
        let error = error_after(|parts| parts.push((name.into(), Vec::new())));
        assert!(matches!(error, Some(CapsuleErrorKind::Unknown)), "{name}: {error:?}");
    }
    for name in [
        "a\\b", "a:b", "a*b", "a?b", "a\"b", "a<b", "a>b", "a|b", "a//b", "/a", "a/", "a.", "a ",
        "..",
    ] {
        let error = error_after(|parts| parts.push((format!("sources/{name}"), Vec::new())));
        assert!(matches!(error, Some(CapsuleErrorKind::UnsafePath)), "{name}: {error:?}");
    }
}

#[test]
fn kinds_are_those_of_the_page() {
    let table = table("| kind | code | the crash is |");
    for row in &table {
        let kind = CrashKind::from(Code::new(&row[1]).unwrap_or(vitte_diag::codes::E0001));
        assert_eq!(kind.as_str(), code(&row[0]));
    }
    assert_eq!(table.len(), 8);
}

#[test]
fn limits_of_the_reader_are_those_of_the_page() {
    let table = table("| what | limit | unit |");
    let mut rows = table.iter().map(|row| (&*row[0], row[1].parse::<u64>().unwrap()));

    let (_, limit) = rows.next().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.vittecrash");
    File::create(&path).unwrap().set_len(limit + 1).unwrap();
    let error = Capsule::read(&path).unwrap_err().kind;
    assert!(matches!(error, CapsuleErrorKind::TooLarge { max, .. } if max == limit), "{error:?}");

    assert_eq!(rows.next().unwrap().1, Capsule::MAX_BYTES);

    let (_, limit) = rows.next().unwrap();
    let error = error_after(|parts| {
        let count = usize::try_from(limit).unwrap() + 1 - parts.len();
        parts.extend((0..count).map(|n| (format!("sources/{n}"), Vec::new())));
    });
    let is_expected = |count: usize, max: usize| count == max + 1 && max as u64 == limit;
    assert!(
        matches!(error, Some(CapsuleErrorKind::TooManyParts { count, max }) if is_expected(count, max)),
        "{error:?}"
    );

    let of_parts: Vec<(&str, u64)> =
        rows.by_ref().take_while(|(what, _)| what.starts_with('`')).collect();
    assert_eq!(of_parts.len(), 7);
    for (name, limit) in of_parts {
        let size = limit + 1;
        let zeros = vec![0; usize::try_from(size).unwrap()];
        let error = error_after(|parts| replace(parts, code(name), zeros));
        let is_expected = matches!(error, Some(CapsuleErrorKind::TooLarge { size: own, max }) if (own, max) == (size, limit));
        assert!(is_expected, "{name}: {error:?}");
    }

    let limit = table.last().unwrap()[1].clone();
    let count = limit.parse::<usize>().unwrap() + 1;
    for name in ["report.json", "context.json", "environment.json"] {
        let json = format!("[0{}]", ",0".repeat(count - 2));
        let error = error_after(|parts| replace(parts, name, json.into_bytes()));
        let Some(CapsuleErrorKind::InvalidJson(reason)) = error else {
            panic!("{name}: {error:?}")
        };
        assert!(reason.contains(&format!("({count}, limit {limit})")), "{name}: {reason}");
    }
}

#[test]
fn unknown_fields_are_ignored_and_unknown_values_are_accepted() {
    let capsule = full();
    let error = error_after(|parts| {
        for (name, bytes) in parts.iter_mut() {
            if ["manifest.json", "report.json"].contains(&&**name) {
                let mut json: Value = serde_json::from_slice(bytes).unwrap();
                json["of_a_later_version"] = json!({"a": [1]});
                json["system"]["of_a_later_version"] = json!(1);
                *bytes = json.to_string().into_bytes();
            }
        }
    });
    assert!(error.is_none(), "{error:?}");
    let error = error_after(|parts| {
        let mut manifest = serde_json::to_value(capsule.manifest()).unwrap();
        manifest["kind"] = json!("of-a-later-version");
        replace(parts, "manifest.json", manifest.to_string().into_bytes());
    });
    assert!(error.is_none(), "{error:?}");
}

/// A report with nothing but the two required fields, and one in which every other field has a wrong type.
#[test]
fn only_two_fields_of_a_report_are_required() {
    let names = tables("| field | type | since | meaning |");
    let report = names.iter().find(|table| code(&table[0][0]) == "timestamp").unwrap();
    let required = ["timestamp", "message"];
    let read = |json: &Value| {
        let mut parts = parts(&full().to_bytes().unwrap());
        replace(&mut parts, "report.json", json.to_string().into_bytes());
        Capsule::from_bytes(&archive(&parts), "a.vittecrash").map(|capsule| capsule.report)
    };
    let mut least = json!({"timestamp": "t", "message": "m"});
    let of_least: CrashReport = read(&least).unwrap();
    assert_eq!((of_least.code.as_str(), of_least.contexts.len()), ("F0001", 0));
    for row in report {
        let name = code(&row[0]);
        if !required.contains(&name) {
            least[name] = json!(-1);
        }
    }
    assert_eq!(read(&least).unwrap(), of_least);
    for name in required {
        let mut without = least.clone();
        without.as_object_mut().unwrap().remove(name);
        assert!(read(&without).is_err(), "{name}");
    }
}
