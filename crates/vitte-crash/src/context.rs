//! What the program is doing, so that a crash can say it.

pub(crate) mod location;

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::{self, Write};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use vitte_diag::Span;

use crate::sys::slots::{self, InlineText, MAX_VALUES};
use crate::variables::Variable;

/// Says what this thread is doing until the result is dropped: `name` is what it does, such as
/// `type-checking`, and `span` where in the sources, or `None`.
///
/// Contexts are a stack for each thread. What is kept of it are the outermost 32 and, deeper than that,
/// the innermost 32; a name is cut after 128 bytes. Opening and closing one takes about two nanoseconds,
/// and needs no lock. At most 512 threads have contexts at the same time.
///
/// ```
/// use vitte_diag::{FileId, Span};
///
/// let span = Span::new(FileId::new(0), 3, 7)?;
/// let name = String::from("area");
/// let _cx = vitte_crash::context("type-checking", span).with("fn", &name);
/// # Ok::<(), vitte_diag::SpanError>(())
/// ```
#[inline]
pub fn context(name: &'static str, span: impl Into<Option<Span>>) -> ContextGuard {
    let span = span.into().unwrap_or(Span::DUMMY);
    let depth = slots::current_or_claim().map_or(0, |stack| stack.push(name, span));
    ContextGuard { state: depth << VALUE_BITS, is_of_one_thread: PhantomData }
}

/// Something that this thread is doing until this is dropped, see [`context`].
#[derive(Debug)]
#[must_use = "a context lasts until this is dropped: bind it to a name such as `_cx`"]
pub struct ContextGuard {
    /// The depth, and in the lowest bits the number of values: one word, which stays in a register.
    state: u32,
    is_of_one_thread: PhantomData<*const ()>,
}

const VALUE_BITS: u32 = 2;
const _: () = assert!(MAX_VALUES < 1 << VALUE_BITS);

impl ContextGuard {
    /// Says something more: at most three times, and later ones are left out. Of a value the first 56
    /// bytes are kept.
    #[inline]
    pub fn with(mut self, key: &'static str, value: impl ContextValue) -> Self {
        let (depth, count) = (self.state >> VALUE_BITS, self.state & ((1 << VALUE_BITS) - 1));
        if (count as usize) < MAX_VALUES {
            if let Some(stack) = slots::current() {
                stack.value(depth, count, key, |text| value.write(&mut ValueWriter(text)));
                self.state += 1;
            }
        }
        self
    }

    /// Does `work`, which this context is about, and has a crash in it say what these variables are.
    ///
    /// They are held by reference: nothing of them is copied, and they are serialised only when
    /// there is a crash. That is done by a copy of the process, on Linux, so that a `Serialize` that panics,
    /// waits for a lock or crashes itself costs no more than its own value; what is kept is limited
    /// by [`VariableLimits`](super::VariableLimits). The key is said beside the value in the report, see
    /// [`ContextEntry::variables`](vitte_capsule::ContextEntry::variables).
    ///
    /// It takes the work as a closure, and gives no guard: a guard that held references could be forgotten
    /// ([`std::mem::forget`] is safe), and the variables would be gone while the context still pointed to them.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// let types = BTreeMap::from([("x", "i64"), ("y", "text")]);
    /// let scope = vec!["area", "main"];
    /// let known = vitte_crash::context("type-checking", None)
    ///     .with_variables(&[("types", &types), ("scope", &scope)], || types.len() + scope.len());
    /// assert_eq!(known, 4);
    /// ```
    pub fn with_variables<T>(
        self,
        variables: &[(&'static str, &dyn Variable)],
        work: impl FnOnce() -> T,
    ) -> T {
        match slots::current() {
            Some(stack) => stack.with_borrowed(self.state >> VALUE_BITS, variables, work),
            None => work(),
        }
    }
}

impl Drop for ContextGuard {
    #[inline]
    fn drop(&mut self) {
        if let Some(stack) = slots::current() {
            stack.truncate(self.state >> VALUE_BITS);
        }
    }
}

/// What a [`ContextGuard`] can be told: text, numbers, `bool`, `char`, and through `format_args!` all that has
/// `Display`.
///
/// ```
/// use std::path::Path;
///
/// let path = Path::new("src/main.vitte");
/// let _cx = vitte_crash::context("reading", None).with("file", format_args!("{}", path.display()));
/// ```
pub trait ContextValue {
    /// Writes it as text.
    fn write(&self, text: &mut ValueWriter<'_>);
}

/// Where a [`Value`] is written to.
pub struct ValueWriter<'a>(&'a InlineText);

impl fmt::Debug for ValueWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueWriter").finish_non_exhaustive()
    }
}

impl ValueWriter<'_> {
    /// Makes it this text.
    #[inline]
    pub fn set(&mut self, text: &str) {
        self.0.set(text);
    }
}

impl Write for ValueWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push(text);
        Ok(())
    }
}

impl<T: ContextValue + ?Sized> ContextValue for &T {
    #[inline]
    fn write(&self, text: &mut ValueWriter<'_>) {
        (**self).write(text);
    }
}

macro_rules! texts {
    ($($text:ty),*) => {
        $(impl ContextValue for $text {
            #[inline]
            fn write(&self, text: &mut ValueWriter<'_>) {
                text.set(self);
            }
        })*
    };
}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl ContextValue for $number {
            fn write(&self, text: &mut ValueWriter<'_>) {
                // Writing to memory cannot fail.
                _ = write!(text, "{self}");
            }
        })*
    };
}

texts! { str, String, Cow<'_, str>, Box<str>, std::rc::Rc<str>, std::sync::Arc<str> }
numbers! { bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 }

impl ContextValue for fmt::Arguments<'_> {
    /// A `Display` of the program may panic; the crash that would be is none of the program's.
    fn write(&self, text: &mut ValueWriter<'_>) {
        let was_shown = IS_SHOWING.replace(true);
        let result = catch_unwind(AssertUnwindSafe(|| write!(text, "{self}")));
        IS_SHOWING.set(was_shown);
        if !matches!(result, Ok(Ok(()))) {
            text.set("<cannot be shown>");
        }
    }
}

thread_local! {
    /// Whether the text of a value is being made.
    static IS_SHOWING: Cell<bool> = const { Cell::new(false) };
}

/// Whether the text of a value is being made on this thread.
pub(super) fn is_showing() -> bool {
    IS_SHOWING.get()
}

/// How deep this thread's contexts are.
pub(super) fn depth() -> u32 {
    slots::current().map_or(0, slots::ContextStack::depth)
}

/// Closes the contexts that are deeper, where something left them open.
pub(super) fn truncate(depth: u32) {
    if let Some(stack) = slots::current().filter(|stack| stack.depth() > depth) {
        stack.truncate(depth);
    }
}

/// This thread's contexts, the innermost first, and how many more there are.
pub(super) fn read() -> (Vec<slots::RawContext>, u32) {
    slots::current().map(slots::ContextStack::read).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use vitte_diag::FileId;

    use super::*;

    fn names() -> Vec<String> {
        read().0.into_iter().map(|raw| raw.name).collect()
    }

    /// Each test has a thread of its own, and so a stack of its own.
    fn alone(test: impl FnOnce() + Send + 'static) {
        std::thread::spawn(test).join().unwrap();
    }

    #[test]
    fn contexts_are_a_stack() {
        alone(|| {
            assert_eq!((depth(), names()), (0, vec![]));
            let span = Span::new(FileId::new(3), 1, 9).unwrap();
            let _a = context("a", span);
            {
                let _b = context("b", None).with("k", "v").with("n", 12).with("c", 'é');
                let (raw, left_out) = read();
                assert_eq!(left_out, 0);
                let values = &raw[0].values;
                let text = |at: usize| (values[at].0.as_str(), values[at].1.as_str());
                assert_eq!([text(0), text(1), text(2)], [("k", "v"), ("n", "12"), ("c", "é")]);
                assert_eq!((raw[0].span, raw[1].span), (None, Some(span)));
            }
            assert_eq!(names(), ["a"]);
        });
    }

    #[test]
    fn a_fourth_value_is_left_out_and_a_long_one_is_cut() {
        alone(|| {
            let long = "é".repeat(40);
            let _cx = context("c", None).with("a", &long).with("b", 1).with("c", 2).with("d", 3);
            let (raw, _) = read();
            assert_eq!(raw[0].values.len(), 3);
            assert_eq!(raw[0].values[0].1, "é".repeat(28) + "...");
        });
    }

    #[test]
    fn every_length_of_text_is_kept_to_the_byte() {
        alone(|| {
            let text = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
            for len in 0..56 {
                let (value, _) = text.split_at(len);
                let (first, second) = value.split_at(len / 2);
                let _cx = context("c", None)
                    .with("set", value)
                    .with("pushed", format_args!("{first}{second}"));
                let (raw, _) = read();
                assert_eq!(raw[0].values[0].1, value);
                assert_eq!(raw[0].values[1].1, value);
            }
        });
    }

    #[test]
    fn of_a_deep_stack_the_outermost_and_the_innermost_are_kept() {
        alone(|| {
            let mut open = Vec::new();
            for depth in 0..1000_u32 {
                open.push(context("deep", Span::empty(FileId::new(0), depth)));
            }
            let spans =
                || -> Vec<u32> { read().0.iter().map(|raw| raw.span.unwrap().lo()).collect() };
            let inner = (968..1000).rev().chain((0..32).rev());
            assert_eq!(spans(), inner.collect::<Vec<_>>());
            assert_eq!(read().1, 936);
            // Those that were written over are gone, and it is said how many are not there.
            while open.len() > 980 {
                open.pop();
            }
            assert_eq!(spans(), (968..980).rev().chain((0..32).rev()).collect::<Vec<_>>());
            assert_eq!(read().1, 936);
        });
    }

    #[test]
    fn contexts_may_be_closed_in_any_order() {
        alone(|| {
            let a = context("a", None);
            let b = context("b", None);
            drop(a);
            assert_eq!(names(), [""; 0]);
            drop(b);
            assert_eq!(depth(), 0, "what is in one that is closed was closed with it");
            std::mem::forget(context("c", None));
            assert_eq!(names(), ["c"]);
            truncate(0);
            assert_eq!(depth(), 0);
        });
    }

    #[test]
    fn a_value_that_panics_is_said_to_be_one() {
        struct Panics;
        impl fmt::Display for Panics {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                panic!("of a value");
            }
        }
        alone(|| {
            let _cx = context("c", None).with("k", format_args!("{Panics}"));
            assert_eq!(read().0[0].values[0].1, "<cannot be shown>");
            assert!(!is_showing());
        });
    }

    #[test]
    fn a_stack_goes_to_the_next_thread_empty() {
        for _ in 0..2000 {
            alone(|| {
                assert_eq!(depth(), 0);
                std::mem::forget(context("left open", None));
                assert_eq!(names(), ["left open"], "there is a slot for it");
            });
        }
    }
}
