//! Redacts command lines.

use super::scan::is_key;
use super::{REDACTED, Redactor};

impl Redactor {
    /// Returns the arguments of a command line, redacted. Their number does not change.
    ///
    /// In `--key=value`, `key=value` and `--define=key=value`, the value is redacted. The argument after `--key` or
    /// `-key` is redacted unless it begins with `--`; it may begin with `-`, as a password may. All other arguments
    /// are treated as [text](Self::text).
    #[must_use]
    pub fn arguments(&self, arguments: &[String]) -> Vec<String> {
        let mut is_value = false;
        let mut redacted = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let is_option = argument.starts_with('-') && argument.bytes().all(is_key);
            redacted.push(if is_value && !argument.starts_with("--") {
                REDACTED.to_owned()
            } else {
                self.argument(argument)
            });
            is_value = is_option && self.is_secret(argument);
        }
        redacted
    }

    fn argument(&self, argument: &str) -> String {
        let mut rest = argument;
        while let Some((key, value)) = rest.split_once('=') {
            if !key.bytes().all(|byte| is_key(byte) || matches!(byte, b'[' | b']')) {
                break;
            }
            if self.is_secret(key) && !value.is_empty() {
                let start = argument.len() - value.len();
                return format!("{}{REDACTED}", argument.get(..start).unwrap_or_default());
            }
            rest = value;
        }
        self.text(argument).into_owned()
    }
}
