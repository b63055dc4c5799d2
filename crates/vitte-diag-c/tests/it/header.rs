//! The header is generated from the sources.

use std::fs;

use cbindgen::{Builder, Config, DocumentationStyle, EnumConfig, Language, SortKey, Style};

use crate::common::{dir, header};

/// The files with the items of the header, and the headings of those with functions, in the order of the header.
const FILES: [(&str, &str); 14] = [
    ("failure", ""),
    ("abi/types", ""),
    ("abi/memory", "Texts"),
    ("abi/writers", ""),
    ("abi/errors", "Errors and version"),
    ("abi/simple", "The simple layer: five functions for texts that end with NUL"),
    ("abi/sources", "Source files and spans"),
    ("abi/tool", "The compiler, and the pages of its codes"),
    ("abi/diagnostic", "Diagnostics"),
    ("abi/policy", "Policies"),
    ("abi/bag", "Bags"),
    ("abi/emitter", "Emitters: formats, options, and where output goes"),
    ("abi/fix", "Fixes"),
    ("abi/crash", "Crashes and contexts"),
];

fn source(file: &str) -> String {
    fs::read_to_string(dir().join("src").join(file)).unwrap()
}

fn generate() -> String {
    let headers = ["stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "string.h"];
    let config = Config {
        language: Language::C,
        header: Some(source("abi/head.h")),
        include_guard: Some("VITTE_DIAG_H".to_owned()),
        sys_includes: headers.map(str::to_owned).to_vec(),
        no_includes: true,
        cpp_compat: true,
        usize_is_size_t: true,
        documentation_style: DocumentationStyle::Doxy,
        style: Style::Type,
        sort_by: SortKey::None,
        line_length: 100,
        enumeration: EnumConfig { prefix_with_name: false, ..EnumConfig::default() },
        ..Config::default()
    };
    let files = FILES.map(|(file, _)| dir().join("src").join(file).with_extension("rs"));
    let builder = files.into_iter().fold(Builder::new(), Builder::with_src);
    let mut header = Vec::new();
    builder.with_config(config).generate().unwrap().write(&mut header);
    let header = with_headings(&with_tags(&without_safety(&String::from_utf8(header).unwrap())));
    // Inside of the include guard.
    let (code, end) = header.rsplit_once("#endif").unwrap();
    format!("{code}{}\n#endif{end}", source("abi/tail.h").trim_end().to_owned() + "\n")
}

/// Removes the sections about safety, which repeat for Rust what the text before them says.
fn without_safety(header: &str) -> String {
    let mut parts = header.split(" *\n * # Safety\n");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out += &part[part.find(" */").unwrap()..];
    }
    out
}

/// Gives structures and enumerations their names as tags, too, so that they can be declared without their definition.
fn with_tags(header: &str) -> String {
    let mut lines: Vec<String> = header.lines().map(|line| format!("{line}\n")).collect();
    let mut start = 0;
    for at in 0..lines.len() {
        let line = lines[at].trim_end().to_owned();
        if matches!(&*line, "typedef struct {" | "typedef enum {") {
            start = at;
        } else if let Some(name) = line.strip_prefix("} ").and_then(|name| name.strip_suffix(';')) {
            lines[start] = lines[start].replace('{', &format!("{name} {{"));
        }
    }
    lines.concat()
}

/// Adds a heading before the first function of each file.
fn with_headings(header: &str) -> String {
    let mut out = header.to_owned();
    for (file, heading) in FILES.iter().filter(|(_, heading)| !heading.is_empty()) {
        let code = source(&format!("{file}.rs"));
        let (_, rest) = code.split_once("extern \"C\" fn ").unwrap();
        let name = rest.split('(').next().unwrap();
        let functions = out.find("extern \"C\" {").unwrap();
        let at = functions + out[functions..].find(&format!("{name}(")).unwrap();
        let at = out[..at].rfind("/**").unwrap();
        out.insert_str(at, &format!("/* ---- {heading} {:-<1$} */\n\n", "", 88 - heading.len()));
    }
    out
}

#[test]
fn the_header_is_generated_from_the_sources() {
    let generated = generate();
    if std::env::var_os("UPDATE_HEADER").is_some() {
        // Other tests compile it meanwhile.
        let path = dir().join("include/vitte_diag.h");
        fs::write(path.with_extension("new"), &generated).unwrap();
        fs::rename(path.with_extension("new"), path).unwrap();
    }
    assert!(generated == header(), "UPDATE_HEADER=1 cargo test -p vitte-diag-c header");
}
