//! The thread that runs checks.

use std::io;
use std::sync::Arc;
use std::thread;

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
pub(crate) struct Worker(Sender<Job>);

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
                let checked = Checked::new(&job, &*check);
                if done.send(Done { job: job.number, checked }).is_err() {
                    break;
                }
            }
        };
        thread::Builder::new().name("check".to_owned()).stack_size(STACK_BYTES).spawn(run)?;
        Ok(Self(sender))
    }

    /// Runs a job. Returns it if the thread has ended.
    pub(crate) fn run(&self, job: Job) -> Result<(), Box<Job>> {
        self.0.send(job).map_err(|error| Box::new(error.0))
    }
}
