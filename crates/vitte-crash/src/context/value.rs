//! The values of the fields of contexts.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::sys::slots::InlineField;

/// A value of a field that [`ContextGuard::with`](crate::ContextGuard::with) adds to a context: a string, a number, a `bool`, a `char`, or with
/// `format_args!` anything that implements `Display`.
///
/// ```
/// use std::path::Path;
///
/// let path = Path::new("src/main.vitte");
/// let _cx = vitte_crash::context("reading", None).with("file", format_args!("{}", path.display()));
/// ```
pub trait ContextValue {
    /// Writes the value as text.
    fn write(&self, text: &mut ValueWriter<'_>);
}

/// The buffer into which a [`ContextValue`] writes its value, which is cut after 56 bytes.
pub struct ValueWriter<'a>(&'a InlineField);

impl fmt::Debug for ValueWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueWriter").finish_non_exhaustive()
    }
}

impl<'a> ValueWriter<'a> {
    pub(super) const fn new(field: &'a InlineField) -> Self {
        Self(field)
    }

    /// Replaces everything that was written before.
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
    /// The value's `Display` may panic. That panic must not be reported as a crash of the program.
    fn write(&self, text: &mut ValueWriter<'_>) {
        let result = without_reports(|| catch_unwind(AssertUnwindSafe(|| write!(text, "{self}"))));
        if !matches!(result, Ok(Ok(()))) {
            text.set("<cannot format the value>");
        }
    }
}

thread_local! {
    static IS_FORMATTING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `format`, which runs a `Display` of the program and catches its panic. That panic is not reported.
pub(crate) fn without_reports<T>(format: impl FnOnce() -> T) -> T {
    let was_formatting = IS_FORMATTING.replace(true);
    let result = format();
    IS_FORMATTING.set(was_formatting);
    result
}

/// Returns whether this thread is running the `Display` of a context's value.
pub(crate) fn is_formatting() -> bool {
    IS_FORMATTING.get()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{context, read};

    #[test]
    fn a_value_whose_display_panics_is_replaced() {
        struct Panics;
        impl fmt::Display for Panics {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                panic!("in `Display`");
            }
        }
        let test = || {
            let _cx = context("c", None).with("k", format_args!("{Panics}"));
            assert_eq!(read().0[0].fields[0].1, "<cannot format the value>");
            assert!(!is_formatting());
        };
        std::thread::spawn(test).join().unwrap();
    }
}
