//! Reads logs of which some results are invalid, or that are among lines of other text.
//!
//! Each result is parsed on its own, so that one that is invalid does not make the others unreadable.

use std::borrow::Cow;

use serde_json::Value;

use super::format::{Log, SarifResult};
use crate::read::Import;
use crate::read::json::{Lines, Parts, Piece, Pieces, offset, property};

/// The logs of one input, and the lines that are not part of a log.
#[derive(Debug)]
pub(super) struct DamagedLogs<'t> {
    logs: Vec<DamagedLog<'t>>,
    others: Vec<(u64, &'t str)>,
}

/// A log, separated from its results.
#[derive(Debug)]
struct DamagedLog<'t> {
    without_results: String,
    /// The results of each run, with their lines.
    runs: Vec<Vec<(u64, Cow<'t, str>)>>,
}

impl<'t> DamagedLogs<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let (mut logs, mut others) = (Vec::new(), Vec::new());
        for (line, piece) in Pieces::new(text) {
            let log = match piece {
                Piece::Json(json) => Some(json).filter(|json| is_log(json)),
                Piece::Text(_) => None,
            };
            match (log, piece) {
                (Some(log), _) => logs.push(DamagedLog::new(log, line)),
                (None, Piece::Json(text) | Piece::Text(text)) => others.push((line, text)),
            }
        }
        Self { logs, others }
    }

    /// Returns the logs with the valid results, or `None` if there is no log, or more than its results are invalid.
    /// What is invalid is recorded in `import`.
    pub(super) fn parse(&self, import: &mut Import<'_>) -> Option<Vec<Log<'_>>> {
        let logs = self.logs.iter().map(|log| serde_json::from_str(&log.without_results).ok());
        let mut logs: Vec<Log<'_>> =
            logs.collect::<Option<_>>().filter(|logs: &Vec<_>| !logs.is_empty())?;
        for (line, text) in &self.others {
            import.push_invalid_line(*line, text);
        }
        for (log, damaged) in logs.iter_mut().zip(&self.logs) {
            let runs = log.runs.iter_mut().flat_map(|runs| &mut runs.0);
            for (run, results) in runs.zip(&damaged.runs) {
                for (line, text) in results {
                    match serde_json::from_str(text) {
                        Ok(result) => run.results.0.push(result),
                        Err(error) => {
                            let reason = format!("an invalid result: {error}");
                            import.push_invalid_line(*line, &reason);
                        }
                    }
                }
            }
        }
        Some(logs)
    }
}

/// Returns true if an object has a property that logs have.
fn is_log(json: &str) -> bool {
    json.starts_with('{')
        && Parts::new(json).step_by(2).any(|name| matches!(name, "\"version\"" | "\"runs\""))
}

impl<'t> DamagedLog<'t> {
    fn new(log: &'t str, line: u64) -> Self {
        let (mut without_results, mut runs) = (String::new(), Vec::new());
        let mut lines = Lines::new(log, line);
        let mut copied = 0;
        let all_runs = property(log, "\"runs\"").into_iter().flat_map(Parts::new);
        for run in all_runs.filter(|run| run.starts_with('{')) {
            let results = property(run, "\"results\"").filter(|results| results.starts_with('['));
            let parts = results.into_iter().flat_map(Parts::new).filter(|result| *result != "null");
            runs.push(parts.map(|result| (lines.line_of(result), unambiguous(result))).collect());
            if let Some(results) = results {
                let at = offset(log, results);
                without_results.push_str(log.get(copied..at).unwrap_or_default());
                without_results.push_str("[]");
                copied = at + results.len();
            }
        }
        without_results.push_str(log.get(copied..).unwrap_or_default());
        Self { without_results, runs }
    }
}

/// Returns a result in which no property is twice: the last one counts. A result that is invalid anyway is unchanged.
fn unambiguous(result: &str) -> Cow<'_, str> {
    let is_valid = |text: &str| serde_json::from_str::<SarifResult<'_>>(text).is_ok();
    if is_valid(result) {
        return result.into();
    }
    let again = serde_json::from_str::<Value>(result).map(|value| value.to_string());
    again.ok().filter(|again| is_valid(again)).map_or(result.into(), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_separated_from_their_log() {
        let log = "{\"a\": [\"runs\"], \"runs\": [\n {\"results\": [1,\n {\"x\": \"]\"}, null], \"b\": -2.5}, null, {}, {\"results\": []}]}";
        let damaged = DamagedLog::new(log, 5);
        let expected = "{\"a\": [\"runs\"], \"runs\": [\n {\"results\": [], \"b\": -2.5}, null, {}, {\"results\": []}]}";
        assert_eq!(damaged.without_results, expected);
        assert_eq!(
            damaged.runs,
            [vec![(6, "1".into()), (7, "{\"x\": \"]\"}".into())], vec![], vec![]]
        );
    }

    #[test]
    fn the_last_of_two_equal_properties_counts() {
        assert_eq!(unambiguous(r#"{"ruleId":"A","ruleId":"B"}"#), r#"{"ruleId":"B"}"#);
        assert_eq!(unambiguous(r#"{ "ruleId": "A" }"#), r#"{ "ruleId": "A" }"#);
        assert_eq!(unambiguous("7 "), "7 ");
    }
}
