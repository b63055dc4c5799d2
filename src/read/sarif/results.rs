//! Converts results (section 3.27).

use super::format::{Location, Region, SarifResult};
use super::reader::Reader;
use super::rules::Rule;
use super::{fixes, flows, messages, own};
use crate::model::{Code, Diagnostic, Severity, Tag};
use crate::read::locate::{self, Place};
use crate::read::losses::Lost;
use crate::read::tool_name;

/// Why a result is no diagnostic: nothing of it is kept.
fn reason_to_skip(result: &SarifResult<'_>) -> Option<&'static str> {
    let is_accepted = |status: Option<&str>| !matches!(status, Some("underReview" | "rejected"));
    let is_suppressed = !result.suppressions.is_empty()
        && result.suppressions.iter().all(|suppression| is_accepted(suppression.status.as_deref()));
    match (result.kind.as_deref(), result.baseline_state.as_deref()) {
        (Some("pass" | "notApplicable"), _) => {
            Some("everything: the result reports that there is no problem")
        }
        (_, Some("absent")) => Some("everything: the result is of an earlier run only"),
        _ if is_suppressed => Some("everything: the result is suppressed"),
        _ => None,
    }
}

/// Adds the diagnostic of a result.
pub(super) fn push<'r>(reader: &mut Reader<'_, 'r, '_>, result: &'r SarifResult<'r>) {
    if let Some(reason) = reason_to_skip(result) {
        reader.import.losses.add([reason]);
        return;
    }
    let mut lost = Lost::default();
    let rule = reader.rules.of(result);
    let is_own = result.partial_fingerprints.has_own;
    let severity = severity(result, rule, &mut lost);
    let text = message(result, rule, &mut lost);
    let locations = &result.locations;
    let (primary, more) = primary(reader, locations, is_own, &mut lost);
    let label = primary.as_ref().map(|(_, label)| label.clone()).unwrap_or_default();
    let place = primary.as_ref().map(|(place, _)| *place);
    let mut diagnostic = if is_own {
        own::diagnostic(severity, place, &text, &label)
    } else {
        locate::diagnostic(severity, None, place, text)
    };
    locate::set_label(&mut diagnostic, &label);
    diagnostic = with_code(reader, diagnostic, result, rule, &mut lost);
    for location in more {
        add_location(reader, &mut diagnostic, location, &mut lost);
    }
    for region in locations.iter().flat_map(|location| location.annotations.iter()) {
        add_annotation(reader, &mut diagnostic, place, region, &mut lost);
    }
    let included = flows::add_includes(reader, &mut diagnostic, result, &mut lost);
    if is_own {
        own::add_related(reader, &mut diagnostic, result, &mut lost);
    } else {
        let related = result.related_locations.iter();
        for location in related.filter(|location| !included.contains(&location.id)) {
            add_location(reader, &mut diagnostic, location, &mut lost);
        }
    }
    flows::add_flows(reader, &mut diagnostic, result, &mut lost);
    flows::add_stacks(reader, &mut diagnostic, result, &mut lost);
    fixes::add(reader, &mut diagnostic, result, &mut lost);
    add_tags(&mut diagnostic, result, &mut lost);
    let has_ids = result.fingerprints.0 || result.guid.0 || result.correlation_guid.0;
    lost.add_if(has_ids || result.partial_fingerprints.has_others, "fingerprints");
    lost.add_if(result.baseline_state.is_some(), "the comparison with an earlier run");
    lost.add_if(!result.suppressions.is_empty(), "a suppression that is not accepted");
    lost.add_if(result.has_others(), "other properties of a result");
    reader.count_tool(&mut lost);
    reader.import.push(diagnostic, lost);
}

/// Returns the severity (section 3.27.10).
fn severity(result: &SarifResult<'_>, rule: Rule<'_>, lost: &mut Lost) -> Severity {
    let kind = result.kind.as_deref().unwrap_or("fail");
    lost.add_if(kind != "fail", "the kind of a result, which is a note");
    let default = if kind == "fail" { rule.level().unwrap_or("warning") } else { "none" };
    match result.level.as_deref().unwrap_or(default) {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        "note" | "none" => Severity::Note,
        _ => {
            lost.add("an unknown level");
            Severity::Warning
        }
    }
}

/// Returns the message of a result, or else the description of its rule.
fn message(result: &SarifResult<'_>, rule: Rule<'_>, lost: &mut Lost) -> String {
    let text = match &result.message {
        Some(message) => messages::text(message, rule.descriptor, rule.component, lost),
        None => String::new(),
    };
    let description = || rule.descriptor.and_then(messages::description);
    if text.is_empty() { description().unwrap_or_default().to_owned() } else { text }
}

/// Returns where a result is and the text of its primary label, and the other locations. The first location with a
/// file is the primary one.
fn primary<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    locations: &'r [Location<'r>],
    is_own: bool,
    lost: &mut Lost,
) -> (Option<(Place, String)>, Vec<&'r Location<'r>>) {
    let mut more = Vec::new();
    let mut rest = locations.iter();
    for location in rest.by_ref() {
        let label = messages::plain(location.message.as_ref(), lost);
        match reader.place(location, lost) {
            Some(Place::File(_)) if is_own && label == own::NO_LOCATION => {}
            Some(place) => {
                more.extend(rest);
                return (Some((place, label)), more);
            }
            None => more.push(location),
        }
    }
    (None, more)
}

/// Sets the code: the id of the rule.
fn with_code(
    reader: &Reader<'_, '_, '_>,
    mut diagnostic: Diagnostic,
    result: &SarifResult<'_>,
    rule: Rule<'_>,
    lost: &mut Lost,
) -> Diagnostic {
    if result.properties.is_without_code {
        return diagnostic;
    }
    let referenced = result.rule.as_ref().and_then(|rule| rule.id.as_deref());
    let Some(id) =
        result.rule_id.as_deref().or(referenced).or(rule.id()).filter(|id| !id.is_empty())
    else {
        return diagnostic;
    };
    let code = Code::new(id).ok();
    if code.is_none() {
        locate::note_code(&mut diagnostic, id, lost);
    }
    let url = rule.descriptor.and_then(|descriptor| descriptor.help_uri.as_deref());
    let tool = reader.import.tool.as_ref();
    lost.add_if(
        url.is_some_and(|url| tool_name::is_url_lost(tool, code, url)),
        "the URL of a rule",
    );
    diagnostic.with_code(code)
}

/// Adds a secondary label, or a note for a location without a span.
fn add_location<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    diagnostic: &mut Diagnostic,
    location: &'r Location<'r>,
    lost: &mut Lost,
) {
    let message = messages::plain(location.message.as_ref(), lost);
    match reader.place(location, lost).and_then(Place::span) {
        Some(span) => _ = diagnostic.add_secondary(span, message),
        None => {
            lost.add_if(location.physical_location.is_some(), "a further location without a line");
            if !message.is_empty() {
                diagnostic.add_note(message);
            }
        }
    }
}

/// Adds a secondary label in the file of the diagnostic (section 3.28.6).
fn add_annotation(
    reader: &mut Reader<'_, '_, '_>,
    diagnostic: &mut Diagnostic,
    place: Option<Place>,
    region: &Region<'_>,
    lost: &mut Lost,
) {
    let file = match place {
        Some(Place::Span(span)) => Some(span.file()),
        Some(Place::File(file)) => Some(file),
        None => None,
    };
    let message = messages::plain(region.message.as_deref(), lost);
    match file.and_then(|file| reader.span(file, region, lost)) {
        Some(span) => _ = diagnostic.add_secondary(span, message),
        None => lost.add("an annotation without a location"),
    }
}

fn add_tags(diagnostic: &mut Diagnostic, result: &SarifResult<'_>, lost: &mut Lost) {
    for tag in result.properties.tags.iter() {
        match &**tag {
            "unnecessary" => _ = diagnostic.add_tag(Tag::Unnecessary),
            "deprecated" => _ = diagnostic.add_tag(Tag::Deprecated),
            _ => lost.add("tags other than `unnecessary` and `deprecated`"),
        }
    }
}
