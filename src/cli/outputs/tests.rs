use std::fs;

use clap::Parser;

use super::*;
use crate::cli::DiagnosticArgs;
use crate::{DiagnosticBag, SourceMap, Tool, code};

#[test]
fn specs_are_parsed_and_written_back() {
    let file = |path: &str| Destination::File(path.into());
    for (text, format, destination) in [
        ("human", Format::Human, Destination::Stream(Stream::Stderr)),
        ("json", Format::Json, Destination::Stream(Stream::Stdout)),
        ("human=-", Format::Human, Destination::Stream(Stream::Stdout)),
        ("sarif=a=b.sarif", Format::Sarif, file("a=b.sarif")),
        ("short=./-", Format::Short, file("./-")),
        ("json=/dev/stderr", Format::Json, Destination::Stream(Stream::Stderr)),
    ] {
        let spec: OutputSpec = text.parse().unwrap();
        assert_eq!((spec.format, &spec.destination), (format, &destination), "{text}");
        assert_eq!(spec.to_string(), text);
    }
    assert_eq!("json=/dev/stdout".parse(), Ok(OutputSpec::from(Format::Json)));
    let error = |text: &str| text.parse::<OutputSpec>().unwrap_err().to_string();
    assert!(error("xml=a").starts_with("unknown format `xml`; expected one of human,"));
    assert!(error("").starts_with("unknown format ``"));
    assert_eq!(error("sarif="), "`sarif=` has no file; use `sarif=-` for standard output");
}

#[test]
fn two_outputs_have_two_destinations() {
    let outputs = |texts: &[&str]| Outputs::new(texts.iter().map(|text| text.parse().unwrap()));
    for texts in [&[][..], &["human", "json", "sarif=a"], &["human", "short=-", "short=a"]] {
        assert!(outputs(texts).is_ok(), "{texts:?}");
    }
    for (texts, expected) in [
        (
            &["human", "short"][..],
            "`human` and `short` would both be written to standard error; give one of them a file of its own, such as \
             `short=FILE`",
        ),
        (&["json", "human=-"], "`json` and `human` would both be written to standard output; "),
        (&["json=a", "human", "sarif=./x/../a"], ""),
        (&["json=a", "human", "sarif=./a"], "`json` and `sarif` would both be written to `./a`; "),
    ] {
        let error = outputs(texts).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with(expected), "{error}");
        assert_eq!(error.is_empty(), expected.is_empty(), "{error}");
    }
}

#[test]
#[cfg(unix)]
fn links_and_other_names_are_one_destination() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::create_dir(path("sub")).unwrap();
    fs::write(path("a"), "").unwrap();
    std::os::unix::fs::symlink("a", path("link")).unwrap();
    std::os::unix::fs::symlink("new", path("dangling")).unwrap();
    std::os::unix::fs::symlink("dangling", path("chain")).unwrap();
    for (one, other) in [("a", "link"), ("new", "dangling"), ("new", "chain"), ("a", "sub/../a")] {
        let spec = |format: &str, name: &str| format!("{format}={}", path(name).display()).parse();
        let outputs = Outputs::new([spec("json", one).unwrap(), spec("sarif", other).unwrap()]);
        assert!(outputs.is_err(), "{one} {other}");
    }
}

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    diagnostics: DiagnosticArgs,
}

fn parse(flags: &[&str]) -> Result<DiagnosticArgs, clap::Error> {
    let arguments = Arguments::try_parse_from([&["mycc"], flags].concat());
    arguments.map(|arguments| arguments.diagnostics)
}

#[test]
fn the_flag_may_be_repeated() {
    let names = |flags: &[&str]| {
        let outputs = parse(flags).unwrap().outputs;
        outputs.specs().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["human"]);
    assert_eq!(names(&["--error-format", "short"]), ["short"]);
    let flags = ["--error-format=human", "--error-format=sarif=a", "--error-format", "json=-"];
    assert_eq!(names(&flags), ["human", "sarif=a", "json"]);
    let error = |flags: &[&str]| parse(flags).unwrap_err().to_string();
    assert!(error(&["--error-format=xml"]).contains("unknown format `xml`"));
    let both = error(&["--error-format=json", "--error-format=sarif"]);
    assert!(both.contains("`json` and `sarif` would both be written to standard output"), "{both}");
}

#[test]
fn a_crash_is_shown_on_a_stream() {
    let shown = |flags: &[&str]| {
        let arguments = parse(flags).unwrap();
        (arguments.format(), arguments.stream())
    };
    assert_eq!(shown(&[]), (Format::Human, Stream::Stderr));
    assert_eq!(shown(&["--error-format=sarif=a"]), (Format::Human, Stream::Stderr));
    let flags = ["--error-format=sarif=a", "--error-format=short=-"];
    assert_eq!(shown(&flags), (Format::Short, Stream::Stdout));
}

/// A source and a warning in it.
fn scene() -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::new();
    let file = sources.add("a.my", "let x = 1\n").unwrap();
    let mut bag = DiagnosticBag::new();
    bag.push_warning(code!("W0001"), sources.span(file, 4..5).unwrap(), "unused `x`");
    (sources, bag)
}

/// Writes the scene to these outputs, in colours if there are any.
fn emit(specs: &[String]) -> io::Result<()> {
    let flags: Vec<String> = specs.iter().map(|spec| format!("--error-format={spec}")).collect();
    let flags: Vec<&str> = flags.iter().map(String::as_str).chain(["--color=always"]).collect();
    let (sources, bag) = scene();
    let mut emitter = parse(&flags).unwrap().emitter(&Tool::new("mycc", "1"));
    bag.emit(&sources, &mut emitter).map(drop)
}

#[test]
fn files_hold_what_each_format_writes_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = |format: &Format| dir.path().join("new/dir").join(format.name());
    let spec = |format: &Format| format!("{format}={}", path(format).display());
    emit(&Format::ALL.iter().map(spec).collect::<Vec<_>>()).unwrap();
    let (sources, bag) = scene();
    for format in Format::ALL {
        let mut expected = Vec::new();
        let options = EmitterOptions::new(Tool::new("mycc", "1"), crate::Terminal::PLAIN);
        bag.emit(&sources, &mut format.emitter(&mut expected, &options)).unwrap();
        assert!(fs::read(path(format)).unwrap() == expected, "{format}");
    }
    assert_eq!(fs::read_dir(dir.path().join("new/dir")).unwrap().count(), Format::ALL.len());
}

#[test]
fn a_file_is_replaced_only_by_a_complete_output() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.json");
    fs::write(&path, "old").unwrap();
    let (sources, bag) = scene();
    let spec = format!("--error-format=json={}", path.display());
    let mut emitter = parse(&[&spec]).unwrap().emitter(&Tool::default());
    for entry in bag.ordered() {
        emitter.emit(&sources, entry.diagnostic).unwrap();
    }
    assert_eq!(fs::read(&path).unwrap(), b"old");
    drop(emitter);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "the temporary file is removed");

    let mut emitter = parse(&[&spec]).unwrap().emitter(&Tool::default());
    bag.emit(&sources, &mut emitter).unwrap();
    assert!(fs::read_to_string(&path).unwrap().starts_with("{\"severity\":\"warning\""));
    // The next output, as of a compiler that watches its files.
    DiagnosticBag::new().emit(&sources, &mut emitter).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[cfg(unix)]
#[test]
fn links_modes_and_special_files_stay() {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};

    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("file"), "old").unwrap();
    fs::set_permissions(at("file"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("file", at("link")).unwrap();
    symlink("absent", at("broken")).unwrap();
    let spec = |format: &str, name: &str| format!("{format}={}", at(name).display());
    emit(&[spec("short", "link"), spec("json", "broken"), "sarif=/dev/null".into()]).unwrap();
    assert_eq!(fs::read(at("file")).unwrap(), b"a.my:1:5: warning[W0001]: unused `x`\n");
    assert_eq!(fs::metadata(at("file")).unwrap().permissions().mode() & 0o777, 0o640);
    for link in ["link", "broken"] {
        assert!(fs::symlink_metadata(at(link)).unwrap().is_symlink(), "{link}");
    }
    assert!(fs::read(at("absent")).unwrap().starts_with(b"{"));
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    // As any new file, and not private as a temporary one.
    fs::write(at("other"), "").unwrap();
    let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode();
    assert_eq!(mode("absent"), mode("other"));
}

#[test]
fn a_failed_output_does_not_stop_the_others() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let inside = dir.path().join("file").join("inside.sarif");
    let json = dir.path().join("out.json");
    let error = emit(&[format!("sarif={}", inside.display()), format!("json={}", json.display())]);
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with(&format!("`{}`: ", inside.display())), "{error}");
    assert!(fs::read_to_string(&json).unwrap().ends_with("}\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let error = emit(&["sarif=/dev/full".to_owned()]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert!(error.to_string().starts_with("`/dev/full`: No space left"), "{error}");
}
