//! Suggestions as SARIF fixes.

use serde::Serialize;

use super::location::{ArtifactLocation, Message, Region};
use super::rule::Text;
use crate::check::{self, ResolvedSpan};
use crate::source::SourceMap;

/// Section 3.55.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fix<'a> {
    description: Message<'a>,
    artifact_changes: Vec<ArtifactChange<'a>>,
    properties: FixProperties,
}

#[derive(Serialize)]
struct FixProperties {
    applicability: &'static str,
}

/// Section 3.56.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation<'a>,
    replacements: Vec<Replacement<'a>>,
}

/// Section 3.57.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Text<'a>,
}

impl<'a> Fix<'a> {
    pub(super) fn new(sources: &'a SourceMap, fix: &check::Fix<'a>) -> Self {
        let by_file = fix.edits.chunk_by(|a, b| a.span().file() == b.span().file());
        let changes = by_file.filter_map(|edits| {
            let file = sources.file(edits.first()?.span().file()).ok()?;
            let replacements = edits.iter().map(|edit| Replacement {
                deleted_region: Region::new(ResolvedSpan { file, span: edit.span() }),
                inserted_content: Text { text: edit.text() },
            });
            let artifact_location = ArtifactLocation::new(sources, file);
            Some(ArtifactChange { artifact_location, replacements: replacements.collect() })
        });
        Self {
            description: Message::new(fix.title()),
            artifact_changes: changes.collect(),
            properties: FixProperties { applicability: fix.suggestion.applicability().as_str() },
        }
    }
}
