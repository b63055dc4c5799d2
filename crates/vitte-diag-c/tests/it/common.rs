//! Compiles C and C++ programs with the header and the library, and runs them.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The directory of this package.
pub(crate) fn dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The header.
pub(crate) fn header() -> String {
    fs::read_to_string(dir().join("include/vitte_diag.h")).unwrap_or_default()
}

/// A directory for the files of a test.
pub(crate) fn temporary(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c").join(name);
    fs::create_dir_all(&path).unwrap();
    path
}

/// The directory with `libvitte_diag_c.so`: that of this test, with which Cargo has built the library.
pub(crate) fn library_dir() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().unwrap().to_path_buf()
}

/// The shared library.
pub(crate) fn shared_library() -> PathBuf {
    library_dir().join("libvitte_diag_c.so")
}

/// Returns true if a program is installed. If it is not, the caller skips its test; with `VITTE_NEEDS_C=1` it fails.
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output();
    let is_there = found.is_ok_and(|output| output.status.success());
    if !is_there {
        let is_needed = env::var_os("VITTE_NEEDS_C").is_some_and(|is| is == "1");
        assert!(!is_needed, "VITTE_NEEDS_C=1, but {program} is not installed");
        // Not `eprintln`, which the test runner captures.
        let line = format!("skipped: {program} is not installed\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    is_there
}

/// Runs a compiler with the directory of the header. Panics with its messages unless it succeeds without any.
pub(crate) fn compile(compiler: &str, options: &[&str], source: &Path, link: &[&str]) {
    let mut command = Command::new(compiler);
    command.arg("-I").arg(dir().join("include")).args(options).arg(source).args(link);
    let output = command.output().unwrap();
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && messages.is_empty(), "{command:?}\n{messages}");
}

/// The options with which all programs are compiled.
pub(crate) const STRICT: [&str; 7] =
    ["-g", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"];

/// Compiles a program of `tests/c` with the shared library. Returns `None` if there is no C compiler.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let compiler = "gcc";
    if !has(compiler) {
        return None;
    }
    let source = dir().join("tests/c").join(name).with_extension("c");
    let program = temporary(name).join(name);
    let library = library_dir();
    let library = library.to_str().unwrap();
    let options =
        ["-std=c99", "-D_GNU_SOURCE", "-Wstrict-prototypes", "-o", program.to_str().unwrap()];
    let path = format!("-Wl,-rpath,{library}");
    let link = ["-L", library, "-lvitte_diag_c", &path, "-pthread"];
    compile(compiler, &[&options, &STRICT[..]].concat(), &source, &link);
    Some(program)
}

/// Runs a program in its directory, without the environment of this test. A program that hangs is ended.
pub(crate) fn run(program: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("timeout");
    command
        .arg("600")
        .arg(program)
        .args(arguments)
        .current_dir(program.parent().unwrap())
        .env_clear();
    command.env("PATH", env::var_os("PATH").unwrap_or_default()).output().unwrap()
}

/// Compiles and runs a program of `tests/c`, which prints what is wrong and fails then.
pub(crate) fn check(name: &str, arguments: &[&str]) {
    let Some(program) = program(name) else { return };
    let output = run(&program, arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{name}: {}\n{}{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
}
