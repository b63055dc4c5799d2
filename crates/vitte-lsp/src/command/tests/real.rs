//! GCC and rustc.

use std::process::Command;

use vitte_diag::read::InputFormat;

use super::support::Fixture;
use crate::command::CompilerCommand;

/// Returns GCC with arguments, or `None` if it is not installed or does not write JSON. Panics instead if `VITTE_NEEDS_GCC`
/// is 1.
fn gcc(args: &[&str]) -> Option<CompilerCommand> {
    let version = Command::new("gcc").arg("-dumpversion").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let major = version.ok().and_then(|version| version.trim().split('.').next()?.parse().ok());
    if !major.is_some_and(|major: u32| (9..=14).contains(&major)) {
        let is_needed = std::env::var_os("VITTE_NEEDS_GCC").is_some_and(|is| is == "1");
        assert!(!is_needed, "VITTE_NEEDS_GCC=1, but GCC 9 to 14 is not installed");
        return None;
    }
    let args = [&["-fsyntax-only", "-fdiagnostics-format=json"], args].concat();
    let command = CompilerCommand::new("gcc", args).unwrap();
    Some(command.from(InputFormat::Gcc).env("LC_ALL", "C"))
}

#[test]
fn gcc_sees_unsaved_headers() {
    let Some(command) = gcc(&["-Wall", "-I{root}/include", "{file}"]) else { return };
    let mut fixture = Fixture::new(&[
        ("src/main.c", "#include \"../x.h\"\n#include <y.h>\nint main(void) { return x + y; }\n"),
        ("x.h", "#define x 1\n"),
        ("include/y.h", "#define y 1\n"),
    ]);
    assert_eq!(fixture.check(&command, "src/main.c"), [""; 0]);
    fixture.open("x.h", "int é = z;\n#define x 1\n");
    let out = fixture.check(&command, "src/main.c");
    assert_eq!(out.len(), 1, "{out:?}");
    assert!(out[0].starts_with("x.h:1:9: error: 'z' undeclared here"), "{out:?}");
    fixture
        .open("src/main.c", "#include <y.h>\nint main(void) { char *é = y; return \"ü\" + x; }\n");
    let out = fixture.check(&command, "src/main.c");
    assert!(
        out.iter().any(|own| own.starts_with("src/main.c:2:44: error: 'x' undeclared")),
        "{out:?}"
    );
    assert!(out.iter().all(|own| own.starts_with("src/main.c:2:")), "{out:?}");
}

#[test]
fn gcc_reads_standard_input() {
    let Some(command) = gcc(&["-x", "c", "{stdin}"]) else { return };
    let mut fixture = Fixture::new(&[("a.c", "")]);
    fixture.open("a.c", "int y = z;\n");
    let out = fixture.check(&command, "a.c");
    assert!(out[0].starts_with("a.c:1:9: error: 'z' undeclared here"), "{out:?}");
    let Some(command) = gcc(&["--no-such-flag", "{file}"]) else { return };
    let out = fixture.check(&command, "a.c").concat();
    assert!(out.contains("unrecognized command-line option"), "{out}");
}

#[test]
fn rustc_sees_unsaved_modules() {
    let out = tempfile::tempdir().unwrap();
    let args = ["--error-format=json", "--crate-type", "lib", "--emit=metadata", "-o"];
    let rmeta = out.path().join("lib.rmeta");
    let args = args.map(ToOwned::to_owned).into_iter();
    let args = args.chain([rmeta.to_str().unwrap().to_owned(), "{file}".to_owned()]);
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let command = CompilerCommand::new(rustc, args).unwrap().from(InputFormat::Rustc);
    let mut fixture = Fixture::new(&[("src/lib.rs", "pub mod x;\n"), ("src/x.rs", "\n")]);
    assert_eq!(fixture.check(&command, "src/lib.rs"), [""; 0]);
    fixture.open("src/x.rs", "pub fn ü() -> u8 { \"é\" }\n");
    let out = fixture.check(&command, "src/lib.rs");
    assert_eq!(out, ["src/x.rs:1:20: error[E0308]: mismatched types"]);
    fixture.open("src/lib.rs", "pub mod x;\npub mod y { pub fn f(unused: u8) {} }\n");
    fixture.open("src/x.rs", "");
    let out = fixture.check(&command, "src/lib.rs");
    assert_eq!(out.len(), 1, "{out:?}");
    assert!(
        out[0].starts_with("src/lib.rs:2:22: warning[unused_variables]: unused variable"),
        "{out:?}"
    );
}
