//! Checks are started and end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use vitte_diag::text;

use super::documents::FoundFiles;
use super::explain::Explained;
use super::{Session, channel};
use crate::cancel::Cancellation;
use crate::check::{Checked, Job};
use crate::config::Scope;
use crate::paths::Key;
use crate::progress::{Progress, ProgressReport};
use crate::schedule::Running;
use crate::worker::{Done, Worker};
use crate::workspace::{Snapshot, Target};

/// The maximum number of threads that run on although their checks took too long. With one more, nothing is checked until one ends.
const MAX_ABANDONED: usize = 4;

/// What other threads send to the session.
#[derive(Debug)]
pub(super) struct Channels {
    pub(super) done: (Sender<Done>, Receiver<Done>),
    pub(super) progress: (Sender<ProgressReport>, Receiver<ProgressReport>),
    pub(super) found: (Sender<FoundFiles>, Receiver<FoundFiles>),
    pub(super) pages: (Sender<Explained>, Receiver<Explained>),
}

impl Channels {
    pub(super) fn new() -> Self {
        Self {
            done: channel(),
            progress: crossbeam_channel::bounded(16),
            found: channel(),
            pages: channel(),
        }
    }
}

impl Session {
    /// Returns the key under which the check of a document is planned and its result is stored.
    pub(super) fn document_of(&self, key: &Key) -> Key {
        match self.config.scope {
            Scope::Document => Key::clone(key),
            Scope::Workspace => Key::from(""),
        }
    }

    /// Returns what is to be checked under a key, or `None` if there is nothing any more.
    fn target(&self, key: &Key) -> Option<Target> {
        let buffer = match self.config.scope {
            Scope::Document => self.open.get(key),
            Scope::Workspace => {
                let current = self.current.as_ref().and_then(|key| self.open.get(key));
                current.or_else(|| self.open.iter().min_by_key(|buffer| &buffer.key))
            }
        };
        let file = || {
            let path = vitte_diag::lsp::path_of_uri(key).filter(|_| self.files.contains(key))?;
            Some(Target::File { path })
        };
        buffer.map(|buffer| Target::Buffer(Arc::clone(buffer))).or_else(file)
    }

    /// Starts the next check that is due, if none runs.
    pub(super) fn start_check(&mut self) {
        if !self.state.is_running() {
            return;
        }
        self.end_slow_check();
        self.begin_progress();
        let now = Instant::now();
        while let Some((key, is_change)) = self.schedule.next(now) {
            let Some(target) = self.target(&key) else { continue };
            let job = self.job(target);
            let (number, cancellation) = (job.number, job.cancellation.clone());
            let running = Running { job: number, key, is_change, begun: now, cancellation };
            if self.abandoned > MAX_ABANDONED {
                let (name, count) = (text::one_line(self.config.tool.name()), self.abandoned);
                let message = format!(
                    "{name} is not run, because {count} checks do not end: restart the server"
                );
                let checked = Checked::failed(&job, message);
                self.store(&running, checked);
                continue;
            }
            let worker = match self.worker.take() {
                Some(worker) => Ok(worker),
                None => Worker::start(&self.config.check, self.channels.done.0.clone()),
            };
            match worker {
                Ok(worker) => {
                    self.schedule.start(running);
                    // A worker ends only when it is dropped.
                    _ = worker.run(job);
                    self.worker = Some(worker);
                }
                Err(error) => {
                    let checked = Checked::failed(&job, format!("cannot start a thread: {error}"));
                    self.store(&running, checked);
                }
            }
        }
    }

    fn job(&mut self, target: Target) -> Job {
        self.last_job += 1;
        let path = match &target {
            Target::Buffer(buffer) => buffer.path.as_deref(),
            Target::File { path } => Some(path.as_path()),
        };
        let snapshot = Snapshot {
            root: self.root_of(path),
            open: Arc::clone(&self.open),
            policy: self.policy.clone(),
            settings: Arc::clone(&self.sent_settings),
        };
        Job {
            number: self.last_job,
            target,
            snapshot,
            client: Arc::clone(&self.client),
            tool: self.config.tool.clone(),
            cancellation: Cancellation::default(),
            progress: Progress::new(self.channels.progress.0.clone(), self.last_job),
        }
    }

    pub(super) fn finish_check(&mut self, done: Done) {
        self.waiting.set_due();
        let Some(running) = self.schedule.end(done.job, Instant::now()) else {
            let was_stopped = self.abandoned > MAX_ABANDONED;
            self.abandoned = self.abandoned.saturating_sub(1);
            if was_stopped && self.abandoned <= MAX_ABANDONED {
                self.check_all();
            }
            return;
        };
        self.end_progress();
        if running.cancellation.is_cancelled() {
            return;
        }
        self.store(&running, done.checked);
    }

    fn store(&mut self, running: &Running, checked: Checked) {
        self.waiting.set_due();
        let document = checked.document.clone();
        let files = self.results.replace(&running.key, checked);
        let changed = running.is_change.then_some(&document);
        self.publish_checked(&files, changed);
        self.refresh(&files, changed);
    }

    /// Reports a check that takes longer than the limit, and leaves its thread alone: nothing can end it.
    fn end_slow_check(&mut self) {
        let Some(limit) = self.config.timeout else { return };
        let running = self.schedule.running();
        let slow = running.filter(|running| running.begun.elapsed() >= limit);
        let job = slow.map(|running| running.job);
        let Some(running) = job.and_then(|job| self.schedule.end(job, Instant::now())) else {
            return;
        };
        let was_cancelled = running.cancellation.is_cancelled();
        running.cancellation.cancel();
        self.worker = None;
        self.waiting.set_due();
        self.abandoned += 1;
        self.end_progress();
        let Some(target) = self.target(&running.key).filter(|_| !was_cancelled) else { return };
        let job = self.job(target);
        let (name, limit) = (text::one_line(self.config.tool.name()), limit.as_secs_f64());
        let message = format!("{name} did not finish the check of this document within {limit} s");
        let checked = Checked::failed(&job, message);
        self.store(&running, checked);
    }

    /// Returns how long the check that runs may take at most, and until its progress is shown.
    pub(super) fn check_pause(&self) -> Option<Duration> {
        let running = self.schedule.running()?;
        let elapsed = running.begun.elapsed();
        let left = self.config.timeout.map(|limit| limit.saturating_sub(elapsed));
        [left, self.progress_pause(elapsed)].into_iter().flatten().min()
    }
}
