//! Variables that contexts borrow.

use super::*;
use crate::context;
use crate::sys::slots;

/// Returns the keys of the variables that this thread's contexts borrow, each with the depth of its context.
fn borrowed() -> Vec<(u32, &'static str)> {
    let mut borrowed = Vec::new();
    if let Some(stack) = slots::current() {
        stack.for_each_borrowed(&mut |depth, key, variable| {
            // The variable still exists and can be serialised.
            assert_eq!(json_of(variable, limits()), format!("\"{key}\""));
            borrowed.push((depth, key));
        });
    }
    borrowed
}

#[test]
fn variables_are_borrowed_only_while_the_work_runs() {
    let (a, b) = (String::from("a"), String::from("b"));
    let outer = context("outer", None);
    outer.with_variables(&[("a", &a)], || {
        assert_eq!(borrowed(), [(0, "a")]);
        context("inner", None).with_variables(&[("a", &a), ("b", &b)], || {
            assert_eq!(borrowed(), [(1, "a"), (1, "b"), (0, "a")]);
        });
        assert_eq!(borrowed(), [(0, "a")]);
        let unwound = std::panic::catch_unwind(|| {
            context("inner", None)
                .with_variables(&[("b", &b)], || std::panic::resume_unwind(Box::new(1)))
        });
        assert!(unwound.is_err());
        assert_eq!(borrowed(), [(0, "a")]);
        let _other = context("other", None);
        assert_eq!(borrowed(), [(0, "a")], "a new context has the variables of a closed one");
    });
    assert_eq!(borrowed(), []);
}

#[test]
fn contexts_closed_in_any_order_borrow_no_dropped_variables() {
    let (a, b) = (String::from("a"), String::from("b"));
    let outer = context("outer", None);
    let inner = context("inner", None);
    inner.with_variables(&[("a", &a)], || {
        drop(outer);
        assert_eq!(borrowed(), [], "`inner` is open after `outer` was closed");
        let _new = (context("new", None), context("reuses its entry", None));
        assert_eq!(borrowed(), [], "a new context has the variables of a closed one");
        context("third", None).with_variables(&[("b", &b)], || assert_eq!(borrowed(), [(2, "b")]));
        std::mem::forget(context("lost", None));
    });
    assert_eq!(borrowed(), []);
    // `inner` is closed already, with `outer`.
    crate::context::truncate(0);
    let (outer, inner) = (context("outer", None), context("inner", None));
    drop(outer);
    inner.with_variables(&[("a", &a)], || assert_eq!(borrowed(), []));
}

#[test]
fn overwritten_contexts_lose_their_variables() {
    fn deeper(left: u32, names: &[String; 2]) {
        if left == 0 {
            let depths: Vec<u32> = borrowed().iter().map(|(depth, _)| *depth).collect();
            assert_eq!(depths, (68..100).rev().chain((0..32).rev()).collect::<Vec<_>>());
            return;
        }
        context("deep", None).with_variables(&[("a", &names[0])], || deeper(left - 1, names));
    }
    let names = [String::from("a"), String::from("b")];
    deeper(100, &names);
    assert_eq!(borrowed(), []);
    let contexts: Vec<_> = (0..33).map(|_| context("level", None)).collect();
    let last = context("borrows", None);
    last.with_variables(&[("b", &names[1])], || {
        assert_eq!(borrowed(), [(33, "b")]);
        let deeper: Vec<_> = (0..32).map(|_| context("deeper", None)).collect();
        assert_eq!(borrowed(), [], "the 32nd deeper context has not overwritten `borrows`");
        drop(deeper);
        assert_eq!(borrowed(), [], "an overwritten context has variables");
    });
    drop(contexts);
}
