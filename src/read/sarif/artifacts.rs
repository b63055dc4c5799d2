//! Finds the files of artifact locations (section 3.4).

use std::collections::HashMap;

use super::format::{Artifact, ArtifactLocation, Run};
use crate::model::FileId;
use crate::read::Import;
use crate::read::files::Files;
use crate::read::uri::{self, Resource};

/// The maximum number of base ids that refer to one another.
const MAX_BASES: usize = 16;

/// The base id of the root of the sources, as emitters write it.
const ROOT: &str = "%SRCROOT%";

/// The files of a run.
pub(super) struct Artifacts<'r> {
    run: &'r Run<'r>,
    files: HashMap<Key<'r>, FileId>,
    /// The texts that the log contains.
    texts: HashMap<Key<'r>, &'r str>,
}

/// A URI and the id of its base.
type Key<'r> = (&'r str, Option<&'r str>);

/// The parts of the location of an artifact.
#[derive(Clone, Copy)]
struct Reference<'r> {
    uri: &'r str,
    base: Option<&'r str>,
    artifact: Option<&'r Artifact<'r>>,
}

impl<'r> Artifacts<'r> {
    pub(super) fn new(run: &'r Run<'r>) -> Self {
        let texts = run.artifacts.iter().filter_map(|artifact| {
            let text = artifact.contents.as_ref()?.text.as_deref()?;
            let location = artifact.location.as_ref()?;
            Some(((location.uri.as_deref()?, location.uri_base_id.as_deref()), text))
        });
        Self { run, files: HashMap::new(), texts: texts.collect() }
    }

    /// Returns the file of a location, or `None` if it has no URI.
    pub(super) fn file(
        &mut self,
        import: &mut Import<'_>,
        location: &'r ArtifactLocation<'r>,
    ) -> Option<FileId> {
        let reference = self.reference(location)?;
        let key = (reference.uri, reference.base);
        if let Some(&file) = self.files.get(&key) {
            return Some(file);
        }
        let file = self.find(&mut import.files, reference);
        self.files.insert(key, file);
        Some(file)
    }

    /// Returns true if the base of a relative location is not known.
    pub(super) fn is_base_lost(&self, location: &'r ArtifactLocation<'r>) -> bool {
        let base = self.reference(location).and_then(|reference| reference.base);
        base.is_some_and(|base| base != ROOT && self.base(base).is_none())
    }

    fn artifact(&self, index: Option<usize>) -> Option<&'r Artifact<'r>> {
        self.run.artifacts.get(index?)
    }

    /// Returns the parts of a location. One with only an index has the URI of the artifact.
    fn reference(&self, location: &'r ArtifactLocation<'r>) -> Option<Reference<'r>> {
        let artifact = self.artifact(location.index.index());
        let cached = artifact.and_then(|artifact| artifact.location.as_ref());
        let named = if location.uri.is_some() { Some(location) } else { cached }?;
        let uri = named.uri.as_deref().filter(|uri| !uri.is_empty())?;
        Some(Reference { uri, base: named.uri_base_id.as_deref(), artifact })
    }

    /// Returns the path of a base id, or `None` if it is not known.
    fn base(&self, id: &str) -> Option<String> {
        let bases = self.run.original_uri_base_ids.as_ref()?;
        let (mut path, mut next) = (String::new(), Some(id));
        for _ in 0..MAX_BASES {
            let Some(id) = next else { break };
            let (_, base) = bases.iter().find(|(name, _)| &***name == id)?;
            let Resource::Path(of_base) = Resource::new(base.uri.as_deref()?) else { return None };
            path = uri::join(&of_base, &path).into_owned();
            next = base.uri_base_id.as_deref();
        }
        next.is_none().then_some(path)
    }

    /// Finds the file. A relative path is tried below its base, then below the root of the sources: the log may be
    /// from another machine.
    fn find(&self, files: &mut Files<'_>, reference: Reference<'r>) -> FileId {
        if let Some(member) = self.member(reference) {
            return files.file(&member);
        }
        let path = match Resource::new(reference.uri) {
            Resource::Path(path) => path,
            Resource::Untitled(name) => return files.file(&uri::bracketed(&name)),
            Resource::Virtual(name) => return files.file(&name),
        };
        let base = reference.base.and_then(|base| self.base(base));
        let absolute = base.map(|base| uri::join(&base, &path).into_owned());
        for path in absolute.iter().chain([&path]) {
            if files.is_here(path) {
                return files.file(path);
            }
        }
        let path = absolute.unwrap_or(path);
        match self.texts.get(&(reference.uri, reference.base)) {
            Some(text) => files.file_with_text(&path, text.as_bytes()),
            None => files.file(&path),
        }
    }

    /// Returns the name of a file in an archive, `<archive.zip/a.c>`, or `None` for another file.
    fn member(&self, reference: Reference<'_>) -> Option<String> {
        let parent = self.artifact(reference.artifact?.parent_index.index())?;
        let archive = parent.location.as_ref()?.uri.as_deref()?;
        Some(uri::bracketed(&format!("{archive}/{}", reference.uri.trim_start_matches('/'))))
    }
}
