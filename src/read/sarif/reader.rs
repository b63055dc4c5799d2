//! What is needed to read the results of one run.

use super::artifacts::Artifacts;
use super::format::{Location, LogicalLocation, Region, Run};
use super::regions;
use super::rules::Rules;
use crate::model::{FileId, Span};
use crate::read::Import;
use crate::read::locate::Place;
use crate::read::losses::Lost;
use crate::source::ColumnUnit;

/// Reads the results of one run.
pub(super) struct Reader<'a, 'r, 'f> {
    pub(super) import: &'a mut Import<'f>,
    pub(super) run: &'r Run<'r>,
    pub(super) rules: Rules<'r>,
    pub(super) artifacts: Artifacts<'r>,
    is_other_tool: bool,
    unit: ColumnUnit,
}

impl<'a, 'r, 'f> Reader<'a, 'r, 'f> {
    pub(super) fn new(import: &'a mut Import<'f>, run: &'r Run<'r>, is_other_tool: bool) -> Self {
        let unit = match run.column_kind.as_deref() {
            Some("utf16CodeUnits") => ColumnUnit::Utf16,
            // Of SARIF 2.2.
            Some("bytes") => ColumnUnit::Byte,
            // There is no default (section 3.14). Most tools that omit the property count code points.
            _ => ColumnUnit::Char,
        };
        let (rules, artifacts) = (Rules::new(run), Artifacts::new(run));
        Self { import, run, rules, artifacts, is_other_tool, unit }
    }

    /// Returns where a location is, or `None` if it has no file.
    pub(super) fn place(&mut self, location: &'r Location<'r>, lost: &mut Lost) -> Option<Place> {
        lost.add_if(location.properties.has_others, "the properties of a location");
        lost.add_if(
            !location.logical_locations.is_empty(),
            "the name of the function or type of a location",
        );
        let real = location.properties.physical_location.as_deref();
        let physical = real.or(location.physical_location.as_ref())?;
        lost.add_if(physical.address.0, "the address of a location");
        let artifact = physical.artifact_location.as_ref()?;
        let Some(file) = self.artifacts.file(self.import, artifact) else {
            lost.add("a location without a URI");
            return None;
        };
        lost.add_if(self.artifacts.is_base_lost(artifact), "the base of a relative path");
        let span = physical.region.as_ref().and_then(|region| self.span(file, region, lost));
        Some(span.map_or(Place::File(file), Place::Span))
    }

    /// Returns the span of a location, for a step or a label.
    pub(super) fn location_span(
        &mut self,
        location: &'r Location<'r>,
        lost: &mut Lost,
    ) -> Option<Span> {
        let place = self.place(location, lost)?;
        lost.add_if(place.span().is_none(), "a further location without a line");
        place.span()
    }

    /// Counts a diagnostic of another tool than the one that is recorded.
    pub(super) fn count_tool(&self, lost: &mut Lost) {
        lost.add_if(self.is_other_tool, "the name of one of several tools");
    }

    /// Returns the span of a region in a file.
    pub(super) fn span(
        &mut self,
        file: FileId,
        region: &Region<'_>,
        lost: &mut Lost,
    ) -> Option<Span> {
        regions::span(self.import, file, region, self.unit, lost)
    }

    /// Returns the name of a function or type.
    pub(super) fn logical_name(&self, location: &'r Location<'r>) -> Option<&'r str> {
        let name = |logical: &'r LogicalLocation<'r>| {
            logical.fully_qualified_name.as_deref().or(logical.name.as_deref())
        };
        let logical = location.logical_locations.first()?;
        let cached = || self.run.logical_locations.get(logical.index.index()?);
        name(logical).or_else(|| name(cached()?))
    }
}
