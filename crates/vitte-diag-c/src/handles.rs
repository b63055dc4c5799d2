//! Handles: what C sees instead of the objects of the library.
//!
//! A handle looks like a pointer to C, but is a number, with which the object is found in a table. It is never
//! dereferenced, so a handle that was freed, was invented, or belongs to another type is found out.
//!
//! Each object has a lock, so all functions may be called by all threads. An object that is freed increases the
//! generation of its slot. With 64 bits a slot whose generations are used up is not used again.

mod callbacks;
mod key;
mod slots;

use std::ptr;

pub(crate) use callbacks::call_back;
use key::Key;
pub(crate) use key::Kind;
pub(crate) use slots::Table;

use crate::failure::{Failure, Result, vd_status};

/// A type of handles.
pub(crate) trait Handle: Sized + 'static {
    /// The object behind a handle.
    type Object: Send + Sync + 'static;
    const KIND: Kind;

    fn table() -> &'static Table<Self::Object>;
}

/// Stores an object and returns its handle.
pub(crate) fn insert<H: Handle>(object: H::Object) -> Result<*mut H> {
    let key = H::table().insert(object).ok_or_else(|| {
        let (count, name) = (Key::MAX_INDEX + 1, H::KIND.name());
        let text =
            format!("there are {count} objects of the type `{name}`: free those that are not used");
        Failure::new(vd_status::VD_E_LIMIT, text)
    })?;
    Ok(ptr::without_provenance_mut(key.encode(H::KIND)))
}

/// Removes the object behind a handle.
pub(crate) fn take<H: Handle>(handle: *const H) -> Result<H::Object> {
    let key = Key::decode(handle.addr(), H::KIND)?;
    H::table().take(key).map_err(|problem| problem.describe(H::KIND))
}

/// Calls `read` with the object behind a handle, which other threads may read meanwhile.
pub(crate) fn with<H: Handle, R>(
    handle: *const H,
    read: impl FnOnce(&H::Object) -> Result<R>,
) -> Result<R> {
    let key = Key::decode(handle.addr(), H::KIND)?;
    H::table().read(key, read).map_err(|problem| problem.describe(H::KIND))?
}

/// Calls `change` with the object behind a handle, which no other thread uses meanwhile.
pub(crate) fn with_mut<H: Handle, R>(
    handle: *mut H,
    change: impl FnOnce(&mut H::Object) -> Result<R>,
) -> Result<R> {
    let key = Key::decode(handle.addr(), H::KIND)?;
    H::table().write(key, change).map_err(|problem| problem.describe(H::KIND))?
}

/// Removes the object behind `from`, and calls `merge` with that behind `into` and it. On failure both are unchanged.
pub(crate) fn merge<H: Handle>(
    into: *mut H,
    from: *mut H,
    merge: impl FnOnce(&mut H::Object, H::Object),
) -> Result {
    let keys = (Key::decode(into.addr(), H::KIND)?, Key::decode(from.addr(), H::KIND)?);
    H::table().merge(keys.0, keys.1, merge).map_err(|problem| problem.describe(H::KIND))
}

#[cfg(test)]
mod tests;
