//! The installed files, and the examples that are built with them through pkg-config and CMake. The tests install the
//! library as `cargo cinstall` does; `.ci/cinstall` compares the two.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use vitte_diag::{Diagnostic, DiagnosticBag, EmitterOptions, Format, SourceMap, Tool, code};

use crate::common::{dir, has, library_dir, temporary};

/// The version of the package, and the parts of it that are in the soname.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const SONAME: &str = "libvitte_diag.so.0";

/// What the examples exit with: there was an error.
const FAILED: i32 = 1;

/// The repository.
fn root() -> PathBuf {
    dir().join("../..").canonicalize().unwrap()
}

/// The files of a directory and its subdirectories, relative to it and in order. Links have an arrow and their target.
fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Ok(target) = fs::read_link(&path) {
            found.push(format!("{name} -> {}", target.display()));
        } else if path.is_dir() {
            found.extend(files(&path).into_iter().map(|file| format!("{name}/{file}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

/// An installation of the library.
struct Prefix(PathBuf);

impl Prefix {
    /// Installs the library of these tests in a directory of this name.
    fn new(name: &str) -> Self {
        let prefix = temporary(name).join("prefix");
        let _ = fs::remove_dir_all(&prefix);
        for (from, to) in [("include", "include"), ("cmake", "share/cmake/VitteDiag")] {
            let (from, to) = (dir().join(from), prefix.join(to));
            fs::create_dir_all(&to).unwrap();
            for file in files(&from) {
                fs::copy(from.join(&file), to.join(&file)).unwrap();
            }
        }
        let lib = prefix.join("lib");
        fs::create_dir_all(lib.join("pkgconfig")).unwrap();
        // A link, because the files are large.
        let install = |from: &str, to: &str| {
            fs::hard_link(library_dir().join(from), lib.join(to)).unwrap();
        };
        let full = format!("libvitte_diag.so.{VERSION}");
        install("libvitte_diag_c.a", "libvitte_diag.a");
        install("libvitte_diag_c.so", &full);
        symlink(&full, lib.join(SONAME)).unwrap();
        symlink(&full, lib.join("libvitte_diag.so")).unwrap();
        let prefix = Self(prefix);
        fs::write(lib.join("pkgconfig/vitte-diag.pc"), prefix.pkg_config()).unwrap();
        prefix
    }

    /// The file for pkg-config, as cargo-c writes it.
    fn pkg_config(&self) -> String {
        let template = fs::read_to_string(dir().join("tests/vitte-diag.pc")).unwrap();
        template.replace("@PREFIX@", self.0.to_str().unwrap()).replace("@VERSION@", VERSION)
    }

    /// A command in the directory of the examples, with the variables that a user of this prefix sets, and no others.
    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(root().join("examples")).env_clear();
        command.env("PATH", env::var_os("PATH").unwrap_or_default());
        command.env("PKG_CONFIG_PATH", self.0.join("lib/pkgconfig"));
        command.env("LD_LIBRARY_PATH", self.0.join("lib"));
        command
    }

    /// Runs a command of a shell, which has to succeed without messages. Returns its output.
    fn shell(&self, line: &str) -> String {
        let output = self.command("sh").args(["-c", line]).output().unwrap();
        let messages = text(&output.stderr);
        assert!(output.status.success() && messages.is_empty(), "{line}: {messages}");
        text(&output.stdout)
    }

    fn run(&self, program: impl AsRef<Path>) -> Output {
        self.command(program).output().unwrap()
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What the first example of the README writes in a format, as Rust writes it.
pub(crate) fn quickstart(format: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("src/main.vitte", "let x = @\n").unwrap();
    let span = sources.span(file, 8..9).unwrap();
    let error = Diagnostic::error(code!("LEX0001"), span, "illegal character `@`");
    let bag: DiagnosticBag = [error.with_help("remove it")].into_iter().collect();
    let format: Format = format.parse().unwrap();
    let mut output = Vec::new();
    let mut options = EmitterOptions::default();
    options.tool = Tool::new("lexer", "1.0.0");
    bag.emit(&sources, &mut format.emitter(&mut output, &options)).unwrap();
    text(&output)
}

/// Compares what `main.c` and `main.cpp` write with what Rust writes.
fn assert_quickstart(output: &Output) {
    assert_eq!(text(&output.stderr), quickstart("human"));
    assert_eq!(text(&output.stdout), "");
    assert_eq!(output.status.code(), Some(FAILED));
}

/// Compares what `features.c` writes with `features.txt`, or writes that.
fn assert_features(output: &Output) {
    let path = root().join("examples/c/features.txt");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(FAILED));
    if env::var_os("BLESS").is_some_and(|bless| bless == "1") {
        fs::write(&path, &output.stdout).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text(&output.stdout), expected, "BLESS=1 cargo test -p vitte-diag-c install");
}

#[test]
fn the_readme_shows_what_the_examples_write() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let program = fs::read_to_string(root().join("examples/quickstart.rs")).unwrap();
    let (_, program) = program.split_once("\n\n").unwrap();
    let (_, rest) = readme.split_once(program).unwrap();
    assert!(rest.starts_with(&format!("```\n\n```text\n{}```\n", quickstart("human"))), "{rest}");
}

/// The programs in `docs/c.md` are parts of the examples, and the outputs are parts of what those write.
#[test]
fn the_page_quotes_the_examples() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let page = read("docs/c.md");
    let programs = ["examples/c/main.c", "examples/c/features.c"].map(read).concat();
    let outputs = quickstart("human") + &read("examples/c/features.txt");
    let blocks = |start: &'static str| {
        page.split(start).skip(1).map(|rest| rest.split("```\n").next().unwrap())
    };
    assert!(blocks("\n```c\n").count() > 1 && blocks("\n$ ./").count() > 1);
    for program in blocks("\n```c\n") {
        assert!(programs.contains(program), "{program}");
    }
    for run in blocks("\n$ ./") {
        let (_, output) = run.split_once('\n').unwrap();
        assert!(outputs.contains(output), "{output}");
    }
}

#[test]
fn programs_find_the_library_with_pkg_config() {
    if !["gcc", "g++", "pkg-config"].into_iter().all(has) {
        return;
    }
    let prefix = Prefix::new("pkg-config");
    assert_eq!(prefix.shell("pkg-config --modversion vitte-diag"), format!("{VERSION}\n"));
    let build = |compiler: &str, source: &str, flags: &str| {
        let program = temporary("pkg-config").join(source.replace('/', "-")).with_extension(flags);
        let libraries = match flags {
            "static" => {
                "--static --cflags --libs vitte-diag | sed 's/-lvitte_diag/-l:libvitte_diag.a/'"
            }
            _ => "--cflags --libs vitte-diag",
        };
        prefix.shell(&format!(
            "{compiler} -Wall -Wextra -Wpedantic -Werror {source} $(pkg-config {libraries}) -o {}",
            program.display()
        ));
        prefix.run(program)
    };
    assert_quickstart(&build("gcc", "c/main.c", "shared"));
    assert_quickstart(&build("gcc", "c/main.c", "static"));
    assert_quickstart(&build("g++ -std=c++17 -fno-exceptions -fno-rtti", "cpp/main.cpp", "shared"));
    assert_features(&build("gcc", "c/features.c", "shared"));
}

/// The directory has a blank, which CMake allows.
#[test]
fn programs_find_the_library_with_cmake() {
    if !["gcc", "g++", "cmake", "make"].into_iter().all(has) {
        return;
    }
    let prefix = Prefix::new("with cmake");
    let build = temporary("with cmake").join("build");
    let _ = fs::remove_dir_all(&build);
    let cmake = |arguments: &[&str]| {
        let output = prefix.command("cmake").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    };
    let build_path = build.to_str().unwrap();
    let prefix_path = format!("-DCMAKE_PREFIX_PATH={}", prefix.0.display());
    cmake(&["-G", "Unix Makefiles", "-S", "c", "-B", build_path, &prefix_path]);
    cmake(&["--build", build_path]);
    for program in ["main", "main_static", "main_cpp"] {
        assert_quickstart(&prefix.run(build.join(program)));
    }
    assert_features(&prefix.run(build.join("features")));
}

/// Compares the installation of these tests with that of `cargo cinstall` in the directory `VITTE_C_PREFIX`.
#[test]
#[ignore = "needs cargo-c: run .ci/cinstall"]
fn cargo_cinstall_installs_the_same() {
    let installed = Prefix(env::var_os("VITTE_C_PREFIX").unwrap().into());
    let own = Prefix::new("cinstall");
    assert_eq!(files(&installed.0), files(&own.0));
    for file in files(&own.0).iter().filter(|file| !file.contains("libvitte_diag.")) {
        let read = |prefix: &Prefix| fs::read_to_string(prefix.0.join(file)).unwrap();
        if file.ends_with(".pc") {
            assert_eq!(read(&installed), installed.pkg_config());
        } else {
            assert_eq!(read(&installed), read(&own), "{file}");
        }
    }
    let dynamic = installed.shell("readelf -d $LD_LIBRARY_PATH/libvitte_diag.so");
    assert!(dynamic.contains(&format!("Library soname: [{SONAME}]")), "{dynamic}");
}
