//! The uploads that were not sent yet: `vitte crash upload --pending` and `--list-pending`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use vitte_capsule::upload::{Destination, PendingUpload, SendOutcome, Spool, SpoolLock};
use vitte_diag::text;

use super::super::directory::Directory;
use super::super::interrupt;
use super::super::page::{count, number};
use super::super::shell::{CommandResult, Failure, Shell};
use super::{To, UploadArgs};

/// Lists the pending uploads:
///
/// ```text
/// 2025-10-22T13-05-42-123-9f8e7d6c  sentry https://o1.ingest.sentry.io/api/2/envelope/
///   1 failed attempt, the next one in 25 s: cannot reach o1.ingest.sentry.io: host not found
/// ```
pub(super) fn list(directory: &Directory, shell: &mut Shell<'_>) -> CommandResult {
    directory.note_other_users(shell)?;
    let pending = Spool::new(&directory.repository()).pending().map_err(Failure::message)?;
    shell.warn_all(&pending.unreadable)?;
    for upload in &pending.uploads {
        writeln!(shell.out, "{}  {}", upload.crash, upload.destination)?;
        if upload.attempts > 0 {
            let attempts = count(attempts(upload), "failed attempt", "failed attempts");
            let error = upload.last_error.as_deref().unwrap_or_default();
            writeln!(shell.out, "  {attempts}, {}: {}", next(upload), text::one_line(error))?;
        }
    }
    Ok(writeln!(shell.out, "{}", uploads(pending.uploads.len()))?)
}

fn attempts(upload: &PendingUpload) -> usize {
    usize::try_from(upload.attempts).unwrap_or(usize::MAX)
}

/// Returns when the next attempt is made.
fn next(upload: &PendingUpload) -> String {
    match upload.wait() {
        Some(wait) => format!("the next one in {}", seconds(wait)),
        None => "the next one now".to_owned(),
    }
}

/// Formats a time, rounded up to seconds.
fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs() + u64::from(time.subsec_nanos() > 0))
}

fn uploads(uploads: usize) -> String {
    match uploads {
        0 => "no pending uploads".to_owned(),
        uploads => count(uploads, "pending upload", "pending uploads"),
    }
}

/// Sends the pending uploads whose next attempt is due.
pub(super) fn send(args: &UploadArgs, shell: &mut Shell<'_>) -> CommandResult {
    let repository = args.directory.repository();
    let spool = Spool::new(&repository);
    let index = args.directory.index(shell)?;
    let pending = spool.pending().map_err(Failure::message)?;
    shell.warn_all(&pending.unreadable)?;
    if pending.uploads.is_empty() {
        return Ok(writeln!(shell.out, "{}", uploads(0))?);
    }
    let Some(lock) = spool.lock().map_err(Failure::message)? else {
        return Ok(writeln!(shell.out, "another process is sending the pending uploads")?);
    };
    let crashes = index.entries().map(|entry| entry.id).collect();
    let stop = Arc::new(AtomicBool::new(false));
    interrupt::watch(&stop);
    let mut run = Run {
        args,
        spool,
        lock,
        crashes,
        pauses: HashMap::new(),
        missing: HashSet::new(),
        sent: 0,
        left: 0,
        next: None,
    };
    for upload in &pending.uploads {
        if stop.load(Ordering::SeqCst) {
            run.left += 1;
            continue;
        }
        run.one(upload, shell)?;
        // What was done is shown, even if the process is killed.
        shell.out.flush()?;
    }
    let (sent, left) = (number(run.sent), number(run.left));
    let next = run.next.map(|wait| format!(", the next attempt in {}", seconds(wait)));
    Ok(writeln!(shell.out, "{sent} sent, {left} left{}", next.unwrap_or_default())?)
}

/// The state of a run over all pending uploads.
struct Run<'a> {
    args: &'a UploadArgs,
    spool: Spool,
    lock: SpoolLock,
    /// The ids of the crashes in the repository.
    crashes: HashSet<String>,
    /// Until when a server gets no further upload.
    pauses: HashMap<String, Instant>,
    /// What was reported to be missing.
    missing: HashSet<String>,
    sent: usize,
    left: usize,
    /// The time until the first of the next attempts.
    next: Option<Duration>,
}

impl Run<'_> {
    fn one(&mut self, upload: &PendingUpload, shell: &mut Shell<'_>) -> CommandResult {
        let crash = &upload.crash;
        if !self.crashes.contains(crash) {
            self.spool.remove(upload).map_err(Failure::message)?;
            return Ok(writeln!(shell.out, "{crash}: dropped, because the crash was removed")?);
        }
        if let Some(wait) = upload.wait() {
            self.postponed(wait);
            return Ok(());
        }
        let host = upload.destination.host();
        let pause = self.pauses.get(&host).map(|end| end.saturating_duration_since(Instant::now()));
        if let Some(pause) = pause.filter(|pause| !pause.is_zero()) {
            self.postponed(pause);
            return self.spool.postpone(&self.lock, upload, pause).map_err(Failure::message);
        }
        let to = match upload.destination {
            Destination::Sentry { .. } => To::Sentry,
            Destination::Github { .. } => To::Github,
            _ => To::Otlp,
        };
        let mut missing = Vec::new();
        let target = self.args.target(to, &mut missing).map_err(Failure::message)?;
        if let Some(why) = missing.first() {
            return self.keep(&format!("{}: {why}", upload.destination), shell);
        }
        let sender = self.args.sender(target);
        match self.spool.send(&self.lock, upload, &sender) {
            Ok(outcome) => self.report(upload, outcome, shell),
            Err(error) => self.keep(&format!("{}: {error}", upload.destination), shell),
        }
    }

    /// Counts an upload that is sent later.
    fn postponed(&mut self, wait: Duration) {
        self.left += 1;
        self.next = Some(self.next.map_or(wait, |next| next.min(wait)));
    }

    fn report(
        &mut self,
        upload: &PendingUpload,
        outcome: SendOutcome,
        shell: &mut Shell<'_>,
    ) -> CommandResult {
        let (crash, host) = (&upload.crash, upload.destination.host());
        match outcome {
            SendOutcome::Sent { receipt, pause } => {
                self.sent += 1;
                self.pauses.extend(pause.map(|pause| (host, Instant::now() + pause)));
                Ok(writeln!(shell.out, "{crash}: {receipt}")?)
            }
            SendOutcome::Deferred { error, wait } => {
                self.postponed(wait);
                self.pauses.insert(host, Instant::now() + wait);
                Ok(shell
                    .warn(&format!("{crash}: {error}; the next attempt in {}", seconds(wait)))?)
            }
            SendOutcome::Dropped { error } => {
                Ok(shell.warn(&format!("{crash}: {error}; the upload is dropped"))?)
            }
            SendOutcome::OtherDestination => {
                let destination = &upload.destination;
                let why = "the arguments and variables name another destination";
                self.keep(&format!("{destination}: {why}"), shell)
            }
            _ => Ok(()),
        }
    }

    /// Reports once why uploads to a destination are not sent. They remain pending.
    fn keep(&mut self, why: &str, shell: &mut Shell<'_>) -> CommandResult {
        self.left += 1;
        if self.missing.insert(why.to_owned()) {
            shell.warn(&why)?;
        }
        Ok(())
    }
}
