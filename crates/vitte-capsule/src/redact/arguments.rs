//! Secrets of a command line.

use super::scan::is_key;
use super::{REDACTED, Redactor};

impl Redactor {
    /// The arguments of a command line, as many as before.
    ///
    /// `--key=value` and `key=value` lose all behind the `=`, `--define=token=value` too. Behind `--key`
    /// and `-key` the next argument goes, unless it begins with `--`: a password may begin with `-`. All
    /// others are [text](Self::text).
    #[must_use]
    pub fn arguments(&self, arguments: &[String]) -> Vec<String> {
        let mut is_value = false;
        let mut masked = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let is_option = argument.starts_with('-') && argument.bytes().all(is_key);
            masked.push(if is_value && !argument.starts_with("--") {
                REDACTED.to_owned()
            } else {
                self.argument(argument)
            });
            is_value = is_option && self.is_secret(argument);
        }
        masked
    }

    fn argument(&self, argument: &str) -> String {
        let mut rest = argument;
        while let Some((key, value)) = rest.split_once('=') {
            if !key.bytes().all(|byte| is_key(byte) || matches!(byte, b'[' | b']')) {
                break;
            }
            if self.is_secret(key) && !value.is_empty() {
                let kept = argument.len() - value.len();
                return format!("{}{REDACTED}", argument.get(..kept).unwrap_or_default());
            }
            rest = value;
        }
        self.text(argument).into_owned()
    }
}
