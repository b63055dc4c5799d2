//! Converts fixes (section 3.55).

use super::format::{Fix, SarifResult};
use super::messages;
use super::reader::Reader;
use crate::model::{Applicability, Diagnostic, Edit};
use crate::read::fixes::{self, NamedFix};
use crate::read::losses::Lost;

/// Adds the fixes of a result as suggestions.
pub(super) fn add<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    diagnostic: &mut Diagnostic,
    result: &'r SarifResult<'r>,
    lost: &mut Lost,
) {
    let mut named = Vec::new();
    for fix in result.fixes.iter() {
        let title = messages::plain(fix.description.as_ref(), lost);
        let title = if title.is_empty() { "apply this fix".to_owned() } else { title };
        match edits(reader, fix, lost).filter(|edits| !edits.is_empty()) {
            Some(edits) => named.push(NamedFix { title, edits, applicability: applicability(fix) }),
            None => lost.add("a fix without changes of text"),
        }
        lost.add_if(
            fix.properties.has_others || !fix.properties.tags.is_empty(),
            "the properties of a fix",
        );
    }
    for suggestion in fixes::suggestions(&reader.import.files.sources, &named, lost) {
        diagnostic.add_suggestion(suggestion);
    }
}

fn applicability(fix: &Fix<'_>) -> Applicability {
    use Applicability::{HasPlaceholders, MachineApplicable, MaybeIncorrect, Unspecified};
    let name = fix.properties.applicability.as_deref();
    let all = [MachineApplicable, MaybeIncorrect, HasPlaceholders];
    all.into_iter().find(|one| name == Some(one.as_str())).unwrap_or(Unspecified)
}

/// Returns the edits of a fix, or `None` if it changes something that is not text with a location.
fn edits<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    fix: &'r Fix<'r>,
    lost: &mut Lost,
) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for change in fix.artifact_changes.iter() {
        let file = reader.artifacts.file(reader.import, change.artifact_location.as_ref()?)?;
        for replacement in change.replacements.iter() {
            let region = replacement.deleted_region.as_ref()?;
            let span = reader.span(file, region, lost)?;
            let text = match &replacement.inserted_content {
                Some(content) => content.text.as_deref()?,
                None => "",
            };
            edits.push(Edit::replace(span, text.to_owned()));
        }
    }
    Some(edits)
}
