//! The thread that runs checks.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::check::{Check, Checked, Job};

/// The size of the stack of the thread, in bytes: that of the main thread on most systems, because compilers recurse.
const STACK_BYTES: usize = 8 << 20;

/// The result of a job.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) job: u64,
    pub(crate) checked: Checked,
}

/// A thread that runs one check after another. It ends when this is dropped, and its check with it.
#[derive(Debug)]
pub(crate) struct Worker {
    jobs: Sender<Job>,
    thread: JoinHandle<()>,
}

impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The system cannot start a thread.
    pub(crate) fn start(check: &Arc<Check>, done: Sender<Done>) -> io::Result<Self> {
        let (sender, jobs) = crossbeam_channel::bounded::<Job>(1);
        let check = Arc::clone(check);
        let run = move || {
            for job in jobs {
                // A panic because a closed stream cannot be written is not caught by the crash handler.
                let checked = catch_unwind(AssertUnwindSafe(|| Checked::new(&job, &*check)));
                let checked = checked.unwrap_or_else(|payload| {
                    std::mem::forget(payload);
                    Checked::failed(&job, "the check could not write to a closed stream".to_owned())
                });
                if done.send(Done { job: job.number, checked }).is_err() {
                    break;
                }
            }
        };
        let builder = thread::Builder::new().name("check".to_owned()).stack_size(STACK_BYTES);
        Ok(Self { jobs: sender, thread: builder.spawn(run)? })
    }

    /// Runs a job. Returns it if the thread has ended.
    pub(crate) fn run(&self, job: Job) -> Result<(), Box<Job>> {
        self.jobs.send(job).map_err(|error| Box::new(error.0))
    }

    /// Waits for the end of the check that runs, for at most `limit`. Then the thread has dropped the compiler, which may have temporary
    /// files.
    pub(crate) fn end(self, limit: Duration) {
        let Self { jobs, thread } = self;
        drop(jobs);
        let (begun, mut pause) = (Instant::now(), Duration::from_micros(50));
        while !thread.is_finished() && begun.elapsed() < limit {
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
        }
    }
}
