//! Kills a process with everything that it started.

#[cfg(target_os = "linux")]
mod adoption;
#[cfg(target_os = "linux")]
mod proc;

use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use super::{has_ended, kill};

/// The pause after a step in which a process had to be killed.
const PAUSE: Duration = Duration::from_millis(1);

/// A process and everything that it starts.
///
/// Killing its process group does not reach a process that has left the group with `setsid` or `setpgid`. On Linux, this
/// process therefore adopts the orphans of its descendants while a command runs (`PR_SET_CHILD_SUBREAPER`). When
/// a process is killed, its children become children of this process before it can be reaped; so nothing is left when
/// there are no more children. A process is only killed while it is a child of this one, so its id cannot have been
/// given to another process.
///
/// Other threads of this process may start programs too. A child is killed only if it is in the process group of the
/// command, or has its directory in its environment, unless the caller has declared that it has no other children.
#[derive(Debug)]
pub(super) struct ProcessTree {
    #[cfg(target_os = "linux")]
    orphans: Orphans,
}

#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Orphans {
    /// The children of this process when the command was started.
    earlier: Vec<i32>,
    /// What the environment of a process of the command contains.
    mark: Vec<u8>,
    owns_children: bool,
    /// Children that were killed, or would have been if they had not ended. They are reaped.
    known: Vec<i32>,
    _adoption: adoption::Adoption,
}

impl ProcessTree {
    /// Begins to watch, before the command is started.
    #[cfg(target_os = "linux")]
    pub(super) fn watch(dir: &Path, owns_children: bool) -> Self {
        let mark = dir.as_os_str().as_encoded_bytes().to_owned();
        let adoption = adoption::Adoption::begin();
        let (earlier, known) = (proc::children(), Vec::new());
        Self { orphans: Orphans { earlier, mark, owns_children, known, _adoption: adoption } }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) const fn watch(_dir: &Path, _owns_children: bool) -> Self {
        Self {}
    }

    /// Kills the process and everything that it started, but does not reap the process itself. Returns the number of
    /// processes that are still alive at the deadline.
    pub(super) fn kill(&mut self, child: &mut Child, deadline: Instant) -> usize {
        // A process that ends while its parent lists its children may hide another one, so nothing may be found twice.
        let mut empty_steps = 0;
        loop {
            kill(child);
            let is_alive = !has_ended(child).unwrap_or(true);
            let alive = usize::from(is_alive) + self.kill_orphans(child);
            empty_steps = if alive == 0 { empty_steps + 1 } else { 0 };
            if empty_steps == 2 || Instant::now() >= deadline {
                return alive;
            }
            if alive > 0 {
                thread::sleep(PAUSE);
            }
        }
    }

    /// Kills the orphans, reaps those that have ended, and returns the number of the others.
    #[cfg(target_os = "linux")]
    fn kill_orphans(&mut self, child: &Child) -> usize {
        use nix::sys::signal::{Signal, kill};
        use nix::unistd::Pid;
        let Ok(own) = i32::try_from(child.id()) else { return 0 };
        let mut alive = 0;
        for orphan in proc::children() {
            let is_other = orphan == own || self.orphans.earlier.contains(&orphan);
            if is_other || !self.orphans.is_of_command(orphan, own) {
                continue;
            }
            _ = kill(Pid::from_raw(orphan), Signal::SIGKILL);
            alive += usize::from(!proc::reap(orphan));
        }
        alive
    }

    #[cfg(not(target_os = "linux"))]
    const fn kill_orphans(&mut self, _child: &Child) -> usize {
        0
    }
}

#[cfg(target_os = "linux")]
impl Orphans {
    /// Returns whether a child of this process was started by the command, whose process group is `group`.
    fn is_of_command(&mut self, orphan: i32, group: i32) -> bool {
        let is_known = self.owns_children || self.known.contains(&orphan);
        if is_known
            || proc::group(orphan) == Some(group)
            || proc::has_in_environment(orphan, &self.mark)
        {
            if !is_known {
                self.known.push(orphan);
            }
            return true;
        }
        false
    }
}
