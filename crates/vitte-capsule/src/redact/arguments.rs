//! Redacts command lines.

use super::names::KeyClass;
use super::scan::is_key;
use super::text::TextKind;
use super::{REDACTED, Redactor, looks, pairs};

impl Redactor {
    /// Returns the arguments of a command line, redacted. Their number does not change.
    ///
    /// In `--key=value`, `key=value` and `--define=key=value`, the value is redacted. The argument after `--key` or
    /// `-key` is redacted unless it begins with `--`; it may begin with `-`, as a password may. All other arguments
    /// are treated as [text](Self::text).
    #[must_use]
    pub fn arguments(&self, arguments: &[String]) -> Vec<String> {
        self.arguments_of(TextKind::Free, arguments)
    }

    /// Redacts a list of strings in a variable, which may be a command line or the tokens of a source.
    pub(super) fn words(&self, words: &[String]) -> Vec<String> {
        match self.names_in_variables {
            true => self.arguments_of(TextKind::Free, words),
            false => self.arguments_of(TextKind::Strict, words),
        }
    }

    fn arguments_of(&self, kind: TextKind, arguments: &[String]) -> Vec<String> {
        let mut option = KeyClass::Harmless;
        let mut previous = "";
        let mut redacted = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let (bytes, range) = (argument.as_bytes(), 0..argument.len());
            let password = pairs::user_password(bytes, previous.as_bytes(), range);
            previous = argument;
            if let Some(password) = password {
                let user = argument.get(..password.start).unwrap_or_default();
                redacted.push(format!("{user}{REDACTED}"));
                continue;
            }
            let is_value = match option {
                KeyClass::Secret | KeyClass::Ambiguous => true,
                KeyClass::Weak => looks::is_random(argument.as_bytes()),
                KeyClass::Harmless => false,
            };
            redacted.push(if is_value && !argument.starts_with("--") {
                REDACTED.to_owned()
            } else {
                self.argument(kind, argument)
            });
            let is_option = argument.starts_with('-') && argument.bytes().all(is_key);
            option = if is_option { self.classify(argument) } else { KeyClass::Harmless };
        }
        redacted
    }

    fn argument(&self, kind: TextKind, argument: &str) -> String {
        // In a variable, `token=x` need not be an argument.
        let counts = kind == TextKind::Free || argument.starts_with('-');
        let mut rest = argument;
        while let Some((key, value)) = rest.split_once('=') {
            if !counts || !key.bytes().all(|byte| is_key(byte) || matches!(byte, b'[' | b']')) {
                break;
            }
            let is_secret = self.is_secret(key)
                || (self.classify(key) == KeyClass::Weak && looks::is_random(value.as_bytes()));
            if is_secret && !value.is_empty() {
                let start = argument.len() - value.len();
                return format!("{}{REDACTED}", argument.get(..start).unwrap_or_default());
            }
            rest = value;
        }
        self.text_of(kind, argument).into_owned()
    }
}
