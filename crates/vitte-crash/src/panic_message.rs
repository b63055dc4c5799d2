//! The message of a panic.

use std::any::Any;

/// Returns the message in the payload of a panic, or a placeholder if the payload is not a string.
pub(crate) fn message_of(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    match payload.downcast_ref::<String>() {
        Some(text) => text.clone(),
        None => "a payload that is not a string".to_owned(),
    }
}
