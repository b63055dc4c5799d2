//! The crashed process, as the reporter reads it.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;

use nix::unistd::Pid;

use crate::remote;
use crate::sys::serve::{MAX_PACKET_BYTES, READ_MAPS, READ_MEMORY, SET_STORED};
use crate::sys::shared::{self, SharedField};

/// A process that is read directly or, where the system does not permit that, through its supervisor, which shares its
/// memory. A debugger that is attached, a sandbox, or a change of the user prevents the direct way.
pub(super) struct RemoteProcess {
    id: Pid,
    /// The socket to the supervisor.
    server: Option<RefCell<File>>,
}

impl RemoteProcess {
    pub(super) fn new(id: Pid, server: Option<OwnedFd>) -> Self {
        Self { id, server: server.map(|server| RefCell::new(File::from(server))) }
    }

    pub(super) const fn id(&self) -> Pid {
        self.id
    }

    /// Reads `len` bytes at `address`. Returns `None` if none can be read, and fewer bytes than requested if the memory
    /// ends before.
    pub(super) fn read(&self, address: u64, len: usize) -> Option<Vec<u8>> {
        remote::read(self.id, address, len).or_else(|| {
            let bytes = self.ask(READ_MEMORY, address, len)?;
            (!bytes.is_empty() || len == 0).then_some(bytes)
        })
    }

    /// Returns the content of `/proc/PROCESS/maps`, or nothing if it cannot be read.
    pub(super) fn maps(&self) -> Vec<u8> {
        let maps = fs::read(format!("/proc/{}/maps", self.id)).unwrap_or_default();
        if maps.is_empty() { self.ask(READ_MAPS, 0, 0).unwrap_or_default() } else { maps }
    }

    /// Records in the process, whose shared fields are at `address`, that the report is stored.
    pub(super) fn set_stored(&self, address: u64) {
        if !remote::write(self.id, shared::address_in(address, SharedField::IsStored), 1) {
            self.ask(SET_STORED, 0, 0);
        }
    }

    /// Sends a request to the supervisor. Returns the bytes of its answer.
    fn ask(&self, kind: u64, address: u64, len: usize) -> Option<Vec<u8>> {
        let mut server = self.server.as_ref()?.try_borrow_mut().ok()?;
        let request = [kind, address, len as u64].map(u64::to_ne_bytes);
        server.write_all(request.as_flattened()).ok()?;
        let mut bytes = Vec::new();
        let mut packet = vec![0; MAX_PACKET_BYTES + size_of::<u64>()];
        loop {
            let count = server.read(&mut packet).ok()?;
            let packet = packet.get(size_of::<u64>()..count)?;
            if packet.is_empty() {
                return Some(bytes);
            }
            bytes.extend_from_slice(packet);
        }
    }
}
