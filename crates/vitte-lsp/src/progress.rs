//! Reports of how far a check is.

use crossbeam_channel::Sender;

/// A report of a check that runs.
#[derive(Debug)]
pub(crate) struct ProgressReport {
    /// The number of the check.
    pub(crate) job: u64,
    pub(crate) message: String,
    pub(crate) percent: Option<u32>,
}

/// Sends the reports of one check to the server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Option<(Sender<ProgressReport>, u64)>);

impl Progress {
    pub(crate) const fn new(sender: Sender<ProgressReport>, job: u64) -> Self {
        Self(Some((sender, job)))
    }

    /// Sends a report, unless the server is behind: a newer one will follow.
    pub(crate) fn report(&self, message: String, percent: Option<u32>) {
        if let Some((sender, job)) = &self.0 {
            let percent = percent.map(|percent| percent.min(100));
            _ = sender.try_send(ProgressReport { job: *job, message, percent });
        }
    }
}
