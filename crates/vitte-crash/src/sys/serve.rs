//! Serves the memory of the crashed process to the reporter, where the system does not permit one process to inspect
//! another. The supervisor shares that memory, so it needs no permission.
//!
//! ```text
//! reporter ── request: kind, address, length ──▶ supervisor
//!          ◀─ packets: count, bytes … count 0 ──
//! ```
//!
//! Each request and each answer is a packet of a socket. All numbers have 64 bits in native byte order. The kernel copies
//! the bytes, so memory that cannot be read is an error and not a crash.

use std::ffi::{c_int, c_short, c_void};
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI32, Ordering};

use super::shared::{self, SharedField};
use super::signals::monotonic_millis;

/// The file descriptor of the reporter's end of the socket in a reporter that was started anew.
const REPORTER_END: c_int = 3;
/// The file descriptor of the supervisor's end for such a reporter.
const SUPERVISOR_END: c_int = 4;

/// The file descriptors of both ends. A forked child has its copies at the same addresses.
static ENDS: [AtomicI32; 2] = [AtomicI32::new(REPORTER_END), AtomicI32::new(SUPERVISOR_END)];

/// Returns the file descriptor of the reporter's end.
pub(super) fn reporter_end() -> c_int {
    let [reporter, _] = &ENDS;
    reporter.load(Ordering::Acquire)
}

fn supervisor_end() -> c_int {
    let [_, supervisor] = &ENDS;
    supervisor.load(Ordering::Acquire)
}

/// Maximum number of bytes in a packet, without the count.
pub(crate) const MAX_PACKET_BYTES: usize = 32 << 10;

/// Bytes at an address; they end before the first page that cannot be read.
pub(crate) const READ_MEMORY: u64 = 0;
/// The content of `/proc/self/maps`.
pub(crate) const READ_MAPS: u64 = 1;
/// Records that the report is stored. The answer is empty.
pub(crate) const SET_STORED: u64 = 2;

/// What the reporter is started with.
#[derive(Debug)]
pub(crate) struct ReporterRequest {
    /// The process that crashed.
    pub(crate) process: i32,
    /// The address of its [shared fields](shared).
    pub(crate) address: u64,
    /// The socket by which the supervisor [serves](serve) the memory of that process.
    pub(crate) server: Option<OwnedFd>,
}

impl ReporterRequest {
    /// # Safety
    ///
    /// If `has_server`, the supervisor has opened a file for this process, which calls this function once.
    pub(super) unsafe fn new(process: c_int, address: u64, has_server: bool) -> Self {
        // SAFETY: guaranteed by the caller.
        let server = has_server.then(|| unsafe { OwnedFd::from_raw_fd(reporter_end()) });
        Self { process, address, server }
    }
}

/// Creates the socket in a process with a file descriptor table of its own. Returns whether there is a socket.
///
/// Only the standard streams and the socket remain open, unless the reporter is a forked child: it has copies of
/// libraries, which may use their files.
pub(super) fn create_socket(is_for_child: bool) -> bool {
    let mut ends = [-1; 2];
    let set = |ends: [c_int; 2]| {
        ENDS.iter().zip(ends).for_each(|(to, end)| to.store(end, Ordering::Release));
    };
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: all other arguments are numbers. The process needs none of the files that it closes.
    unsafe {
        if is_for_child {
            let is_open = libc::socketpair(libc::AF_UNIX, kind, 0, ends.as_mut_ptr()) == 0;
            set(ends);
            return is_open;
        }
        set([REPORTER_END, SUPERVISOR_END]);
        libc::syscall(libc::SYS_close_range, 3, c_int::MAX, 0);
        if libc::socketpair(libc::AF_UNIX, kind, 0, ends.as_mut_ptr()) != 0 {
            return false;
        }
        // If a standard stream is closed, the socket has its number, and the reporter would write to it.
        let [first, second] = ends.map(|end| libc::fcntl(end, libc::F_DUPFD_CLOEXEC, 8));
        let is_moved = first >= 0
            && second >= 0
            && libc::dup3(first, REPORTER_END, libc::O_CLOEXEC) == REPORTER_END
            && libc::dup3(second, SUPERVISOR_END, libc::O_CLOEXEC) == SUPERVISOR_END;
        for end in ends.into_iter().chain([first, second]) {
            if end != REPORTER_END && end != SUPERVISOR_END {
                libc::close(end);
            }
        }
        is_moved
    }
}

/// Closes the reporter's end, so that the supervisor notices when the reporter has closed it.
pub(super) fn close_reporter_end() {
    // SAFETY: the argument is a number.
    unsafe { libc::close(reporter_end()) };
}

/// Closes the supervisor's end, in a child that has inherited it.
pub(super) fn close_supervisor_end() {
    // SAFETY: the argument is a number.
    unsafe { libc::close(supervisor_end()) };
}

/// What happened to the socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Served {
    /// Nothing, or a request that was answered.
    Open,
    /// The reporter has closed its end.
    Closed,
}

/// How long [`serve`] waits for a request, in milliseconds.
const POLL_MILLIS: c_int = 20;

/// Waits shortly for a request, and answers it until `end`, in milliseconds of [`monotonic_millis`]: a reporter that is
/// stopped reads no answer.
pub(super) fn serve(end: u64) -> Served {
    let mut request = [0_u64; 3];
    if !is_ready(libc::POLLIN) {
        return Served::Open;
    }
    // SAFETY: the pointer is that of a local variable of the given length.
    let read = unsafe {
        let (buffer, len) = (request.as_mut_ptr().cast::<c_void>(), size_of_val(&request));
        libc::recv(supervisor_end(), buffer, len, 0)
    };
    if usize::try_from(read) != Ok(size_of_val(&request)) {
        return Served::Closed;
    }
    let [kind, address, len] = request;
    match kind {
        READ_MEMORY => send_memory(address, len, end),
        READ_MAPS => send_maps(end),
        SET_STORED => shared::set(SharedField::IsStored, 1),
        _ => {}
    }
    _ = send(0, 0, end);
    Served::Open
}

fn send_memory(mut address: u64, mut len: u64, end: u64) {
    let page = super::page_bytes() as u64;
    while len > 0 {
        let to_page_end = page - address % page;
        let is_sent = [len.min(MAX_PACKET_BYTES as u64), len.min(to_page_end)]
            .into_iter()
            .find(|count| send(address, *count, end));
        let Some(count) = is_sent else { return };
        address = address.wrapping_add(count);
        len -= count;
    }
}

fn send_maps(end: u64) {
    let mut buffer = [0_u8; 4096];
    // SAFETY: the pointers are those of a buffer of the given length and of a C string.
    unsafe {
        let file = libc::open(c"/proc/self/maps".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
        loop {
            let count = libc::read(file, buffer.as_mut_ptr().cast(), buffer.len());
            let Some(count) = u64::try_from(count).ok().filter(|count| *count > 0) else { break };
            if !send(buffer.as_ptr().addr() as u64, count, end) {
                break;
            }
        }
        libc::close(file);
    }
}

/// Waits until the socket is ready for `events`. Returns false if it is not after [`POLL_MILLIS`].
fn is_ready(events: c_short) -> bool {
    let mut poll = libc::pollfd { fd: supervisor_end(), events, revents: 0 };
    // SAFETY: the pointer is that of a local variable.
    unsafe { libc::poll(&raw mut poll, 1, POLL_MILLIS) > 0 }
}

/// Sends a packet with a count and that many bytes at an address. Returns false if the bytes cannot be read, or the
/// reporter does not read the packets before it until `end`.
fn send(address: u64, count: u64, end: u64) -> bool {
    while !is_ready(libc::POLLOUT) {
        if monotonic_millis() >= end {
            return false;
        }
    }
    let Ok(base) = usize::try_from(address) else { return false };
    let Ok(len) = usize::try_from(count) else { return false };
    let mut header = count;
    let mut parts = [
        libc::iovec { iov_base: (&raw mut header).cast(), iov_len: size_of_val(&header) },
        libc::iovec { iov_base: std::ptr::with_exposed_provenance_mut(base), iov_len: len },
    ];
    // SAFETY: zeros are a valid `msghdr`. The kernel checks the addresses, and only reads.
    unsafe {
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_name = null_mut();
        message.msg_iov = parts.as_mut_ptr();
        message.msg_iovlen = parts.len() as _;
        libc::sendmsg(supervisor_end(), &raw const message, libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT)
            >= 0
    }
}
