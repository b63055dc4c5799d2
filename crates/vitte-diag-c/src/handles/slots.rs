//! The table of the objects of one kind.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
    TryLockError,
};

use super::callbacks::is_in_callback;
use super::key::{Key, Problem};

/// The objects of one kind, each in a slot. The slots are in segments, each twice as long as the one before it, which
/// never move.
pub(crate) struct Table<T> {
    segments: [OnceLock<Box<[Slot<T>]>>; SEGMENTS],
    /// The slot of the object that was removed last, or [`NONE`]: usually the next one that is needed, without a lock.
    recent: AtomicU32,
    unused: Mutex<Unused>,
}

/// The index of no slot.
const NONE: u32 = u32::MAX;

/// The number of slots of the first segment, as a power of two.
const FIRST_BITS: u32 = 5;
const SEGMENTS: usize = (Key::INDEX_BITS + 1 - FIRST_BITS) as usize;

struct Slot<T>(RwLock<State<T>>);

struct State<T> {
    /// The generation of the object, or of the next one.
    generation: u32,
    object: Option<T>,
}

/// The slots without an object.
struct Unused {
    /// Those that had one.
    free: Vec<u32>,
    /// The index of the first one that never had one.
    next: u32,
    /// The number of those whose generations are used up.
    retired: u32,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        let segments = [const { OnceLock::new() }; SEGMENTS];
        let unused = Unused { free: Vec::new(), next: 0, retired: 0 };
        Self { segments, recent: AtomicU32::new(NONE), unused: Mutex::new(unused) }
    }

    /// Returns the number of objects.
    pub(crate) fn len(&self) -> usize {
        let unused = self.unused();
        let free = unused.free.len() + usize::from(self.recent.load(Ordering::Relaxed) != NONE);
        ((unused.next - unused.retired) as usize).saturating_sub(free)
    }

    fn unused(&self) -> MutexGuard<'_, Unused> {
        self.unused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores an object. Returns `None` if there are too many.
    pub(super) fn insert(&self, object: T) -> Option<Key> {
        // The lock of the slot orders what this thread and the one before it do with it.
        let index = match self.recent.swap(NONE, Ordering::Relaxed) {
            NONE => self.unused().claim()?,
            recent => recent,
        };
        let (segment, at) = position(index);
        let slots = self.segments.get(segment)?.get_or_init(|| new_segment(segment));
        let mut state = slots.get(at)?.0.write().unwrap_or_else(PoisonError::into_inner);
        state.object = Some(object);
        Some(Key { index, generation: state.generation })
    }

    /// Removes an object.
    pub(super) fn take(&self, key: Key) -> Result<T, Problem> {
        let state = self.slot(key)?.write()?;
        state.get(key)?;
        self.remove(key, state)
    }

    pub(super) fn read<R>(&self, key: Key, read: impl FnOnce(&T) -> R) -> Result<R, Problem> {
        let state = self.slot(key)?.read()?;
        let object = state.get(key)?;
        Ok(read(object))
    }

    /// Calls `change` with an object. If there is none, the lock is released before `change` is dropped: a callback may be
    /// called then, for which `insert` needs the slot.
    pub(super) fn write<R>(
        &self,
        key: Key,
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<R, Problem> {
        let mut state = self.slot(key)?.write()?;
        let object = state.get_mut(key)?;
        Ok(change(object))
    }

    /// Removes the object `from` and calls `merge` with the object `into` and it. Does neither if there is a problem.
    pub(super) fn merge(
        &self,
        into: Key,
        from: Key,
        merge: impl FnOnce(&mut T, T),
    ) -> Result<(), Problem> {
        if into.index == from.index {
            // At most one of them is in the slot, which has one lock.
            self.read(into, |_| ())?;
            return self.read(from, |_| ());
        }
        // Another thread may merge in the other direction, so the locks are taken in the order of the slots. That of a slot
        // without an object is not kept while this thread waits: `insert` may need it in a callback, for whose end this
        // thread would wait.
        let (mut into_state, from_state);
        if into.index < from.index {
            into_state = self.slot(into)?.write()?;
            into_state.get(into)?;
            from_state = self.slot(from)?.write()?;
        } else {
            from_state = self.slot(from)?.write()?;
            from_state.get(from)?;
            into_state = self.slot(into)?.write()?;
        }
        let object = into_state.get_mut(into)?;
        from_state.get(from)?;
        merge(object, self.remove(from, from_state)?);
        Ok(())
    }

    /// Removes the object of a slot that is locked.
    fn remove(&self, key: Key, mut state: RwLockWriteGuard<'_, State<T>>) -> Result<T, Problem> {
        let object = state.object.take().ok_or(Problem::Stale)?;
        let is_used_up = state.generation >= Key::MAX_GENERATION;
        state.generation = if is_used_up { 0 } else { state.generation + 1 };
        drop(state);
        // Without more generations an old handle would be valid again. With 32 bits there are too few of them.
        if is_used_up && Key::IS_WIDE {
            self.unused().retired += 1;
            return Ok(object);
        }
        match self.recent.swap(key.index, Ordering::Relaxed) {
            NONE => {}
            other => self.unused().free.push(other),
        }
        Ok(object)
    }

    fn slot(&self, key: Key) -> Result<&Slot<T>, Problem> {
        let (segment, at) = position(key.index);
        let slots = self.segments.get(segment).and_then(OnceLock::get);
        slots.and_then(|slots| slots.get(at)).ok_or(Problem::Unknown)
    }
}

impl Unused {
    /// Returns the index of an unused slot.
    fn claim(&mut self) -> Option<u32> {
        self.free.pop().or_else(|| {
            let index = self.next;
            self.next += u32::from(index <= Key::MAX_INDEX);
            (index <= Key::MAX_INDEX).then_some(index)
        })
    }
}

impl<T> State<T> {
    fn get(&self, key: Key) -> Result<&T, Problem> {
        let object = self.object.as_ref().filter(|_| self.generation == key.generation);
        object.ok_or_else(|| self.problem(key))
    }

    fn get_mut(&mut self, key: Key) -> Result<&mut T, Problem> {
        let problem = self.problem(key);
        let object = self.object.as_mut().filter(|_| self.generation == key.generation);
        object.ok_or(problem)
    }

    /// Why the object of a key is not in this slot.
    const fn problem(&self, key: Key) -> Problem {
        if key.generation < self.generation { Problem::Stale } else { Problem::Unknown }
    }
}

impl<T> Slot<T> {
    fn read(&self) -> Result<RwLockReadGuard<'_, State<T>>, Problem> {
        match self.0.try_read() {
            Ok(state) => Ok(state),
            Err(TryLockError::Poisoned(state)) => Ok(state.into_inner()),
            Err(TryLockError::WouldBlock) if is_in_callback() => Err(Problem::Busy),
            Err(TryLockError::WouldBlock) => {
                Ok(self.0.read().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }

    fn write(&self) -> Result<RwLockWriteGuard<'_, State<T>>, Problem> {
        match self.0.try_write() {
            Ok(state) => Ok(state),
            Err(TryLockError::Poisoned(state)) => Ok(state.into_inner()),
            Err(TryLockError::WouldBlock) if is_in_callback() => Err(Problem::Busy),
            Err(TryLockError::WouldBlock) => {
                Ok(self.0.write().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }
}

/// Returns the segment of a slot, and its index there.
fn position(index: u32) -> (usize, usize) {
    let shifted = index as usize + (1 << FIRST_BITS);
    let log = shifted.ilog2();
    ((log - FIRST_BITS) as usize, shifted - (1 << log))
}

fn new_segment<T>(segment: usize) -> Box<[Slot<T>]> {
    let slot = |_| Slot(RwLock::new(State { generation: 0, object: None }));
    (0..1_usize << (FIRST_BITS as usize + segment)).map(slot).collect()
}
