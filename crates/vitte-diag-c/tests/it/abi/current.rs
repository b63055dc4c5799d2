//! The interface of the header of today: its declarations by its text, layouts and values by a C program.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use crate::common::{compile, header, run, temporary};

/// The header without comments, each declaration on one line and without `struct` and `enum` before names.
fn declarations() -> Vec<String> {
    let header = header();
    let mut code = String::new();
    let mut rest = &*header;
    while let Some((before, comment)) = rest.split_once("/*") {
        code += before;
        rest = comment.split_once("*/").unwrap().1;
    }
    code += rest;
    let is_code = |line: &&str| !line.starts_with('#') && !line.contains("extern \"C\"");
    let words: Vec<_> = code.lines().filter(is_code).flat_map(str::split_whitespace).collect();
    let mut declarations = vec![String::new()];
    let mut depth = 0_usize;
    for word in words {
        let last = declarations.last_mut().unwrap();
        *last += if last.is_empty() { "" } else { " " };
        *last += word;
        depth += word.matches('{').count();
        depth -= word.matches('}').count();
        if depth == 0 && word.ends_with([';', '}']) {
            declarations.push(String::new());
        }
    }
    declarations.retain(|declaration| !declaration.is_empty());
    declarations
}

/// Removes the names of parameters, and what repeats that a type is a structure or an enumeration.
fn prototype(declaration: &str) -> String {
    let declaration = declaration.trim_end_matches(';').replace("struct ", "").replace("enum ", "");
    let (head, parameters) = declaration.rsplit_once('(').unwrap();
    let without_name = |parameter: &str| {
        let parameter = parameter.trim();
        let end = parameter.rfind([' ', '*']).map_or(parameter.len(), |at| at + 1);
        parameter[..end].trim().to_owned()
    };
    let parameters = parameters.trim_end_matches(')').split(',');
    format!("{head}({})", parameters.map(without_name).collect::<Vec<_>>().join(", "))
}

/// The name that a prototype declares.
fn name(prototype: &str) -> String {
    let (head, _) = prototype.split_once('(').unwrap();
    head.rsplit([' ', '*']).next().unwrap().to_owned()
}

fn prototypes() -> Vec<String> {
    let is_function =
        |declaration: &&String| declaration.ends_with(");") && !declaration.starts_with("typedef");
    declarations().iter().filter(is_function).map(|function| prototype(function)).collect()
}

/// The names of the functions, without that which is in the header itself, and whether each takes a handle.
pub(crate) fn functions() -> BTreeSet<(String, bool)> {
    const HANDLES: [&str; 6] =
        ["vd_sources *", "vd_bag *", "vd_diagnostic *", "vd_emitter *", "vd_policy *", "vd_tool *"];
    let has_handle = |prototype: &str| {
        let (_, parameters) = prototype.split_once('(').unwrap();
        HANDLES.iter().any(|handle| parameters.contains(handle))
    };
    prototypes().iter().map(|prototype| (name(prototype), has_handle(prototype))).collect()
}

/// The lines of the golden file, without symbols.
pub(super) fn interface() -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let mut program = "#include <vitte_diag.h>\nint main(void) {\n".to_owned();
    for declaration in declarations() {
        let Some(rest) = declaration.strip_prefix("typedef ") else { continue };
        if rest.contains('(') {
            lines.insert(format!("callback {}", prototype(rest)));
        } else if let Some((head, body)) = rest.split_once(" {") {
            let (kind, name) = head.split_once(' ').unwrap();
            let body = body.rsplit_once('}').unwrap().0;
            if kind == "enum" {
                print_enumeration(&mut program, name, body);
            } else {
                print_structure(&mut program, name, body);
            }
        } else {
            lines.insert(format!("type {}", rest.trim_end_matches(';')));
        }
    }
    lines.extend(prototypes().into_iter().map(|prototype| format!("function {prototype}")));
    program += "  printf(\"constant VD_NO_FILE %llu\\n\", (unsigned long long)VD_NO_FILE);\n  return 0;\n}\n";

    let dir = temporary("abi");
    fs::write(dir.join("abi.c"), program).unwrap();
    let binary = dir.join("abi");
    compile("gcc", &["-std=c11", "-o", binary.to_str().unwrap()], &dir.join("abi.c"), &[]);
    let output = run(&binary, &[]);
    assert!(output.status.success());
    lines.extend(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned));
    lines
}

fn print_enumeration(program: &mut String, name: &str, body: &str) {
    writeln!(program, "  printf(\"enum {name}: %zu bytes\\n\", sizeof({name}));").unwrap();
    for enumerator in body.split(',').filter_map(|item| item.split_once('=')) {
        let one = enumerator.0.trim();
        writeln!(program, "  printf(\"enumerator {name} {one} = %d\\n\", (int){one});").unwrap();
    }
}

fn print_structure(program: &mut String, name: &str, body: &str) {
    let size = format!("sizeof({name}), _Alignof({name})");
    // With all fields: a new one is a change, too, even if the size is the same.
    let text = format!("struct {name} {{{body}}}: %zu bytes, aligned to %zu");
    writeln!(program, "  printf(\"{text}\\n\", {size});").unwrap();
    for field in body.split(';').map(str::trim).filter(|field| !field.is_empty()) {
        let one = field.rsplit([' ', '*']).next().unwrap();
        let values = format!("offsetof({name}, {one}), sizeof((({name} *)NULL)->{one})");
        let text = format!("field {name}.{one} ({field}): offset %zu, %zu bytes");
        writeln!(program, "  printf(\"{text}\\n\", {values});").unwrap();
    }
}
