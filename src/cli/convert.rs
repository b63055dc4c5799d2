//! `vitte diag convert`: the JSON of a compiler in any other format.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use crate::emit::json::JsonDiagnostic;
use crate::emit::{Emitter as _, Format, Setup};
use crate::source::{KnownPlace, SourceFile, SourceMap};
use crate::span::FileId;
use crate::text;

/// Where the sources of the diagnostics are.
#[derive(Clone, Debug)]
pub(super) enum Root {
    /// Below this folder, and nowhere else.
    Below(PathBuf),
    /// Where their paths say, relative ones from this folder.
    From(PathBuf),
}

/// Writes `diagnostics`, in their order, in another format.
pub(super) fn convert(
    diagnostics: &[JsonDiagnostic<'_>],
    format: Format,
    setup: &Setup,
    root: &Root,
    out: &mut dyn Write,
    report: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Json {
        // As they were: no source is needed, and none could change them.
        for diagnostic in diagnostics {
            out.write_all(&diagnostic.to_line()?)?;
        }
        return out.flush();
    }
    let sources = Sources::find(diagnostics, root, report)?;
    let mut emitter = format.emitter(out, setup);
    for diagnostic in diagnostics {
        let file = |path: &str| sources.ids.get(path).copied().unwrap_or(FileId::NOWHERE);
        // Read before, so that this is no error.
        let diagnostic = diagnostic.to_diagnostic(file).map_err(io::Error::other)?;
        emitter.emit(&sources.map, &diagnostic)?;
    }
    emitter.finish()
}

/// A place as the JSON has it: a range of bytes, and where it begins.
#[derive(Clone, Copy)]
struct Place {
    hi: u32,
    known: KnownPlace,
}

/// The sources that the diagnostics speak of.
struct Sources {
    map: SourceMap,
    /// The file of each path, as the JSON spells it.
    ids: BTreeMap<String, FileId>,
}

impl Sources {
    /// Loads what is there. A file that is not there, or that is not as it was, is one of which only
    /// the places are known.
    fn find(
        diagnostics: &[JsonDiagnostic<'_>],
        root: &Root,
        report: &mut dyn Write,
    ) -> io::Result<Self> {
        let (Root::Below(folder) | Root::From(folder)) = root;
        // An absolute root gives every file an address.
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        let mut sources = Self { map: SourceMap::with_root(folder), ids: BTreeMap::new() };
        for (path, places) in places(diagnostics) {
            let known = places.iter().map(|place| place.known);
            let id = match sources.load(&path, root, &places) {
                Some(id) => Ok(id),
                None => sources.map.add_missing(&path, known),
            };
            let id = id.map_err(io::Error::other)?;
            if sources.map.file(id).is_ok_and(|file| file.is_missing() && !file.is_pseudo()) {
                let path = text::one_line(&path);
                writeln!(report, "vitte: `{path}` is not here as it was: its text is not shown")?;
            }
            sources.ids.insert(path, id);
        }
        Ok(sources)
    }

    fn load(&mut self, path: &str, root: &Root, places: &[Place]) -> Option<FileId> {
        let (Root::Below(folder) | Root::From(folder)) = root;
        let relative = Path::new(path);
        let is_below = relative
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if matches!(root, Root::Below(_)) && !is_below {
            return None;
        }
        // What was read from `<stdin>` is in no file, not even in one of that name.
        if path.starts_with('<') && path.ends_with('>') {
            return None;
        }
        // A pipe or a device may never end.
        let is_file = folder.join(relative).metadata().is_ok_and(|metadata| metadata.is_file());
        let mut alone = SourceMap::new();
        let id = is_file.then(|| alone.load(folder.join(relative)).ok())??;
        let file = alone.file(id).ok().filter(|file| is_as_it_was(file, places))?;
        self.map.add(path, file.bytes()).ok()
    }
}

/// The places of each file that the diagnostics speak of.
fn places(diagnostics: &[JsonDiagnostic<'_>]) -> BTreeMap<String, Vec<Place>> {
    let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let mut add = |file: &str, (lo, hi): (u32, u32), (line, col): (u32, u32)| {
        let place = Place { hi, known: KnownPlace { offset: lo, line, col } };
        match places.get_mut(file) {
            Some(places) => places.push(place),
            None => _ = places.insert(file.to_owned(), vec![place]),
        }
    };
    for diagnostic in diagnostics {
        for label in &diagnostic.labels {
            add(&label.file, (label.lo, label.hi), (label.line, label.col));
        }
        if let Some(primary) = &diagnostic.primary {
            add(&primary.file, (primary.lo, primary.hi), (primary.line, primary.col));
        }
        for edit in diagnostic.suggestions.iter().flat_map(|suggestion| &suggestion.edits) {
            add(&edit.file, (edit.lo, edit.hi), (edit.line, edit.col));
        }
    }
    places
}

/// Whether every place is on the line that the compiler saw it on. The columns may be in any unit.
fn is_as_it_was(file: &SourceFile, places: &[Place]) -> bool {
    places.iter().all(|place| {
        let exists = file.span(place.known.offset..place.hi).is_ok();
        exists && file.line_of(place.known.offset) == place.known.line
    })
}
