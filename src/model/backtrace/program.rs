//! Distinguishes the frames of a program from those of libraries.

use std::collections::BTreeSet;
use std::fmt;

use super::owner::{library_name, project_root};
use super::{Frame, Origin, SourceOwner, is_system_library};
use crate::text::function_name::{crate_of, short};
use crate::text::truncate;

/// The maximum length of the name of a program, in bytes.
const MAX_NAME_BYTES: usize = 40;

/// A frame with its short name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ShortFrame<'a> {
    /// The 0-based index in the backtrace.
    pub index: usize,
    /// The frame.
    pub frame: &'a Frame,
    /// The [short name](Frame::short_name) of the function.
    pub name: String,
    /// The source location, relative to the directory of the project, such as `src/driver.rs:99:23`. Else the module and
    /// offset, such as `vittec+0x1c20`, or empty.
    pub location: String,
    /// The library that the frame belongs to. `None` for a frame of the project, empty if the library is not known, such as
    /// that of start-up code.
    pub library: Option<String>,
}

/// Writes `2: vittec::close at src/blocks.rs:77:13`.
impl fmt::Display for ShortFrame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, name, location, .. } = self;
        let separator = match (location.is_empty(), self.frame.module()) {
            (true, _) => "",
            (false, None) => " at ",
            (false, Some(_)) => " in ",
        };
        write!(f, "{index}: {name}{separator}{location}")
    }
}

/// Returns the frames with their short names and libraries. Each is parsed once. `None` for a marker of omitted frames.
pub(super) fn short_frames(frames: &[Frame]) -> Vec<Option<ShortFrame<'_>>> {
    let parsed = frames.iter().map(|frame| (!frame.is_omitted()).then(|| Parsed::new(frame)));
    let parsed: Vec<Option<Parsed<'_>>> = parsed.collect();
    let program = Program::new(parsed.iter().flatten().filter(|frame| !frame.is_runtime));
    let short = parsed.into_iter().zip(frames).enumerate();
    short
        .map(|(index, (parsed, frame))| {
            let parsed = parsed?;
            let library = program.library(&parsed);
            let location = program.location(&parsed);
            Some(ShortFrame { index, frame, name: parsed.short, location, library })
        })
        .collect()
}

/// A frame and the parts of its text.
struct Parsed<'a> {
    name: &'a str,
    origin: Origin<'a>,
    is_runtime: bool,
    /// The short name.
    short: String,
    /// The crate or namespace that the name begins with.
    own_crate: Option<String>,
}

impl<'a> Parsed<'a> {
    fn new(frame: &'a Frame) -> Self {
        let (name, origin) = frame.parts();
        let short = short(name);
        let own_crate = path_crate(name, &short);
        Self { name, origin, is_runtime: frame.is_runtime(), short, own_crate }
    }
}

/// What distinguishes frames of the program.
struct Program<'a> {
    /// The crates of the program. Empty if no frame belongs to one of them.
    crates: BTreeSet<String>,
    /// The directory of its sources, with a separator at the end.
    root: &'a str,
}

impl<'a> Program<'a> {
    /// Reads the frames that are not runtime frames.
    fn new<'f>(frames: impl Iterator<Item = &'f Parsed<'a>> + Clone) -> Self
    where
        'a: 'f,
    {
        let mut crates = BTreeSet::new();
        let mut project_files = Vec::new();
        let mut main = None;
        for frame in frames.clone() {
            match frame.origin {
                Origin::Source(location)
                    if SourceOwner::of_path(location.file) == SourceOwner::Project =>
                {
                    project_files.push(location.file);
                    crates.extend(frame.own_crate.clone());
                }
                Origin::Module(module, _) if !is_shared_library(module) => {
                    let name = module_name(module);
                    let name = name.strip_suffix(".exe").unwrap_or(name);
                    crates.insert(truncate(name, MAX_NAME_BYTES).replace('-', "_"));
                }
                _ => {}
            }
            if frame.short.ends_with("::main") {
                main.clone_from(&frame.own_crate);
            }
        }
        crates.extend(main);
        let mut own = frames.filter_map(|frame| frame.own_crate.as_ref());
        if !own.any(|own| crates.contains(own)) {
            crates.clear();
        }
        Self { crates, root: project_root(project_files.into_iter()) }
    }

    /// Returns the location of a frame as it is shown: relative to the directory of the project, or of the sources of Rust.
    fn location(&self, frame: &Parsed<'_>) -> String {
        match frame.origin {
            Origin::Source(location) if location.line > 0 => {
                let file = location.file.strip_prefix(self.root).unwrap_or(location.file);
                let in_rust = file.strip_prefix("/rustc/").and_then(|file| file.split_once('/'));
                let file = in_rust.map_or(file, |(_, file)| file);
                match location.col {
                    Some(col) => format!("{file}:{}:{col}", location.line),
                    None => format!("{file}:{}", location.line),
                }
            }
            Origin::Source(location) => location.file.to_owned(),
            Origin::Module(module, offset) => format!("{}+{offset:#x}", module_name(module)),
            Origin::Unknown => String::new(),
        }
    }

    /// Returns the library that a frame belongs to, empty if it has no name. Returns `None` for a frame of the project.
    fn library(&self, frame: &Parsed<'_>) -> Option<String> {
        let Parsed { name, is_runtime, .. } = *frame;
        let own = frame.own_crate.as_deref();
        let library = || own.map(|name| library_name(name).to_owned());
        let runtime = || {
            let is_rust = name.starts_with("rust_") || name.starts_with("__rust");
            library().unwrap_or_else(|| if is_rust { "std".to_owned() } else { String::new() })
        };
        let is_own = own.is_some_and(|own| self.crates.contains(own));
        match frame.origin {
            Origin::Source(location) => match SourceOwner::of_path(location.file) {
                SourceOwner::Library(name) => Some(name.to_owned()),
                SourceOwner::System => Some(library().unwrap_or_else(|| "the system".to_owned())),
                SourceOwner::Project => is_runtime.then(runtime),
            },
            Origin::Module(module, _) if is_shared_library(module) => match own {
                Some(_) if is_own && !is_runtime => None,
                Some(_) => library(),
                None => Some(module_name(module).to_owned()),
            },
            Origin::Module(..) | Origin::Unknown if is_runtime => Some(runtime()),
            Origin::Module(..) | Origin::Unknown if is_own || self.crates.is_empty() => None,
            Origin::Module(..) | Origin::Unknown => library(),
        }
    }
}

/// Returns the crate or namespace that the name of a function begins with; `short` is its short name. Returns `None` for a
/// name without a path.
fn path_crate(name: &str, short: &str) -> Option<String> {
    if !name.contains("::") {
        return None;
    }
    let first = crate_of(short);
    // Only Rust's own libraries have methods of types without a path.
    const PRIMITIVES: [&str; 18] = [
        "bool", "char", "f32", "f64", "fn", "i128", "i16", "i32", "i64", "i8", "isize", "str",
        "u128", "u16", "u32", "u64", "u8", "usize",
    ];
    let is_path = short.get(first.len()..).is_some_and(|rest| rest.starts_with("::"));
    let is_primitive = short.starts_with(['[', '(', '&', '*', '<']) || PRIMITIVES.contains(&first);
    match (is_primitive, is_path && !first.is_empty()) {
        (true, _) => Some("std".to_owned()),
        (false, true) => Some(first.to_owned()),
        (false, false) => None,
    }
}

fn module_name(module: &str) -> &str {
    module.rsplit(['/', '\\']).next().unwrap_or(module)
}

/// Returns true for a shared library, and for what the kernel maps.
fn is_shared_library(module: &str) -> bool {
    let name = module_name(module);
    let is_named = name.ends_with(".so") || name.contains(".so.") || name.ends_with(".dylib");
    is_named
        || name.to_ascii_lowercase().ends_with(".dll")
        || name.starts_with('[')
        || is_system_library(module)
}
