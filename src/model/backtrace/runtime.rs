//! Recognises runtime frames: those of Rust's standard libraries, of the system, and of the crash handler.

/// Returns true for a file of Rust's standard libraries, by its path where they were built or where they
/// are installed.
pub(super) fn is_rust_source(file: &str) -> bool {
    file.starts_with("/rustc/")
        || file.contains("/lib/rustlib/src/rust/")
        || file.contains(r"\lib\rustlib\src\rust\")
}

/// Returns true for the system libraries in which threads start and unwind.
pub(super) fn is_system_library(module: &str) -> bool {
    const LIBRARIES: [&str; 9] = [
        "libc.so",
        "libc-2.",
        "libc.musl-",
        "ld-linux",
        "ld-musl-",
        "linux-vdso",
        "[vdso]",
        "libpthread",
        "libgcc_s",
    ];
    let name = module.rsplit('/').next().unwrap_or(module);
    LIBRARIES.iter().any(|library| name.starts_with(library))
}

/// Returns true for the functions that start a program or a thread. A program's own functions of these
/// names have a source location, so the caller does not ask for them.
pub(super) fn is_start_function(function: &str) -> bool {
    matches!(
        function,
        "main" | "_start" | "start_thread" | "clone" | "__clone" | "clone3" | "__clone3"
    )
}

/// Returns true for functions of Rust's standard libraries and of the crash handler.
pub(super) fn is_runtime_function(function: &str) -> bool {
    // A type without a path is a primitive or a type parameter: then the trait decides.
    let of_trait = || function.strip_prefix('<')?.split_once(" as ").and_then(|(_, of)| owner(of));
    owner(function).or_else(of_trait) == Some(Owner::Runtime)
}

/// Which part of the process a name belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Runtime,
    Program,
}

/// Returns the owner of the first path in a name. Returns `None` for a single word.
fn owner(name: &str) -> Option<Owner> {
    let (first, rest) = first_segment(skip_type_prefixes(name));
    let is_path = rest.starts_with("::");
    let is_runtime = match first {
        "std" | "core" | "alloc" | "test" | "backtrace" | "panic_unwind" | "panic_abort" => is_path,
        "vitte_crash" => is_path,
        // The crash handler before it became a crate of its own.
        "vitte_diag" => rest.starts_with("::crash::"),
        // Symbols that std exports, such as `rust_begin_unwind`, and their crate, `__rustc`.
        _ => first.starts_with("__rust") || (first.starts_with("rust_") && rest.is_empty()),
    };
    match (is_runtime, is_path) {
        (true, _) => Some(Owner::Runtime),
        (false, true) => Some(Owner::Program),
        (false, false) => None,
    }
}

/// Skips what precedes the first path of a name: `<&dyn core::any::Any as …` becomes `core::any::Any as …`.
fn skip_type_prefixes(mut name: &str) -> &str {
    const PREFIXES: [&str; 9] = ["<", "&", "(", "[", "*const ", "*mut ", "mut ", "dyn ", "unsafe "];
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)) {
        name = rest;
    }
    name
}

/// Splits a path after its first segment. The hash of a crate's name, as in
/// `core[846817f741e54dfd]::fmt::write`, belongs to neither part.
fn first_segment(path: &str) -> (&str, &str) {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    let (name, rest) = path.split_at_checked(end).unwrap_or((path, ""));
    let hash = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match hash {
        Some((hash, rest)) if hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => (name, rest),
        _ => (name, rest),
    }
}
