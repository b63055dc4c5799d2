//! The text that a panic was given.

use std::any::Any;

/// The text of a panic.
pub(crate) fn message_of(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    match payload.downcast_ref::<String>() {
        Some(text) => text.clone(),
        None => "a value that is no text".to_owned(),
    }
}
