//! The header in each version of C and C++, with each compiler.

use std::fs;
use std::process::Command;

use crate::common::{STRICT, compile, dir, has, header, library_dir, run, temporary};

/// The header alone, twice, and with everything of it that is code.
const TEXT: &str = r#"#include <vitte_diag.h>
#include <vitte_diag.h>

vd_status try_it(void);

vd_status try_it(void) {
  char text[64];
  vd_edit edit;
  vd_diagnostic *error = diag_error("E0001", vd_span_of(0, 1, 2), "illegal character");
  edit.span = vd_span_of(VD_NO_FILE, 0, 0);
  edit.replacement = vd_z("x");
  (void)vd_diagnostic_add_alternative(error, &edit, 1);
  (void)vd_context_push(VD_STR("checking"), edit.span);
  (void)vd_crash_report(VD_STR("a block without a terminator"));
  return vd_diagnostic_add_note(error, vd_format(text, sizeof text, "%d of %s", 3, "them"));
}
"#;

const OPTIONS: [&str; 7] =
    ["-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"];

fn check(compilers: [&str; 2], end: &str, standards: &[&str], more: &[&str]) {
    let source = temporary("languages").join("header").with_extension(end);
    fs::write(&source, TEXT).unwrap();
    for compiler in compilers {
        if !has(compiler) {
            continue;
        }
        for standard in standards {
            let standard = format!("-std={standard}");
            let arguments: Vec<_> =
                OPTIONS.into_iter().chain([&*standard]).chain(more.iter().copied()).collect();
            compile(compiler, &arguments, &source, &[]);
        }
    }
}

#[test]
fn the_header_is_c() {
    let more =
        ["-Wstrict-prototypes", "-Wmissing-prototypes", "-Wc++-compat", "-Wformat-nonliteral"];
    check(["gcc", "clang"], "c", &["c99", "c11", "c17", "c2x", "gnu17"], &more);
}

#[test]
fn the_header_is_cpp() {
    let more = ["-Wold-style-cast", "-Wundef"];
    let standards = ["c++11", "c++14", "c++17", "c++20", "c++2b"];
    check(["g++", "clang++"], "cpp", &standards, &more);
}

/// The macros with assembly in both syntaxes, and for another processor.
#[test]
#[cfg(target_arch = "x86_64")]
fn the_macros_are_assembled() {
    let source = temporary("assembly").join("header.c");
    fs::write(&source, TEXT).unwrap();
    let object = source.with_extension("o");
    for (compiler, option) in [
        ("gcc", "-masm=intel"),
        ("gcc", "-masm=att"),
        ("clang", "-masm=intel"),
        ("aarch64-linux-gnu-gcc", "-O2"),
    ] {
        // Few machines have the cross compiler.
        let is_cross = compiler.contains('-');
        let is_known = is_cross && Command::new(compiler).arg("--version").output().is_ok();
        if is_known || (!is_cross && has(compiler)) {
            compile(compiler, &["-c", option, "-o", object.to_str().unwrap()], &source, &[]);
        }
    }
}

/// Options that change the types of the header are errors, not calls with other types than those of the library.
#[test]
fn other_types_do_not_compile() {
    let source = temporary("languages").join("types.c");
    fs::write(&source, TEXT).unwrap();
    for compiler in ["gcc", "clang"] {
        if !has(compiler) {
            continue;
        }
        for (option, check) in
            [("-fshort-enums", "vd_check_enumerations"), ("-fpack-struct=1", "vd_check_structures")]
        {
            let mut command = Command::new(compiler);
            command.arg("-I").arg(dir().join("include")).args(["-fsyntax-only", option]);
            let output = command.arg(&source).output().unwrap();
            let messages = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && messages.contains(check), "{option}: {messages}");
        }
    }
}

/// The C++ layer, also without exceptions, compiled and run.
#[test]
fn the_layer_is_cpp() {
    let library = library_dir();
    let library = library.to_str().unwrap();
    let path = format!("-Wl,-rpath,{library}");
    for compiler in ["g++", "clang++"] {
        if !has(compiler) {
            continue;
        }
        for options in [&["-std=c++17"][..], &["-std=c++2b", "-fno-exceptions", "-fno-rtti"]] {
            let program = temporary(&format!("layer-{compiler}-{}", options.len())).join("layer");
            let own = ["-o", program.to_str().unwrap()];
            let source = dir().join("tests/c/layer.cpp");
            let link = ["-L", library, "-lvitte_diag_c", &path];
            compile(compiler, &[options, &own, &STRICT[..]].concat(), &source, &link);
            let output = run(&program, &[]);
            assert!(output.status.success(), "{compiler} {options:?}: {output:?}");
        }
    }
}

/// The functions of the header, each with the comment before it.
fn functions(header: &str) -> Vec<(String, String)> {
    let (_, code) = header.split_once("extern \"C\" {").unwrap();
    let mut comment = String::new();
    let mut functions = Vec::new();
    for block in code.split("\n\n") {
        if let Some((_, rest)) = block.split_once("/**") {
            let (text, code) = rest.split_once("*/").unwrap();
            text.clone_into(&mut comment);
            if code.contains('(') && code.trim_end().ends_with(");") {
                let name = code.split('(').next().unwrap();
                let name = name.split([' ', '*']).next_back().unwrap();
                functions.push((name.to_owned(), std::mem::take(&mut comment)));
            }
        }
    }
    functions
}

#[test]
fn every_function_is_documented() {
    let header = header();
    let functions = functions(&header);
    let (_, code) = header.split_once("extern \"C\" {").unwrap();
    let (code, _) = code.split_once("}  // extern \"C\"").unwrap();
    let ends = code.lines().filter(|line| line.ends_with(");") && !line.starts_with(" *"));
    assert_eq!(functions.len(), ends.count(), "a function without a comment");
    for (name, comment) in functions {
        assert!(name.starts_with("vd_") || name.starts_with("diag_"), "{name}");
        assert!(
            comment.trim().len() > 10 && comment.trim_end().ends_with('.'),
            "{name}: {comment}"
        );
    }
}
