use std::sync::Barrier;
use std::thread;

use super::key::Key;
use super::*;
use crate::failure::{Result, vd_status};

struct Numbers;

impl Handle for Numbers {
    type Object = u64;
    const KIND: Kind = Kind::Policy;

    fn table() -> &'static Table<u64> {
        static TABLE: Table<u64> = Table::new();
        &TABLE
    }
}

struct Others;

impl Handle for Others {
    type Object = u64;
    const KIND: Kind = Kind::Bag;

    fn table() -> &'static Table<u64> {
        static TABLE: Table<u64> = Table::new();
        &TABLE
    }
}

fn status<T>(result: Result<T>) -> vd_status {
    result.err().map_or(vd_status::VD_OK, |failure| failure.status)
}

fn get(handle: *const Numbers) -> Result<u64> {
    with(handle, |number| Ok(*number))
}

#[test]
fn a_freed_handle_is_stale_even_if_its_slot_is_used_again() {
    let old = insert::<Numbers>(1).unwrap();
    assert_eq!(get(old).unwrap(), 1);
    assert_eq!(take(old).unwrap(), 1);
    let handles: Vec<_> = (0..100).map(|n| insert::<Numbers>(n).unwrap()).collect();
    assert_eq!(status(get(old)), vd_status::VD_E_STALE);
    assert_eq!(status(take(old)), vd_status::VD_E_STALE);
    for (n, handle) in (0..100).zip(handles) {
        assert_eq!(take(handle).unwrap(), n);
    }
}

#[test]
fn foreign_handles_are_found_out() {
    let other = insert::<Others>(1).unwrap();
    let failure = get(other.cast()).unwrap_err();
    assert_eq!(failure.text, "expected a `vd_policy`, got a `vd_bag`");
    assert_eq!(status(get(ptr::null())), vd_status::VD_E_NULL);
    let number = 5_u64;
    assert_eq!(status(get((&raw const number).cast())), vd_status::VD_E_HANDLE);
    let unknown = Key { index: 1 << 15, generation: 0 }.encode(Kind::Policy);
    assert_eq!(status(get(ptr::without_provenance(unknown))), vd_status::VD_E_HANDLE);
    // The slot is there, but had no such object yet.
    let own = insert::<Numbers>(1).unwrap();
    let key = Key::decode(own.addr(), Kind::Policy).unwrap();
    let later = Key { generation: key.generation + 1, ..key }.encode(Kind::Policy);
    assert_eq!(status(get(ptr::without_provenance(later))), vd_status::VD_E_HANDLE);
    take(own).unwrap();
    take(other).unwrap();
}

#[test]
fn keys_are_decoded_as_they_were_encoded() {
    for index in [0, 1, 31, 32, Key::MAX_INDEX] {
        for generation in [0, 1, Key::MAX_GENERATION] {
            for kind in Kind::ALL {
                let key = Key { index, generation };
                assert_eq!(Key::decode(key.encode(kind), kind).unwrap(), key);
            }
        }
    }
}

#[test]
fn a_callback_never_waits_for_a_lock() {
    let handle = insert::<Numbers>(1).unwrap();
    let inner = with_mut(handle, |_| Ok(call_back(|| (status(get(handle)), status(take(handle))))));
    assert_eq!(inner.unwrap(), (vd_status::VD_E_BUSY, vd_status::VD_E_BUSY));
    let inner = with(handle, |_| Ok(call_back(|| (status(get(handle)), status(take(handle))))));
    assert_eq!(inner.unwrap(), (vd_status::VD_OK, vd_status::VD_E_BUSY));
    take(handle).unwrap();
}

fn add(into: &mut u64, from: u64) {
    *into += from;
}

#[test]
fn a_merge_that_fails_changes_nothing() {
    let (one, two) = (insert::<Numbers>(1).unwrap(), insert::<Numbers>(2).unwrap());
    let busy = with(one, |_| Ok(call_back(|| status(merge(one, two, add)))));
    assert_eq!(busy.unwrap(), vd_status::VD_E_BUSY);
    let busy = with(one, |_| Ok(call_back(|| status(merge(two, one, add)))));
    assert_eq!(busy.unwrap(), vd_status::VD_E_BUSY);
    assert_eq!((get(one).unwrap(), get(two).unwrap()), (1, 2));
    merge(two, one, add).unwrap();
    assert_eq!(get(two).unwrap(), 3);
    assert_eq!(status(merge(two, one, add)), vd_status::VD_E_STALE);
    assert_eq!(status(merge(one, two, add)), vd_status::VD_E_STALE);
    // Another object in the slot of the stale handle.
    let again = insert::<Numbers>(4).unwrap();
    assert_eq!(status(merge(again, one, add)), vd_status::VD_E_STALE);
    assert_eq!(status(merge(one, again, add)), vd_status::VD_E_STALE);
    assert_eq!((take(two).unwrap(), take(again).unwrap()), (3, 4));
}

#[test]
fn threads_merge_in_both_directions() {
    let barrier = Barrier::new(2);
    for _ in 0..200 {
        let [one, two] = [1, 2].map(|number| insert::<Numbers>(number).unwrap().addr());
        let merge = |into, from| {
            barrier.wait();
            let [into, from] = [into, from].map(ptr::without_provenance_mut::<Numbers>);
            status(merge(into, from, add))
        };
        let results = thread::scope(|scope| {
            let other = scope.spawn(|| merge(one, two));
            [merge(two, one), other.join().unwrap()]
        });
        let left = if results[0] == vd_status::VD_OK { two } else { one };
        assert_eq!(take(ptr::without_provenance::<Numbers>(left)).unwrap(), 3);
        assert!(results.contains(&vd_status::VD_E_STALE), "{results:?}");
    }
}

/// Without a check between the two locks of a merge, that of the freed object is held while the callback needs its slot.
#[test]
fn a_merge_with_a_freed_object_blocks_no_callback() {
    let barrier = Barrier::new(2);
    for _ in 0..200 {
        let [old, live] = [1, 2].map(|number| insert::<Others>(number).unwrap().addr());
        let handle = ptr::without_provenance_mut::<Others>;
        take(handle(old)).unwrap();
        let result = thread::scope(|scope| {
            scope.spawn(|| {
                with(handle(live), |_| {
                    barrier.wait();
                    call_back(|| take(insert::<Others>(3)?))
                })
                .unwrap();
            });
            barrier.wait();
            status(merge(handle(live), handle(old), |_, _| ()))
        });
        assert_eq!(result, vd_status::VD_E_STALE);
        take(handle(live)).unwrap();
    }
}

#[test]
fn threads_share_a_table() {
    let shared = insert::<Numbers>(0).unwrap().addr();
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                barrier.wait();
                let shared = ptr::without_provenance_mut(shared);
                for n in 0..1000 {
                    let own = insert::<Numbers>(n).unwrap();
                    with_mut::<Numbers, _>(shared, |sum| {
                        *sum += 1;
                        Ok(())
                    })
                    .unwrap();
                    assert_eq!(take(own).unwrap(), n);
                }
            });
        }
    });
    assert_eq!(take(ptr::without_provenance::<Numbers>(shared)).unwrap(), 4000);
}
