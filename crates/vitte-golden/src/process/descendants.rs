//! The processes that a process has started: a driver such as `gcc` starts the compiler, and a shell what it runs.

/// Ends the processes of [`of`].
pub(crate) use platform::end;
/// Returns the processes that a process has started, and those that they have started, if the system lists them.
pub(crate) use platform::of;

#[cfg(target_os = "linux")]
mod platform {
    use std::fs;

    use rustix::process::{Pid, Signal, kill_process};

    pub(crate) fn of(process: u32) -> Vec<u32> {
        let mut found = vec![process];
        let mut at = 0;
        while let Some(&process) = found.get(at) {
            found.extend(
                children(process).filter(|child| !found.contains(child)).collect::<Vec<_>>(),
            );
            at += 1;
        }
        found.split_off(1)
    }

    /// Returns the children of the threads of a process, see `proc_pid_task(5)`. There are none if it has ended.
    fn children(process: u32) -> impl Iterator<Item = u32> {
        let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
        let lists =
            threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        lists.flat_map(|list| {
            list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()
        })
    }

    pub(crate) fn end(processes: &[u32]) {
        let ids = processes.iter().filter_map(|&id| Pid::from_raw(i32::try_from(id).ok()?));
        for id in ids {
            // It may have ended by itself.
            _ = kill_process(id, Signal::KILL);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    pub(crate) const fn of(_process: u32) -> Vec<u32> {
        Vec::new()
    }

    pub(crate) const fn end(_processes: &[u32]) {}
}
