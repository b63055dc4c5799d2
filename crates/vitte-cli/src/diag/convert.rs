//! `vitte diag convert`: the JSON of a compiler in any other format.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use indexmap::IndexMap;
use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{Emitter as _, FileId, Format, KnownPlace, Setup, SourceFile, SourceMap, text};

/// Where the sources of the diagnostics are.
#[derive(Clone, Debug)]
pub(super) enum Root {
    /// Below this folder, and nowhere else.
    Below(PathBuf),
    /// Where their paths say, relative ones from this folder.
    From(PathBuf),
}

impl Root {
    /// Where on disk `path` is, if it may be read: neither `..` nor a link leads out of a folder that
    /// all has to be below.
    fn find(&self, path: &Path) -> Option<PathBuf> {
        let folder = match self {
            Self::From(folder) => return Some(folder.join(path)),
            Self::Below(folder) => folder,
        };
        let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        path.components().all(is_plain).then_some(())?;
        let real = folder.join(path).canonicalize().ok()?;
        real.starts_with(folder.canonicalize().ok()?).then_some(real)
    }
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
    ids: HashMap<String, FileId>,
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
        let mut sources = Self { map: SourceMap::with_root(folder), ids: HashMap::new() };
        for (path, places) in places(diagnostics) {
            let known = places.iter().map(|place| place.known);
            let id = match sources.load(path, root, &places) {
                Some(id) => Ok(id),
                None => sources.map.add_missing(path, known),
            };
            let id = id.map_err(io::Error::other)?;
            if sources.map.file(id).is_ok_and(|file| file.is_missing() && !file.is_pseudo()) {
                let path = text::one_line(path);
                writeln!(
                    report,
                    "vitte: cannot show the text of `{path}`: it is not here, or it has changed"
                )?;
            }
            sources.ids.insert(path.to_owned(), id);
        }
        Ok(sources)
    }

    fn load(&mut self, path: &str, root: &Root, places: &[Place]) -> Option<FileId> {
        // What was read from `<stdin>` is in no file, not even in one of that name.
        if SourceFile::is_pseudo_path(path) {
            return None;
        }
        let on_disk = root.find(Path::new(path))?;
        // A pipe or a device may never end.
        let is_file = on_disk.metadata().is_ok_and(|metadata| metadata.is_file());
        let mut alone = SourceMap::new();
        let id = is_file.then(|| alone.load(on_disk).ok())??;
        let file = alone.file(id).ok().filter(|file| is_as_it_was(file, places))?;
        self.map.add(path, file.bytes()).ok()
    }
}

/// The places of each file that the diagnostics speak of. The files that they are about stand first, in
/// the order in which a compiler has them.
fn places<'a>(diagnostics: &'a [JsonDiagnostic<'_>]) -> IndexMap<&'a str, Vec<Place>> {
    let mut places: IndexMap<&'a str, Vec<Place>> = IndexMap::new();
    let mut add = |file: &'a str, (lo, hi): (u32, u32), (line, col): (u32, u32)| {
        let place = Place { hi, known: KnownPlace { offset: lo, line, col } };
        places.entry(file).or_default().push(place);
    };
    for primary in diagnostics.iter().filter_map(|diagnostic| diagnostic.primary.as_ref()) {
        add(&primary.file, (primary.lo, primary.hi), (primary.line, primary.col));
    }
    for diagnostic in diagnostics {
        for label in &diagnostic.labels {
            add(&label.file, (label.lo, label.hi), (label.line, label.col));
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
