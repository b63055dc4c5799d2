//! Describes payloads that only code of the program can describe, such as errors.
//!
//! That code may panic, which ends the process if it happens in a panic hook. So it runs in a forked child.

use std::any::Any;
use std::error::Error;
use std::fmt;

use serde::{Serialize, Serializer};
use vitte_capsule::UNKNOWN_PAYLOAD;

use crate::config::DescribePayload;
use crate::panic_message::{limited, text_of, unboxed};

/// Returns the message of a panic with this payload.
pub(crate) fn describe(payload: &(dyn Any + Send), own: Option<DescribePayload>) -> String {
    if let Some(text) = text_of(payload) {
        return limited(text);
    }
    let payload = unboxed(payload);
    let by_program = own.map(|own| in_forked_child(&ByProgram(own, payload)));
    let outcome = match (by_program, error_in(payload)) {
        (Some(described @ Description::Text(_)), _) => described,
        (_, Some(error)) => in_forked_child(&ByDisplay(error)),
        (failed, None) => failed.unwrap_or(Description::Unknown),
    };
    match outcome {
        Description::Text(text) => limited(text.into()),
        Description::Failed(error) => format!("{UNKNOWN_PAYLOAD} (describing it failed: {error})"),
        Description::Unknown => UNKNOWN_PAYLOAD.to_owned(),
    }
}

#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "there are no forked children"))]
enum Description {
    Text(String),
    /// The code that describes it panicked, crashed, or took too long.
    Failed(String),
    Unknown,
}

/// Returns the error that is the payload, if it has one of the usual types.
fn error_in(payload: &(dyn Any + Send)) -> Option<&dyn Error> {
    macro_rules! errors {
        ($($error:ty),* $(,)?) => {
            $(if let Some(error) = payload.downcast_ref::<$error>() {
                return Some(error);
            })*
        };
    }
    if let Some(error) = payload.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return Some(&**error);
    }
    if let Some(error) = payload.downcast_ref::<Box<dyn Error + Send>>() {
        return Some(&**error);
    }
    if let Some(error) = payload.downcast_ref::<std::sync::Arc<dyn Error + Send + Sync>>() {
        return Some(&**error);
    }
    errors!(
        std::io::Error,
        fmt::Error,
        std::num::ParseIntError,
        std::num::ParseFloatError,
        std::num::TryFromIntError,
        std::str::Utf8Error,
        std::str::ParseBoolError,
        std::string::FromUtf8Error,
        std::array::TryFromSliceError,
        std::time::SystemTimeError,
        std::sync::mpsc::RecvError,
        std::env::VarError,
        serde_json::Error,
    );
    None
}

struct ByProgram<'a>(DescribePayload, &'a (dyn Any + Send));
struct ByDisplay<'a>(&'a dyn Error);

impl Serialize for ByProgram<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0(self.1).serialize(serializer)
    }
}

impl Serialize for ByDisplay<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(target_os = "linux")]
fn in_forked_child(text: &dyn crate::variables::Variable) -> Description {
    let records = crate::variables::records::read(&crate::sys::fork::capture_one(text));
    let Some((_, variable)) = records.variables.into_iter().next() else {
        let reason = records.notes.into_iter().next();
        return Description::Failed(reason.unwrap_or_else(|| "no memory".into()));
    };
    match (variable.value, variable.error) {
        (serde_json::Value::String(text), _) => Description::Text(text),
        (_, Some(error)) => Description::Failed(error),
        _ => Description::Unknown,
    }
}

#[cfg(not(target_os = "linux"))]
fn in_forked_child(_text: &dyn crate::variables::Variable) -> Description {
    Description::Unknown
}
