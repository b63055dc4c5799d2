//! Progress of checks that take long, in the status line of the editor.

use std::time::Duration;

use serde_json::{Value, json};

use super::Session;
use super::lifecycle::Asked;
use crate::progress::ProgressReport;

/// How long a check runs before its progress is shown.
const DELAY: Duration = Duration::from_millis(300);

/// The progress of the check that runs, as the editor shows it.
#[derive(Debug)]
pub(super) struct ShownProgress {
    job: u64,
    token: String,
}

impl Session {
    /// Returns how long the check that runs has to go on before its progress is shown.
    pub(super) fn progress_pause(&self, elapsed: Duration) -> Option<Duration> {
        (self.client.progress && self.progress.is_none()).then(|| DELAY.saturating_sub(elapsed))
    }

    /// Shows the progress of a check that takes long.
    pub(super) fn begin_progress(&mut self) {
        let Some(running) = self.schedule.running() else { return };
        if !self.client.progress || self.progress.is_some() || running.begun.elapsed() < DELAY {
            return;
        }
        let token = format!("check-{}", running.job);
        self.progress = Some(ShownProgress { job: running.job, token: token.clone() });
        self.ask("window/workDoneProgress/create", json!({"token": token}), Asked::Other);
        let title = format!("{}: checking", self.config.tool.name());
        self.progress_value(
            &token,
            &json!({"kind": "begin", "title": title, "cancellable": false}),
        );
    }

    pub(super) fn show_report(&self, report: &ProgressReport) {
        let Some(shown) = self.progress.as_ref().filter(|shown| shown.job == report.job) else {
            return;
        };
        let mut value = json!({"kind": "report", "message": report.message});
        if let (Some(percent), Some(value)) = (report.percent, value.as_object_mut()) {
            value.insert("percentage".to_owned(), percent.into());
        }
        self.progress_value(&shown.token, &value);
    }

    pub(super) fn end_progress(&mut self) {
        if let Some(shown) = self.progress.take() {
            self.progress_value(&shown.token, &json!({"kind": "end"}));
        }
    }

    fn progress_value(&self, token: &str, value: &Value) {
        self.notify("$/progress", json!({"token": token, "value": value}));
    }
}
