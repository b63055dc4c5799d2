//! The parts of a SARIF log that are read. Section numbers refer to
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
//!
//! Every property may be absent or null.

mod lenient;
mod result;

use std::collections::BTreeMap;

use serde::Deserialize;

pub(super) use self::lenient::{Fingerprints, Given, List, Table};
pub(super) use self::result::{
    ArtifactLocation, Content, Fix, Frame, Location, LogicalLocation, Message, Region, SarifResult,
    Stack, ThreadFlowLocation,
};
use crate::read::json::{Int, Text};

/// Section 3.13.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Log<'a> {
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) runs: Option<List<Run<'a>>>,
    pub(super) inline_external_properties: Given,
}

impl Log<'_> {
    pub(super) fn runs(&self) -> &[Run<'_>] {
        self.runs.as_deref().unwrap_or_default()
    }

    /// Returns true unless the object has none of the properties that every log has.
    pub(super) fn is_log(&self) -> bool {
        self.version.is_some() || self.runs.is_some()
    }
}

/// Section 3.14.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Run<'a> {
    #[serde(borrow)]
    pub(super) tool: Option<ToolObject<'a>>,
    #[serde(borrow)]
    pub(super) results: List<SarifResult<'a>>,
    #[serde(borrow)]
    pub(super) invocations: List<Invocation<'a>>,
    #[serde(borrow)]
    pub(super) artifacts: Table<Artifact<'a>>,
    #[serde(borrow)]
    pub(super) original_uri_base_ids: Option<BTreeMap<Text<'a>, ArtifactLocation<'a>>>,
    #[serde(borrow)]
    pub(super) column_kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) thread_flow_locations: Table<ThreadFlowLocation<'a>>,
    #[serde(borrow)]
    pub(super) logical_locations: Table<LogicalLocation<'a>>,
    pub(super) external_property_file_references: Option<ExternalFiles>,
}

/// Section 3.15.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(super) struct ExternalFiles {
    pub(super) results: Given,
}

/// Section 3.18.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(super) struct ToolObject<'a> {
    #[serde(borrow)]
    pub(super) driver: Option<Component<'a>>,
    #[serde(borrow)]
    pub(super) extensions: Table<Component<'a>>,
}

/// Section 3.19.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Component<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) semantic_version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) guid: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) rules: Table<Descriptor<'a>>,
    #[serde(borrow)]
    pub(super) notifications: Table<Descriptor<'a>>,
    #[serde(borrow)]
    pub(super) global_message_strings: Option<BTreeMap<Text<'a>, Content<'a>>>,
}

/// A rule, or a kind of notification. Section 3.49.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Descriptor<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) guid: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) help_uri: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) short_description: Option<Content<'a>>,
    #[serde(borrow)]
    pub(super) full_description: Option<Content<'a>>,
    #[serde(borrow)]
    pub(super) message_strings: Option<BTreeMap<Text<'a>, Content<'a>>>,
    #[serde(borrow)]
    pub(super) default_configuration: Option<Configuration<'a>>,
}

/// Section 3.50.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(super) struct Configuration<'a> {
    #[serde(borrow)]
    pub(super) level: Option<Text<'a>>,
}

/// Section 3.52.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct DescriptorReference<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    pub(super) index: Int,
    #[serde(borrow)]
    pub(super) guid: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) tool_component: Option<ComponentReference<'a>>,
}

/// Section 3.54.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub(super) struct ComponentReference<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    pub(super) index: Int,
    #[serde(borrow)]
    pub(super) guid: Option<Text<'a>>,
}

/// Section 3.24.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Artifact<'a> {
    #[serde(borrow)]
    pub(super) location: Option<ArtifactLocation<'a>>,
    pub(super) parent_index: Int,
    #[serde(borrow)]
    pub(super) contents: Option<Content<'a>>,
}

/// Section 3.20.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Invocation<'a> {
    #[serde(borrow)]
    pub(super) tool_execution_notifications: List<Notification<'a>>,
    #[serde(borrow)]
    pub(super) tool_configuration_notifications: List<Notification<'a>>,
}

/// Section 3.58.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Notification<'a> {
    #[serde(borrow)]
    pub(super) descriptor: Option<DescriptorReference<'a>>,
    pub(super) associated_rule: Given,
    #[serde(borrow)]
    pub(super) locations: List<Location<'a>>,
    #[serde(borrow)]
    pub(super) message: Option<Message<'a>>,
    #[serde(borrow)]
    pub(super) level: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) exception: Option<Exception<'a>>,
}

/// Section 3.59.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Exception<'a> {
    #[serde(borrow)]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) message: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) stack: Option<Stack<'a>>,
    pub(super) inner_exceptions: Given,
}
