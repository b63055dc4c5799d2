//! Signals that ask the process to end.

use crossbeam_channel::Receiver;

/// Returns a channel that gets the numbers of signals that ask this process to end: an editor sends them to a server that it does not wait
/// for. From then on they do not end the process, so that the server can end the compilers that it runs, and remove its temporary
/// files.
#[cfg(unix)]
pub(crate) fn ending() -> Receiver<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return crossbeam_channel::never();
    };
    let (sender, receiver) = crossbeam_channel::unbounded();
    let forward = move || {
        for number in signals.forever() {
            if sender.send(number).is_err() {
                break;
            }
        }
    };
    match std::thread::Builder::new().name("signals".to_owned()).spawn(forward) {
        Ok(_) => receiver,
        Err(_) => crossbeam_channel::never(),
    }
}

/// Returns a channel that gets nothing.
#[cfg(not(unix))]
pub(crate) fn ending() -> Receiver<i32> {
    crossbeam_channel::never()
}
