//! A time limit for work that cannot be interrupted.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use vitte_capsule::Capsule;

use super::directory::OneCrash;
use super::shell::{CommandResult, Failure, Shell};
use super::target::LoadedCrash;

/// Loads a crash within a time limit. Returns the capsule, and what is left of the limit.
pub(super) fn load(
    crash: &OneCrash,
    limit: Duration,
    shell: &mut Shell<'_>,
) -> CommandResult<(Capsule, Duration)> {
    let start = Instant::now();
    let (sender, receiver) = mpsc::channel();
    let (id, repository) = (crash.id.clone(), crash.directory.repository());
    // Abandoned at the time limit: the process ends then.
    let load = move || _ = sender.send(LoadedCrash::load(&id, &repository));
    thread::Builder::new().name("load".to_owned()).spawn(load)?;
    match receiver.recv_timeout(limit) {
        Ok(target) => {
            let target = target?;
            crash.note(&target, shell)?;
            Ok((target.capsule, limit.saturating_sub(start.elapsed())))
        }
        Err(_) => {
            let seconds = limit.as_secs();
            Err(Failure::Message(format!("reading the crash took longer than {seconds} s")))
        }
    }
}
