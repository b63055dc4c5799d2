//! Reads logs in SARIF 2.1.0, the Static Analysis Results Interchange Format of OASIS.
//!
//! All runs are read, and several logs may follow one another. What [`SarifEmitter`](crate::SarifEmitter) wrote is
//! recognised by its fingerprint.
//!
//! | SARIF | model |
//! |---|---|
//! | `ruleId` | code |
//! | `level`, or that of the rule | severity |
//! | the first of `locations` | the primary label, or the whole file if there is no region |
//! | other `locations`, `relatedLocations`, `annotations` | secondary labels |
//! | the first of `codeFlows` | steps of an analysis |
//! | `isIncludedBy`, the first of `stacks` | steps of includes and calls |
//! | `fixes` | suggestions |
//! | notifications of errors and warnings | diagnostics |
//!
//! Results that are suppressed, that passed, or that are only in an earlier run are no diagnostics; they are counted.
//! A result that is invalid is reported, and the others are read. A file that is not here has the text of its
//! `artifact`, if the log contains that.

mod artifacts;
mod damaged;
mod fixes;
mod flows;
mod format;
mod frames;
mod messages;
mod notifications;
mod own;
mod reader;
mod regions;
mod results;
mod rules;

use std::borrow::Cow;

use self::damaged::DamagedLogs;
use self::format::{Component, Log, Run};
use self::reader::Reader;
use self::rules::Rules;
use super::json;
use super::{Import, InputFormat, ReadError, tool_name};
use crate::model::Code;
use crate::registry::Tool;

pub(super) fn read(input: &[u8], import: &mut Import<'_>) -> Result<(), ReadError> {
    let error = |reason| ReadError { format: InputFormat::Sarif, reason };
    let text = text(input).map_err(error)?;
    let damaged;
    let logs = match parse(&text) {
        Ok(logs) => logs,
        Err(reason) => {
            damaged = DamagedLogs::new(&text);
            damaged.parse(import).ok_or(reason).map_err(error)?
        }
    };
    logs.iter().try_for_each(check_version).map_err(error)?;
    import.tool = tool(|| logs.iter().flat_map(Log::runs));
    import.convert(|import| {
        for log in &logs {
            if log.inline_external_properties.0 {
                import.losses.add(["everything: the result is in external properties"]);
            }
            log.runs().iter().for_each(|run| push_run(import, run));
        }
    });
    Ok(())
}

/// Returns the text of an input, which must be UTF-8.
fn text(input: &[u8]) -> Result<Cow<'_, str>, String> {
    let utf16: [&[u8]; 4] = [&[0xff, 0xfe], &[0xfe, 0xff], b"{\0", b"\0{"];
    if utf16.iter().any(|start| input.starts_with(start)) {
        return Err("it is encoded in UTF-16, but JSON is UTF-8".to_owned());
    }
    let text = std::str::from_utf8(input).map_err(|error| format!("it is not UTF-8: {error}"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(json::without_lone_surrogates(text))
}

/// Parses one or more logs.
fn parse(text: &str) -> Result<Vec<Log<'_>>, String> {
    let logs = serde_json::Deserializer::from_str(text).into_iter::<Log<'_>>();
    logs.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

fn check_version(log: &Log<'_>) -> Result<(), String> {
    match log.version.as_deref() {
        Some(version) if !version.starts_with("2.1.0") => {
            Err(format!("its version is {version}, and only 2.1.0 is supported"))
        }
        None if !log.is_log() => Err("it has neither a version nor runs".to_owned()),
        _ => Ok(()),
    }
}

fn push_run<'r>(import: &mut Import<'_>, run: &'r Run<'r>) {
    if run.external_property_file_references.as_ref().is_some_and(|files| files.results.0) {
        import.losses.add(["everything: the result is in another file"]);
    }
    let is_other_tool = name(run) != import.tool.as_ref().map(Tool::name);
    let mut reader = Reader::new(import, run, is_other_tool);
    for invocation in run.invocations.iter() {
        let of_tool = invocation.tool_execution_notifications.iter();
        let all = of_tool.chain(invocation.tool_configuration_notifications.iter());
        all.for_each(|notification| notifications::push(&mut reader, notification));
    }
    run.results.iter().for_each(|result| results::push(&mut reader, result));
}

fn driver<'r>(run: &'r Run<'r>) -> Option<&'r Component<'r>> {
    run.tool.as_ref()?.driver.as_ref()
}

fn name<'r>(run: &'r Run<'r>) -> Option<&'r str> {
    driver(run)?.name.as_deref()
}

/// Returns the tool of the first run with results, or of the first run, with the URL of its rules.
fn tool<'r, I: Iterator<Item = &'r Run<'r>>>(runs: impl Fn() -> I) -> Option<Tool> {
    let has_results = |run: &&Run<'_>| !run.results.is_empty();
    let run = runs().find(has_results).or_else(|| runs().next())?;
    let driver = driver(run)?;
    let version = driver.version.as_deref().or(driver.semantic_version.as_deref());
    let name = driver.name.as_deref()?.to_owned();
    let tool = Tool::new(name, version.unwrap_or(tool_name::UNKNOWN_VERSION).to_owned());
    let rules = Rules::new(run);
    let pages = run.results.iter().filter_map(|result| {
        let rule = rules.of(result);
        let id = result.rule_id.as_deref().or(rule.id())?;
        Some((Code::new(id).ok()?, rule.descriptor?.help_uri.as_deref()?))
    });
    Some(tool_name::with_codes_url(tool, pages))
}
