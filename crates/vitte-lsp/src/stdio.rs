//! The standard streams of the process, for the messages alone.
//!
//! A compiler that prints something, or a program that it starts, would otherwise put it between the messages.

use std::io::{self, Read, Write};

/// Returns the standard input and output of the process. From then on, what the process reads from standard input is empty, and
/// what it writes to standard output goes to standard error.
#[cfg(unix)]
pub(crate) fn take() -> (Box<dyn Read + Send>, Box<dyn Write + Send>) {
    use std::fs::File;

    use rustix::io::fcntl_dupfd_cloexec;
    use rustix::stdio::{dup2_stdin, dup2_stdout};

    let copies = (fcntl_dupfd_cloexec(io::stdin(), 3), fcntl_dupfd_cloexec(io::stdout(), 3));
    let (Ok(input), Ok(output)) = copies else {
        return (Box::new(io::stdin()), Box::new(io::stdout()));
    };
    // If one of these fails, the stream stays as it was.
    _ = File::open("/dev/null").map(dup2_stdin);
    _ = dup2_stdout(io::stderr());
    (Box::new(File::from(input)), Box::new(File::from(output)))
}

/// Returns the standard input and output of the process.
#[cfg(not(unix))]
pub(crate) fn take() -> (Box<dyn Read + Send>, Box<dyn Write + Send>) {
    (Box::new(io::stdin()), Box::new(io::stdout()))
}
