//! Variables of the program, held by contexts by reference and serialised when there is a crash.
//!
//! ```text
//! ContextGuard::with_variables ─▶ slots: pointers ═ crash ═▶ sys::copy, a copy of the process
//!                                                    │ Variable, serializer, writer
//!                     ContextEntry::variables ◀── records ◀┘ memory that both share
//! ```

#![cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "no copy of the process is made elsewhere: nothing is serialised")
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

use error::Cut;
pub(super) use error::Short;
use serde::Serialize;
use writer::Writer;

/// A variable that a context can [hold](super::ContextGuard::with_variables): all that [`Serialize`] says how to write.
///
/// Nothing else can be one, and nothing has to be done to be one.
pub trait Variable: sealed::Sealed {
    #[doc(hidden)]
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), sealed::Failed>;
}

mod sealed {
    pub trait Sealed {}
    impl<T: serde::Serialize + ?Sized> Sealed for T {}
    /// Why there is no value.
    #[derive(Debug)]
    pub struct Failed(pub(super) crate::variables::error::Error);
}

impl<T: Serialize + ?Sized> Variable for T {
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), sealed::Failed> {
        self.serialize(serializer::Json::value(writer)).map_err(sealed::Failed)
    }
}

impl fmt::Debug for dyn Variable + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variable")
    }
}

/// A variable and what it is called.
pub(super) type Named<'a> = (&'static str, &'a dyn Variable);

/// How much of the variables of a crash is kept, see [`CrashHandlerBuilder::variables`](super::CrashHandlerBuilder::variables).
/// What is left out is said where it would stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct VariableLimits {
    /// How many containers may be in one another? By default 5, and at most 50.
    pub max_depth: usize,
    /// How many items does a container have? By default 50.
    pub max_items: usize,
    /// How many characters does a text have? By default 500.
    pub max_string_len: usize,
    /// How many items do all variables of a crash have? By default 10 000.
    pub max_total_items: usize,
    /// How long may all of it take? By default 250 milliseconds, and at most 10 seconds.
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
            #[doc = concat!("The same with another [`", stringify!($field), "`](Self::", stringify!($field), ").")]
            #[must_use]
            pub const fn $setter(mut self, $field: $of) -> Self {
                self.$field = $field;
                self
            }
        )*
    };
}

impl VariableLimits {
    /// A reader of JSON follows 128 levels; an enum has two for each of ours, and a report has its own.
    const DEEPEST: usize = 50;

    setters! {
        with_max_depth: max_depth: usize,
        with_max_items: max_items: usize,
        with_max_string_len: max_string_len: usize,
        with_max_total_items: max_total_items: usize,
        with_max_time: max_time: Duration
    }

    /// Puts them where a handler of signals reads them.
    pub(super) fn put_in_place(self) {
        let time = self.max_time.min(Duration::from_secs(10)).as_millis();
        let numbers = [
            self.max_depth.min(Self::DEEPEST) as u64,
            self.max_items as u64,
            self.max_string_len as u64,
            self.max_total_items as u64,
            u64::try_from(time).unwrap_or(0),
        ];
        LIMITS.iter().zip(numbers).for_each(|(to, from)| to.store(from, Ordering::Release));
    }

    /// Those that are in place.
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

/// What was written of a variable.
pub(super) struct Written {
    /// Bytes of JSON; none where it has no value.
    pub(super) len: usize,
    /// What failed in it.
    pub(super) error: Option<Short>,
    /// Items of all variables so far.
    pub(super) items: usize,
}

/// Writes a variable as JSON into a buffer, with no memory of the heap of its own: what the program's
/// `Serialize` does is its own affair, and whatever it does there is valid JSON or none.
pub(super) fn write(
    variable: &dyn Variable,
    buffer: &mut [u8],
    limits: VariableLimits,
    items: usize,
) -> Written {
    let mut writer = Writer::new(buffer, limits, items);
    let result = catch_unwind(AssertUnwindSafe(|| variable.write(&mut writer)));
    let items = writer.items();
    let failed = |error| Written { len: 0, error: Some(error), items };
    match result {
        Ok(Ok(())) => writer.finish(),
        Ok(Err(sealed::Failed(error))) => match error.cut {
            Cut::Endless => writer.close_all(),
            Cut::No => failed(error.text),
        },
        Err(payload) => {
            let message = Short::of(format_args!(
                "panicked: {}",
                crate::panic_message::message_of(&*payload)
            ));
            // It may panic when it is dropped.
            std::mem::forget(payload);
            failed(message)
        }
    }
}
