//! Removes secrets from everything that a capsule contains.
//!
//! Secrets are recognised by their key: `password`, `api_key`, `X-Auth-Token`. A key is secret if it contains one of
//! several words, so `author` is secret because of `auth`: a missing value is less harmful than a leaked one.
//!
//! ```text
//! arguments    --token abc             --token [redacted]
//! environment  DB_PASSWORD             [redacted]
//! text         login password=abc      login password=[redacted]
//! json         {"password": [1, 2]}    {"password": "[redacted]"}
//! source       let token = "abc"       let token = "***"
//! ```
//!
//! A secret without a key, such as a message that consists of a password, is not recognised.

mod arguments;
mod json;
mod pem;
mod report;
mod scan;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod url;
mod work;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use regex::{Regex, RegexBuilder};

/// The replacement of a secret.
pub(super) const REDACTED: &str = "[redacted]";

/// A key that contains one of these words is secret.
const SECRET_WORDS: [&str; 13] = [
    "pass",
    "passwd",
    "password",
    "secret",
    "token",
    "api_key",
    "api-key",
    "apikey",
    "auth",
    "credential",
    "private",
    "session",
    "cookie",
];

/// In free text, a secret surely follows a key with one of these words. Others are ambiguous: compilers write
/// `token: x` and `pass: 2`.
const UNAMBIGUOUS_WORDS: [&str; 16] = [
    "passwd",
    "password",
    "passphrase",
    "secret",
    "api_key",
    "api-key",
    "api key",
    "apikey",
    "credential",
    "cookie",
    "authorization",
    "private_key",
    "private-key",
    "access_token",
    "access-token",
    "auth_token",
];

/// Maximum number of scans of one string. It is scanned until nothing is found, because a replacement may reveal
/// another secret.
/// The second scan rarely finds anything.
const MAX_PASSES: usize = 4;

/// Maximum size of a compiled pattern in memory, in bytes.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Replaces secrets by `[redacted]`. [`is_secret`](Self::is_secret) lists the keys of secrets.
///
/// ```
/// use vitte_capsule::Redactor;
///
/// let redactor = Redactor::default().with_pattern("^pin$")?;
/// let text = "login failed: password=hunter2, user=ada";
/// assert_eq!(redactor.text(text), "login failed: password=[redacted], user=ada");
/// assert_eq!(redactor.text("PIN=1234"), "PIN=[redacted]");
/// assert_eq!(redactor.text("unexpected token: Ident(\"x\")"), "unexpected token: Ident(\"x\")");
/// # Ok::<(), vitte_capsule::RedactError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    patterns: Vec<Regex>,
}

/// The error of [`Redactor::with_pattern`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RedactError {
    /// The pattern is not a regular expression, or is larger than 1 MiB when compiled.
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why it was rejected.
        reason: String,
    },
}

impl fmt::Display for RedactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { pattern, reason } => {
                write!(f, "invalid pattern `{pattern}` for the keys of secrets: {reason}")
            }
        }
    }
}

impl std::error::Error for RedactError {}

/// What a key in free text says about the value that follows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum KeyClass {
    /// The value is not a secret.
    Harmless,
    /// The value is a secret if it looks like one: the word has other meanings in compilers.
    Ambiguous,
    /// The value is a secret.
    Secret,
}

impl Redactor {
    /// Adds a regular expression for the keys of secrets. It is case-insensitive, and may match any part of a key
    /// unless it has `^` and `$`.
    ///
    /// # Errors
    ///
    /// A [`RedactError`] if `regex` is not a regular expression, or is larger than 1 MiB when compiled.
    pub fn with_pattern(mut self, regex: &str) -> Result<Self, RedactError> {
        let compiled = RegexBuilder::new(regex)
            .case_insensitive(true)
            .size_limit(MAX_PATTERN_BYTES)
            .build()
            .map_err(|error| RedactError::Pattern {
                pattern: regex.to_owned(),
                reason: error.to_string(),
            })?;
        self.patterns.push(compiled);
        Ok(self)
    }

    /// Returns true if the value of `key` is a secret: the key contains `pass`, `secret`, `token`, `api_key`,
    /// `api-key`, `api key`, `apikey`, `auth`, `credential`, `private`, `session` or `cookie`, in upper or lower case,
    /// or a [pattern](Self::with_pattern) matches it.
    #[must_use]
    pub fn is_secret(&self, key: &str) -> bool {
        let lower = key.to_ascii_lowercase();
        SECRET_WORDS.iter().chain(&UNAMBIGUOUS_WORDS).any(|word| lower.contains(word))
            || self.matches_pattern(key)
    }

    fn matches_pattern(&self, key: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.is_match(key))
    }

    fn classify(&self, key: &[u8]) -> KeyClass {
        let key = String::from_utf8_lossy(key);
        let lower = key.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if has(&UNAMBIGUOUS_WORDS) || self.matches_pattern(&key) {
            KeyClass::Secret
        } else if has(&SECRET_WORDS) {
            KeyClass::Ambiguous
        } else {
            KeyClass::Harmless
        }
    }

    /// Returns free text with each secret replaced by `[redacted]`, or the text unchanged if it has none. The time is
    /// proportional to the length.
    ///
    /// Secrets are the values in `key=value`, `key = "a value"`, `"key": "value"`, `--key value` and
    /// `Authorization: Bearer value`, the user in `scheme://user:password@host`, and the body of a private key (PEM).
    /// An unquoted value ends at white space, a quote or one of `,;&)]}`, and that of `Cookie:` or `Authorization:` at
    /// the end of its line. A value with an opening bracket ends after the closing one. A quoted value ends at its
    /// closing quote, or with the text.
    ///
    /// The words `pass`, `token`, `private`, `session` and `auth` are ambiguous before `:` and `==`. The value is
    /// redacted only if it is quoted, has at least six bytes and a digit, or follows `Bearer` or `Basic`.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut redacted = Cow::Borrowed(text);
        for _ in 0..MAX_PASSES {
            let bodies = pem::key_bodies(redacted.as_bytes());
            let is_body_new = scan::has_unredacted(&redacted, &bodies);
            redacted = scan::replace_ranges(redacted, &bodies);
            let found = text::secrets(self, redacted.as_bytes());
            if !is_body_new && !scan::has_unredacted(&redacted, &found) {
                break;
            }
            redacted = scan::replace_ranges(redacted, &found);
        }
        redacted
    }

    /// Redacts only the users and passwords of URLs. Names of functions and paths often contain words such as
    /// `token`, so the other rules do not apply to them.
    fn without_url_users<'a>(&self, text: &'a str) -> Cow<'a, str> {
        scan::replace_ranges(Cow::Borrowed(text), &url::user_infos(text.as_bytes()))
    }

    /// Returns environment variables, in which the values of secret names are redacted, and the others are treated as
    /// [text](Self::text). Of several variables with the same name, the last one is returned.
    #[must_use]
    pub fn environment(
        &self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> BTreeMap<String, String> {
        let redacted = variables.into_iter().map(|(key, value)| {
            let value = self.value(&key, &value);
            (key, value)
        });
        redacted.collect()
    }

    /// Returns the value of a key: redacted if the key is secret, and else treated as text.
    fn value(&self, key: &str, value: &str) -> String {
        if self.is_secret(key) { REDACTED.to_owned() } else { self.text(value).into_owned() }
    }

    /// Returns the text of a source file in which each byte of a secret is replaced by `*`, so that offsets, lines
    /// and syntax do not change. The bytes need not be UTF-8.
    ///
    /// Secrets are string literals (`'…'` and `"…"`) that are assigned to a secret name on the same line, also through
    /// a type or a function: `password = "…"`, `"api_key": "…"`, `const SECRET: &str = "…"`,
    /// `token = String::from("…")`. The bodies of private keys (PEM) and the password in
    /// `scheme://user:password@host` are secrets too.
    #[must_use]
    pub fn source<'a>(&self, source: &'a [u8]) -> Cow<'a, [u8]> {
        let mut starred = Cow::Borrowed(source);
        for _ in 0..MAX_PASSES {
            let mut found = pem::base64_runs(&starred);
            found.extend(url::passwords(&starred));
            found.extend(source::literals(self, &starred));
            match scan::star_ranges(&starred, &found) {
                Cow::Borrowed(_) => break,
                Cow::Owned(more) => starred = Cow::Owned(more),
            }
        }
        starred
    }
}
