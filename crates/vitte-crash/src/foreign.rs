//! For bindings to other languages: contexts without a guard, and reports without a panic.
//!
//! A binding has no guard that closes a context, cannot promise how long its texts live, and its functions are called by
//! code whose frame is not the binding's own. So contexts are closed by calls, texts are copied, and a [`CallSite`] says
//! where the caller is. A compiler in Rust uses [`context()`](crate::context()) and panics instead.
//!
//! ```
//! use vitte_crash::foreign::{self, CallSite, ContextError};
//!
//! foreign::open_context(b"parsing", None, CallSite::UNKNOWN)?;
//! foreign::add_field(b"file", b"main.c")?;
//! assert_eq!(foreign::context_depth(), 1);
//! foreign::close_context()?;
//! assert_eq!(foreign::close_context(), Err(ContextError::NoContext));
//! # Ok::<(), ContextError>(())
//! ```

use std::fmt;

use vitte_diag::Span;

use crate::handler;
use crate::panic_hook::PanicCapture;
use crate::panic_message::limited;
use crate::sys;
use crate::sys::slots::{self, ContextStack, FieldProblem, MAX_FIELDS, MAX_THREADS, Opening};

/// Where a function of another language calls. A report finds the frame of that function by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "bindings create it")]
pub struct CallSite {
    /// An address in the stack frame of the function, such as the value of its stack pointer, or 0 if it is not known.
    pub stack: usize,
    /// An address in the code of the function, such as that of the current instruction, or 0 if it is not known.
    pub code: usize,
}

impl CallSite {
    /// The caller is not known.
    pub const UNKNOWN: Self = Self { stack: 0, code: 0 };

    const fn opening(self) -> Opening {
        Opening { stack: self.stack as u64, code: self.code as u64 }
    }
}

/// Why a context was not changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ContextError {
    /// No context of this thread is open.
    NoContext,
    /// The innermost context has the maximum number of fields.
    TooManyFields,
    /// The maximum number of threads have contexts, or this thread is ending.
    TooManyThreads,
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoContext => f.write_str("no context of this thread is open"),
            Self::TooManyFields => write!(f, "the context has {MAX_FIELDS} fields already"),
            Self::TooManyThreads => {
                write!(f, "{MAX_THREADS} threads have contexts, or this thread is ending")
            }
        }
    }
}

impl std::error::Error for ContextError {}

/// Opens a context of this thread, which lasts until [`close_context`]. The name is copied; one of more than 64 bytes is
/// cut. Bytes that are not UTF-8 are shown as `?`. Otherwise this is [`context()`](crate::context()).
///
/// # Errors
///
/// [`ContextError::TooManyThreads`].
#[inline]
pub fn open_context(name: &[u8], span: Option<Span>, at: CallSite) -> Result<(), ContextError> {
    let stack = slots::current_or_claim().ok_or(ContextError::TooManyThreads)?;
    stack.push_copy(name, span.unwrap_or(Span::DUMMY), at.opening());
    Ok(())
}

/// Adds a field to the innermost context of this thread. Both texts are copied; a key of more than 32 bytes and a value of
/// more than 56 bytes are cut. Bytes that are not UTF-8 are shown as `?`. A field of a context that is too deep to be
/// recorded is ignored.
///
/// # Errors
///
/// [`ContextError::NoContext`], or [`ContextError::TooManyFields`] after three fields.
#[inline]
pub fn add_field(key: &[u8], value: &[u8]) -> Result<(), ContextError> {
    let stack = slots::current().ok_or(ContextError::NoContext)?;
    stack.add_field_copy(key, value).map_err(|problem| match problem {
        FieldProblem::NoContext => ContextError::NoContext,
        FieldProblem::TooMany => ContextError::TooManyFields,
    })
}

/// Closes the innermost context of this thread.
///
/// # Errors
///
/// [`ContextError::NoContext`].
#[inline]
pub fn close_context() -> Result<(), ContextError> {
    let stack = slots::current().ok_or(ContextError::NoContext)?;
    let depth = stack.depth().checked_sub(1).ok_or(ContextError::NoContext)?;
    stack.truncate(depth);
    Ok(())
}

/// Returns the number of open contexts of this thread.
#[inline]
#[must_use]
pub fn context_depth() -> u32 {
    slots::current().map_or(0, ContextStack::depth)
}

/// Closes the innermost contexts of this thread until at most `depth` are open, for code that jumps out of functions.
#[inline]
pub fn close_contexts(depth: u32) {
    if let Some(stack) = slots::current() {
        stack.truncate(depth);
    }
}

/// Reports an internal error of the program as a panic of this thread (F0001), without a panic: stores and writes the
/// report, and returns. The frames begin with the one at `at`, and after the functions of the binding that the program
/// has called, whose names start with `entry`. Returns false if no handler is installed, or the report could be neither stored
/// nor written.
///
/// ```no_run
/// use vitte_crash::{CrashHandler, foreign};
///
/// let _guard = CrashHandler::builder().program("mycc").install()?;
/// let at = foreign::CallSite::UNKNOWN;
/// let is_reported = foreign::report("a block without a terminator", at, "mycc_report");
/// # _ = is_reported;
/// # Ok::<(), vitte_crash::InstallError>(())
/// ```
#[must_use]
pub fn report(message: &str, at: CallSite, entry: &str) -> bool {
    let Some(config) = handler::config() else { return false };
    let mut message = Some(limited(message.into()));
    let mut is_delivered = false;
    // The stack of this thread may be small.
    sys::with_big_stack(&mut |_| {
        let Some(message) = message.take() else { return };
        let capture = PanicCapture::of_call(message, at.opening(), entry, &config);
        let (mut report, sources) = capture.into_report();
        is_delivered = handler::deliver(&mut report, sources.as_ref());
    });
    is_delivered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context;

    /// Runs a test on a thread of its own, which begins without contexts.
    fn on_new_thread(test: impl FnOnce() + Send + 'static) {
        std::thread::spawn(test).join().unwrap();
    }

    fn open(name: &[u8]) {
        open_context(name, None, CallSite::UNKNOWN).unwrap();
    }

    fn names() -> Vec<String> {
        context::read().0.into_iter().map(|raw| raw.name).collect()
    }

    #[test]
    fn texts_are_copied_and_cut() {
        on_new_thread(|| {
            let mut name = b"parsing \xff".to_vec();
            open(&name);
            add_field(&name, &name).unwrap();
            name.fill(b'x');
            let long = "é".repeat(100);
            add_field(long.as_bytes(), long.as_bytes()).unwrap();
            open(long.as_bytes());
            open(&[b'a'; 64]);
            open(&[0xff; 65]);
            let (raw, _) = context::read();
            assert_eq!(raw[0].name, "?".repeat(61) + "...");
            assert_eq!(raw[1].name, "a".repeat(64));
            assert_eq!(raw[2].name, "é".repeat(30) + "...");
            assert_eq!(raw[3].name, "parsing ?");
            let field = |key: &str, value: &str| (key.to_owned(), value.to_owned());
            let cut = field(&("é".repeat(14) + "..."), &("é".repeat(28) + "..."));
            assert_eq!(raw[3].fields, [field("parsing ?", "parsing ?"), cut]);
        });
    }

    #[test]
    fn calls_that_do_not_match_are_errors() {
        on_new_thread(|| {
            assert_eq!(close_context(), Err(ContextError::NoContext));
            assert_eq!(add_field(b"k", b"v"), Err(ContextError::NoContext));
            open(b"a");
            for _ in 0..3 {
                add_field(b"k", b"v").unwrap();
            }
            assert_eq!(add_field(b"k", b"v"), Err(ContextError::TooManyFields));
            open(b"b");
            open(b"c");
            close_contexts(7);
            assert_eq!(context_depth(), 3);
            close_contexts(1);
            assert_eq!(names(), ["a"]);
            close_context().unwrap();
            assert_eq!(close_context(), Err(ContextError::NoContext));
        });
    }

    #[test]
    fn deep_contexts_do_not_mix() {
        on_new_thread(|| {
            for depth in 0..1000 {
                open(format!("{depth}").as_bytes());
                add_field(b"depth", format!("{depth}").as_bytes()).unwrap();
            }
            let all = || -> Vec<String> {
                let entry = |raw: &slots::RawContext| {
                    assert_eq!(raw.name, raw.fields[0].1);
                    raw.name.clone()
                };
                context::read().0.iter().map(entry).collect()
            };
            let inner = (968..1000).rev().chain((0..32).rev());
            assert_eq!(all(), inner.map(|depth| depth.to_string()).collect::<Vec<_>>());
            close_contexts(500);
            // The entry belongs to a deeper context that was closed.
            add_field(b"k", b"v").unwrap();
            open(b"new");
            add_field(b"depth", b"new").unwrap();
            assert_eq!(all()[0], "new");
        });
    }

    #[test]
    fn guards_and_calls_share_one_stack() {
        on_new_thread(|| {
            let outer = context::context("rust", None).with("k", "v");
            open(b"c");
            let inner = context::context("rust", None);
            assert_eq!(names(), ["rust", "c", "rust"]);
            drop(inner);
            drop(outer);
            assert_eq!(context_depth(), 0, "closing a context closes those inside of it");
        });
    }

    #[test]
    fn without_a_handler_nothing_is_reported() {
        assert!(!report("an internal error", CallSite::UNKNOWN, "report"));
    }
}
