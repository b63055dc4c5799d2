//! Serialises the variables that contexts borrow, after a crash and without using the heap.
//!
//! ```text
//! ContextGuard::with_variables ─▶ sys::slots: pointers ═ crash ═▶ sys::fork: a forked child
//!                                                                   │ Variable, serializer, writer
//! ContextEntry::variables ◀── records ◀── sys::area: shared memory ◀┘
//! ```

#![cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "variables are serialised only in a forked child on Linux")
)]

mod error;
pub(super) mod records;
mod serializer;
mod strings;
#[cfg(test)]
mod tests;
mod writer;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub(super) use error::ShortText;
use serde::Serialize;
use writer::JsonWriter;

/// A variable that a context can [borrow](super::ContextGuard::with_variables): any type that implements [`Serialize`].
///
/// The trait is sealed; it is implemented for all such types.
pub trait Variable: sealed::Sealed {
    #[doc(hidden)]
    fn write(&self, writer: &mut JsonWriter<'_>) -> Result<(), sealed::WriteError>;
}

mod sealed {
    pub trait Sealed {}
    impl<T: serde::Serialize + ?Sized> Sealed for T {}
    /// Why a variable has no value.
    #[derive(Debug)]
    pub struct WriteError(pub(super) crate::variables::error::SerializeError);
}

impl<T: Serialize + ?Sized> Variable for T {
    fn write(&self, writer: &mut JsonWriter<'_>) -> Result<(), sealed::WriteError> {
        self.serialize(serializer::JsonSerializer::value(writer)).map_err(sealed::WriteError)
    }
}

impl fmt::Debug for dyn Variable + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variable")
    }
}

/// A key and its variable.
pub(super) type NamedVariable<'a> = (&'static str, &'a dyn Variable);

/// The limits for the values of variables in a report, which
/// [`CrashHandlerBuilder::variable_limits`](super::CrashHandlerBuilder::variable_limits) sets. What exceeds
/// a limit is replaced by a string such as `... 2 more items`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct VariableLimits {
    /// Maximum depth of nested containers. Default: 5. Values above 50 are treated as 50.
    pub max_depth: usize,
    /// Maximum number of items of a container. Default: 50.
    pub max_items: usize,
    /// Maximum length of a string, in characters. Default: 500.
    pub max_string_len: usize,
    /// Maximum number of items of all variables of a crash. Default: 10 000.
    pub max_total_items: usize,
    /// Maximum time for all variables of a crash. Default: 250 milliseconds. Values above 10 seconds are treated as
    /// 10 seconds.
    pub max_time: Duration,
}

impl Default for VariableLimits {
    fn default() -> Self {
        Self {
            max_depth: 5,
            max_items: 50,
            max_string_len: 500,
            max_total_items: 10_000,
            max_time: Duration::from_millis(250),
        }
    }
}

macro_rules! setters {
    ($($setter:ident: $field:ident: $of:ty),*) => {
        $(
            #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
            #[must_use]
            pub const fn $setter(mut self, $field: $of) -> Self {
                self.$field = $field;
                self
            }
        )*
    };
}

impl VariableLimits {
    /// Maximum of `max_depth`. Readers of JSON accept 128 levels. An enum's variant has two levels, and a report has
    /// some of its own.
    const MAX_DEPTH: usize = 50;

    setters! {
        with_max_depth: max_depth: usize,
        with_max_items: max_items: usize,
        with_max_string_len: max_string_len: usize,
        with_max_total_items: max_total_items: usize,
        with_max_time: max_time: Duration
    }

    /// Makes these the current limits, which a signal handler can read.
    pub(super) fn publish(self) {
        let time = self.max_time.min(Duration::from_secs(10)).as_millis();
        let numbers = [
            self.max_depth.min(Self::MAX_DEPTH) as u64,
            self.max_items as u64,
            self.max_string_len as u64,
            self.max_total_items as u64,
            u64::try_from(time).unwrap_or(0),
        ];
        LIMITS.iter().zip(numbers).for_each(|(to, from)| to.store(from, Ordering::Release));
    }

    /// Returns the limits of the last [`publish`](Self::publish).
    pub(super) fn current() -> Self {
        let [depth, items, string, total, time] =
            LIMITS.each_ref().map(|limit| limit.load(Ordering::Acquire));
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Self {
            max_depth: count(depth),
            max_items: count(items),
            max_string_len: count(string),
            max_total_items: count(total),
            max_time: Duration::from_millis(time),
        }
    }
}

static LIMITS: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];

/// The result of [`write()`].
pub(super) struct WrittenVariable {
    /// Length of the JSON in bytes, or 0 if the variable has no value.
    pub(super) len: usize,
    /// The first error in the value, or why there is no value.
    pub(super) error: Option<ShortText>,
    /// Number of items of all variables so far.
    pub(super) items: usize,
}

/// Writes a variable as JSON into a buffer. `items` is the number of items of the variables before it.
///
/// This code does not use the heap; the program's `Serialize` may. Whatever it does, the result is valid JSON or an
/// error.
pub(super) fn write(
    variable: &dyn Variable,
    buffer: &mut [u8],
    limits: VariableLimits,
    items: usize,
) -> WrittenVariable {
    let mut writer = JsonWriter::new(buffer, limits, items);
    let result = catch_unwind(AssertUnwindSafe(|| variable.write(&mut writer)));
    let items = writer.items();
    let failed = |error| WrittenVariable { len: 0, error: Some(error), items };
    match result {
        Ok(Ok(())) => writer.finish(),
        Ok(Err(sealed::WriteError(error))) if error.is_endless => writer.close_all(),
        Ok(Err(sealed::WriteError(error))) => failed(error.message),
        Err(payload) => {
            let message = ShortText::new(format_args!(
                "panicked: {}",
                crate::panic_message::message_of(&*payload)
            ));
            // Dropping the payload may panic.
            std::mem::forget(payload);
            failed(message)
        }
    }
}
