//! Results and what they consist of.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess};

use super::lenient::{self, Fields};
use super::{DescriptorReference, Fingerprints, Given, List};
use crate::read::json::{Int, Text};

/// Section 3.27.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SarifResult<'a> {
    #[serde(borrow)]
    pub(crate) rule_id: Option<Text<'a>>,
    pub(crate) rule_index: Int,
    #[serde(borrow)]
    pub(crate) rule: Option<Box<DescriptorReference<'a>>>,
    #[serde(borrow)]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) level: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) message: Option<Message<'a>>,
    #[serde(borrow)]
    pub(crate) locations: List<Location<'a>>,
    #[serde(borrow)]
    pub(crate) related_locations: List<Location<'a>>,
    #[serde(borrow)]
    pub(crate) code_flows: List<CodeFlow<'a>>,
    #[serde(borrow)]
    pub(crate) stacks: List<Stack<'a>>,
    #[serde(borrow)]
    pub(crate) fixes: List<Fix<'a>>,
    #[serde(borrow)]
    pub(crate) suppressions: List<Suppression<'a>>,
    #[serde(borrow)]
    pub(crate) baseline_state: Option<Text<'a>>,
    pub(crate) partial_fingerprints: Fingerprints,
    #[serde(borrow)]
    pub(crate) properties: Properties<'a>,
    pub(crate) fingerprints: Given,
    pub(crate) guid: Given,
    pub(crate) correlation_guid: Given,
    pub(crate) occurrence_count: Given,
    pub(crate) analysis_target: Given,
    pub(crate) graphs: Given,
    pub(crate) graph_traversals: Given,
    pub(crate) rank: Given,
    pub(crate) attachments: Given,
    pub(crate) hosted_viewer_uri: Given,
    pub(crate) work_item_uris: Given,
    pub(crate) provenance: Given,
    pub(crate) taxa: Given,
    pub(crate) web_request: Given,
    pub(crate) web_response: Given,
}

impl SarifResult<'_> {
    /// Returns true if a result has properties of which nothing is kept.
    pub(crate) fn has_others(&self) -> bool {
        let others = [
            self.occurrence_count,
            self.analysis_target,
            self.graphs,
            self.graph_traversals,
            self.rank,
            self.attachments,
            self.hosted_viewer_uri,
            self.work_item_uris,
            self.provenance,
            self.taxa,
            self.web_request,
            self.web_response,
        ];
        self.properties.has_others || others.iter().any(|given| given.0)
    }
}

/// Section 3.11.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Message<'a> {
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) markdown: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) arguments: List<Text<'a>>,
    #[serde(borrow)]
    pub(crate) properties: Properties<'a>,
}

/// An `artifactContent` (section 3.3), or a `multiformatMessageString` (section 3.12).
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(crate) struct Content<'a> {
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
}

/// Section 3.28.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Location<'a> {
    pub(crate) id: Int,
    #[serde(borrow)]
    pub(crate) physical_location: Option<PhysicalLocation<'a>>,
    #[serde(borrow)]
    pub(crate) logical_locations: List<LogicalLocation<'a>>,
    #[serde(borrow)]
    pub(crate) message: Option<Message<'a>>,
    #[serde(borrow)]
    pub(crate) annotations: List<Region<'a>>,
    #[serde(borrow)]
    pub(crate) relationships: List<Relationship<'a>>,
    #[serde(borrow)]
    pub(crate) properties: Properties<'a>,
}

/// Section 3.29.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PhysicalLocation<'a> {
    #[serde(borrow)]
    pub(crate) artifact_location: Option<ArtifactLocation<'a>>,
    #[serde(borrow)]
    pub(crate) region: Option<Region<'a>>,
    pub(crate) address: Given,
}

/// Section 3.4.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ArtifactLocation<'a> {
    #[serde(borrow)]
    pub(crate) uri: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) uri_base_id: Option<Text<'a>>,
    pub(crate) index: Int,
}

/// Section 3.30.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Region<'a> {
    pub(crate) start_line: Int,
    pub(crate) start_column: Int,
    pub(crate) end_line: Int,
    pub(crate) end_column: Int,
    pub(crate) char_offset: Int,
    pub(crate) char_length: Int,
    pub(crate) byte_offset: Int,
    pub(crate) byte_length: Int,
    pub(crate) snippet: Given,
    #[serde(borrow)]
    pub(crate) message: Option<Box<Message<'a>>>,
}

/// Section 3.33.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LogicalLocation<'a> {
    pub(crate) index: Int,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) fully_qualified_name: Option<Text<'a>>,
}

/// Section 3.34.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(crate) struct Relationship<'a> {
    pub(crate) target: Int,
    #[serde(borrow)]
    pub(crate) kinds: List<Text<'a>>,
}

/// Section 3.35.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(crate) struct Suppression<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
}

/// Section 3.36.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CodeFlow<'a> {
    pub(crate) message: Given,
    #[serde(borrow)]
    pub(crate) thread_flows: List<ThreadFlow<'a>>,
}

/// Section 3.37.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ThreadFlow<'a> {
    pub(crate) message: Given,
    pub(crate) initial_state: Given,
    pub(crate) immutable_state: Given,
    #[serde(borrow)]
    pub(crate) locations: List<ThreadFlowLocation<'a>>,
}

/// Section 3.38.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ThreadFlowLocation<'a> {
    pub(crate) index: Int,
    #[serde(borrow)]
    pub(crate) location: Option<Location<'a>>,
    pub(crate) nesting_level: Given,
    pub(crate) execution_order: Given,
    pub(crate) kinds: Given,
    pub(crate) state: Given,
    pub(crate) stack: Given,
    pub(crate) module: Given,
    pub(crate) importance: Given,
    pub(crate) properties: Given,
}

impl ThreadFlowLocation<'_> {
    /// Returns true if a step has properties of which nothing is kept.
    pub(crate) fn has_others(&self) -> bool {
        let others =
            [self.kinds, self.state, self.stack, self.module, self.importance, self.properties];
        self.execution_order.0 || others.iter().any(|given| given.0)
    }
}

/// Section 3.44.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(crate) struct Stack<'a> {
    #[serde(borrow)]
    pub(crate) message: Option<Message<'a>>,
    #[serde(borrow)]
    pub(crate) frames: List<Frame<'a>>,
}

/// Section 3.45.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Frame<'a> {
    #[serde(borrow)]
    pub(crate) location: Option<Location<'a>>,
    #[serde(borrow)]
    pub(crate) module: Option<Text<'a>>,
    pub(crate) thread_id: Given,
    pub(crate) parameters: Given,
}

/// Section 3.55.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Fix<'a> {
    #[serde(borrow)]
    pub(crate) description: Option<Message<'a>>,
    #[serde(borrow)]
    pub(crate) artifact_changes: List<ArtifactChange<'a>>,
    #[serde(borrow)]
    pub(crate) properties: Properties<'a>,
}

/// Section 3.56.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ArtifactChange<'a> {
    #[serde(borrow)]
    pub(crate) artifact_location: Option<ArtifactLocation<'a>>,
    #[serde(borrow)]
    pub(crate) replacements: List<Replacement<'a>>,
}

/// Section 3.57.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Replacement<'a> {
    #[serde(borrow)]
    pub(crate) deleted_region: Option<Region<'a>>,
    #[serde(borrow)]
    pub(crate) inserted_content: Option<Content<'a>>,
}

/// A property bag (section 3.8) with the properties that are read.
#[derive(Debug, Default)]
pub(crate) struct Properties<'a> {
    pub(crate) tags: List<Text<'a>>,
    /// Written to fixes by [`SarifEmitter`](crate::SarifEmitter).
    pub(crate) applicability: Option<Text<'a>>,
    /// Whether the rule of a result is that of a diagnostic without a code, written by
    /// [`SarifEmitter`](crate::SarifEmitter).
    pub(crate) is_without_code: bool,
    /// The exact text of a message, written by [`SarifEmitter`](crate::SarifEmitter).
    pub(crate) text: Option<Text<'a>>,
    /// The real location of a diagnostic, written by [`SarifEmitter`](crate::SarifEmitter).
    pub(crate) physical_location: Option<Box<PhysicalLocation<'a>>>,
    pub(crate) has_others: bool,
}

impl<'de: 'a, 'a> Fields<'de> for Properties<'a> {
    fn visit<A: MapAccess<'de>>(&mut self, name: &str, fields: &mut A) -> Result<(), A::Error> {
        match name {
            "tags" => self.tags = fields.next_value()?,
            "applicability" => self.applicability = fields.next_value()?,
            "vitteDiag/hasCode" => {
                self.is_without_code = fields.next_value::<Option<bool>>()? == Some(false);
            }
            "vitteDiag/text" => self.text = fields.next_value()?,
            "vitteDiag/physicalLocation" => self.physical_location = fields.next_value()?,
            _ => {
                self.has_others = true;
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Properties<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::fields(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn property_bags_have_tags_and_others() {
        let read = |json| serde_json::from_str::<Properties<'_>>(json).unwrap();
        let bag = read(r#"{"tags": ["a", "b"], "applicability": "unspecified"}"#);
        assert_eq!((bag.tags.len(), bag.applicability.is_some(), bag.has_others), (2, true, false));
        let bag = read(r#"{"tags": null, "x": {"y": []}}"#);
        assert_eq!((bag.tags.len(), bag.applicability.is_some(), bag.has_others), (0, false, true));
        assert!(!read("null").has_others);
    }
}
