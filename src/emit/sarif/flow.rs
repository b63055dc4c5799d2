//! The steps of an analysis as a SARIF code flow.

use serde::Serialize;

use super::location::SarifLocation;
use crate::check::CheckedDiagnostic;
use crate::emit::plain_text::Related;
use crate::model::TraceKind;
use crate::source::SourceMap;

/// Section 3.36.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeFlow<'a> {
    thread_flows: [ThreadFlow<'a>; 1],
}

/// Section 3.37.
#[derive(Serialize)]
struct ThreadFlow<'a> {
    locations: Vec<ThreadFlowLocation<'a>>,
}

/// Section 3.38.
#[derive(Serialize)]
struct ThreadFlowLocation<'a> {
    location: SarifLocation<'a>,
}

impl<'a> CodeFlow<'a> {
    /// Returns the steps of an analysis that have a location, in their order, or `None` if there are none. The others
    /// are in the message of the result, because readers expect a file in every location of a flow.
    pub(super) fn new(sources: &SourceMap, checked: &CheckedDiagnostic<'a>) -> Option<Self> {
        if checked.trace.is_empty() {
            return None;
        }
        let steps = Related::steps(checked, |kind| kind == TraceKind::Analysis);
        let locations = steps.map(|step| SarifLocation::related(sources, None, step));
        let locations: Vec<_> = locations.map(|location| ThreadFlowLocation { location }).collect();
        (!locations.is_empty()).then_some(Self { thread_flows: [ThreadFlow { locations }] })
    }
}
