//! Distinguishes the frames of a program from those of libraries.

use std::collections::BTreeSet;

use super::owner::{library_name, project_root};
use super::{Frame, Origin, ShortFrame, SourceOwner, is_system_library};
use crate::text::function_name::{crate_of, short};
use crate::text::truncate;

/// The maximum length of the name of a program, in bytes.
const MAX_NAME_BYTES: usize = 40;

/// What distinguishes frames of the program.
#[derive(Debug)]
pub(super) struct Program<'a> {
    /// The crates of the program. Empty if no frame belongs to one of them.
    crates: BTreeSet<String>,
    /// The directory of its sources, with a separator at the end.
    root: &'a str,
}

impl<'a> Program<'a> {
    pub(super) fn new(frames: &'a [Frame]) -> Self {
        let mut crates = BTreeSet::new();
        let mut project_files = Vec::new();
        let mut main = None;
        for frame in frames.iter().filter(|frame| !frame.is_omitted() && !frame.is_runtime()) {
            let (name, origin) = frame.parts();
            let own = path_crate(name);
            match origin {
                Origin::Source(location)
                    if SourceOwner::of_path(location.file) == SourceOwner::Project =>
                {
                    project_files.push(location.file);
                    crates.extend(own);
                }
                Origin::Module(module, _) if !is_shared_library(module) => {
                    let name = module_name(module);
                    let name = name.strip_suffix(".exe").unwrap_or(name);
                    crates.insert(truncate(name, MAX_NAME_BYTES).replace('-', "_"));
                }
                _ => {}
            }
            let short = short(truncate(name, MAX_PATH_BYTES));
            if short.ends_with("::main") {
                main = path_crate(name);
            }
        }
        crates.extend(main);
        let has_some = frames.iter().any(|frame| {
            !frame.is_runtime()
                && path_crate(frame.function()).is_some_and(|own| crates.contains(&own))
        });
        if !has_some {
            crates.clear();
        }
        Self { crates, root: project_root(project_files.into_iter()) }
    }

    pub(super) fn short_frame(&self, index: usize, frame: &'a Frame) -> ShortFrame<'a> {
        let library = self.library(frame);
        let location = match frame.parts().1 {
            Origin::Source(location) if location.line > 0 => {
                let file = location.file;
                let is_own = library.is_none() && !self.root.is_empty();
                let file = if is_own { file.strip_prefix(self.root).unwrap_or(file) } else { file };
                match location.col {
                    Some(col) => format!("{file}:{}:{col}", location.line),
                    None => format!("{file}:{}", location.line),
                }
            }
            Origin::Source(location) => location.file.to_owned(),
            Origin::Module(module, offset) => format!("{}+{offset:#x}", module_name(module)),
            Origin::Unknown => String::new(),
        };
        ShortFrame { index, frame, name: frame.short_name(), location, library }
    }

    /// Returns the library that a frame belongs to, empty if it has no name. Returns `None` for a frame of the project.
    pub(super) fn library(&self, frame: &Frame) -> Option<String> {
        let (name, origin) = frame.parts();
        let is_runtime = frame.is_runtime();
        let by_name = || path_crate(name).map(|name| library_name(&name).to_owned());
        let runtime = || {
            let is_rust = name.starts_with("rust_") || name.starts_with("__rust");
            by_name().unwrap_or_else(|| if is_rust { "std".to_owned() } else { String::new() })
        };
        match origin {
            Origin::Source(location) => match SourceOwner::of_path(location.file) {
                SourceOwner::Library(name) => Some(name.to_owned()),
                SourceOwner::System => Some(by_name().unwrap_or_else(|| "the system".to_owned())),
                SourceOwner::Project => is_runtime.then(runtime),
            },
            Origin::Module(module, _) if is_shared_library(module) => match path_crate(name) {
                Some(name) if self.crates.contains(&name) && !is_runtime => None,
                Some(name) => Some(library_name(&name).to_owned()),
                None => Some(module_name(module).to_owned()),
            },
            Origin::Module(..) | Origin::Unknown => match path_crate(name) {
                _ if is_runtime => Some(runtime()),
                Some(name) if !self.crates.is_empty() && !self.crates.contains(&name) => {
                    Some(library_name(&name).to_owned())
                }
                _ => None,
            },
        }
    }
}

/// The bytes of a name in which its crate is looked for.
const MAX_PATH_BYTES: usize = 1000;

/// Returns the crate or namespace that the name of a function begins with. Returns `None` for a name without a path.
fn path_crate(name: &str) -> Option<String> {
    let name = truncate(name, MAX_PATH_BYTES);
    let short = if name.contains("::") { short(name) } else { return None };
    let first = crate_of(&short);
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
