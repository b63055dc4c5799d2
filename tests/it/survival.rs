//! What survives a conversion: from the outputs of other tools to every format, and back from the formats that are read.
//! The tables of `docs/formats.md`.

use std::fs;
use std::path::Path;

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::read::{Imported, InputFormat};
use vitte_diag::{Child, Diagnostic, DiagnosticBag, FileId, Format, SourceMap, Suggestion};

use crate::common::{json, root, written};
use crate::parts::{self, Output, Part};
use crate::read_support;

/// The diagnostics of the programs and logs in `tests/compilers`.
fn corpus(format: InputFormat) -> Vec<Imported> {
    let (name, end) = match format {
        InputFormat::Rustc => ("rustc", ".json"),
        InputFormat::Gcc => ("gcc", ".json"),
        InputFormat::Lsp => ("lsp", ".jsonl"),
        InputFormat::Sarif => ("sarif", ".sarif"),
        _ => panic!("{format} is not in the table"),
    };
    let dir = read_support::dir(name);
    let paths = read_support::files(&dir, end);
    let paths = paths.into_iter().filter(|path| !path.to_string_lossy().contains(".gcc-11."));
    paths.map(|path| imported(format, &path, &dir)).collect()
}

fn imported(format: InputFormat, path: &Path, dir: &Path) -> Imported {
    let bytes = fs::read(path).unwrap();
    let load = |name: &str| {
        let name = name.strip_prefix("/project/").unwrap_or(name);
        let inputs = [dir.to_path_buf(), dir.join("input")];
        inputs.iter().find_map(|dir| fs::read(dir.join(name)).ok())
    };
    format.read(&bytes, &mut |name| load(name)).unwrap()
}

/// Every text of a diagnostic, by lines, as letters and digits: formats wrap and escape the rest.
fn texts(diagnostic: &Diagnostic) -> Vec<String> {
    let labels = diagnostic.labels().filter_map(|label| label.message());
    let children = diagnostic.children().iter();
    let of_children = children.clone().flat_map(|child| {
        let labels = child.labels().iter().filter_map(|label| label.message());
        labels.chain([child.message()])
    });
    let suggestions = diagnostic.suggestions().iter();
    let suggestions = suggestions.chain(children.flat_map(Child::suggestions));
    let steps = diagnostic.trace().iter().map(|step| step.message());
    let all = [diagnostic.message()].into_iter().chain(labels).chain(diagnostic.help());
    let all = all.chain(diagnostic.notes()).chain(of_children).chain(steps);
    let all = all.chain(suggestions.map(Suggestion::message));
    let lines = all.flat_map(str::lines).map(letters);
    lines.filter(|line| !line.is_empty()).collect()
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The text of an output without the syntax of its format.
fn content(format: Format, sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    if format == Format::Html {
        let out = written(format, sources, &[diagnostic.clone()].into_iter().collect());
        let document = roxmltree::Document::parse(&out).unwrap();
        let text = document.descendants().filter(|node| node.is_text());
        return letters(&text.filter_map(|node| node.text()).collect::<String>());
    }
    let Output { text, rest } = Output::new(format, sources, diagnostic);
    letters(&(text + &rest))
}

/// The share of the texts that are in the outputs of a format.
fn share(inputs: &[Imported], format: Format) -> String {
    let (mut found, mut all) = (0, 0);
    for Imported { sources, diagnostics, .. } in inputs {
        for diagnostic in diagnostics {
            let content = content(format, sources, diagnostic);
            let texts = texts(diagnostic);
            all += texts.len();
            found += texts.iter().filter(|text| content.contains(&**text)).count();
        }
    }
    assert!(all > 100, "{format}: {all} texts");
    // Never 100 % if one is missing.
    format!("{} %", found * 100 / all)
}

/// The table of what is in the output of `vitte diag convert --from … --to …`.
fn conversions() -> String {
    let inputs = InputFormat::ALL.iter().map(|format| corpus(*format)).collect::<Vec<_>>();
    let head: String =
        InputFormat::ALL.iter().map(|format| format!(" from `{format}` |")).collect();
    let mut table = format!("| to |{head}\n|{}\n", "---|".repeat(1 + InputFormat::ALL.len()));
    for &format in Format::ALL {
        let cells = inputs.iter().map(|input| format!(" {} |", share(input, format)));
        table += &format!("| `{format}` |{}\n", cells.collect::<String>());
    }
    table
}

/// The formats that are written and read.
const READ_BACK: [Format; 4] = [Format::Json, Format::Rustc, Format::Lsp, Format::Sarif];

/// Writes a diagnostic in a format, reads it back, and returns its JSON.
fn read_back(format: Format, sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let out = written(format, sources, &[diagnostic.clone()].into_iter().collect());
    let input = match format {
        Format::Json => {
            let read: JsonDiagnostic<'_> = serde_json::from_str(out.trim_end()).unwrap();
            let back = read.to_diagnostic(|_| FileId::new(0)).unwrap();
            return json(sources, &[back].into_iter().collect());
        }
        Format::Rustc => InputFormat::Rustc,
        Format::Lsp => InputFormat::Lsp,
        Format::Sarif => InputFormat::Sarif,
        _ => panic!("{format} is not read"),
    };
    let load = |path: &str| {
        let file = sources.files().find(|file| path.ends_with(file.path()))?;
        Some(file.bytes().to_vec())
    };
    let map = SourceMap::with_root("/home/ana");
    let read = input.read_into(map, out.as_bytes(), &mut |path| load(path)).unwrap();
    let bag: DiagnosticBag = read.diagnostics.into_iter().collect();
    json(&read.sources, &bag)
}

/// What is left of a part after it was written and read.
fn survival(part: &Part, format: Format, sources: &SourceMap) -> &'static str {
    let after: Vec<_> =
        part.diagnostics.iter().map(|one| read_back(format, sources, one)).collect();
    let before =
        part.diagnostics.iter().map(|one| json(sources, &[one.clone()].into_iter().collect()));
    let pairs = || (0..after.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
    if before.eq(after.iter().cloned()) {
        "kept"
    } else if pairs().all(|(one, other)| after[one] == after[other]) {
        "–"
    } else if pairs().any(|(one, other)| after[one] == after[other]) {
        "partly"
    } else {
        "moved"
    }
}

/// The table of what is read back.
fn round_trips() -> String {
    let head: String = READ_BACK.iter().map(|format| format!(" `{format}` |")).collect();
    let mut table = format!("| part |{head}\n|{}\n", "---|".repeat(1 + READ_BACK.len()));
    let sources = parts::sources();
    for part in parts::parts() {
        let cells =
            READ_BACK.iter().map(|format| format!(" {} |", survival(&part, *format, &sources)));
        table += &format!("| {} |{}\n", part.row, cells.collect::<String>());
    }
    table
}

#[test]
fn the_tables_of_conversions_are_what_survives() {
    let page = fs::read_to_string(root().join("docs/formats.md")).unwrap();
    let tables = [conversions(), round_trips()];
    let missing: Vec<_> = tables.iter().filter(|table| !page.contains(&***table)).collect();
    let missing = missing.into_iter().map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(missing.is_empty(), "docs/formats.md should have these tables:\n{missing}");
}
