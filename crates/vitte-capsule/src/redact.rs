//! Secrets, taken out of all that a capsule holds.
//!
//! A key tells what is secret: `password`, `api_key`, `X-Auth-Token`. Words are looked for anywhere in a key,
//! so that `author` counts too: what is lost can be told again, what is told cannot be taken back.
//!
//! ```text
//! arguments    --token abc             --token [redacted]
//! environment  DB_PASSWORD             [redacted]
//! text         login password=abc      login password=[redacted]
//! json         {"password": [1, 2]}    {"password": "[redacted]"}
//! source       let token = "abc"       let token = "***"
//! ```
//!
//! What stands nowhere near a key, such as a password that is the whole of a message, is not found.

mod arguments;
mod json;
mod pem;
mod report;
mod scan;
mod source;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use regex::{Regex, RegexBuilder};

/// What stands in the place of a secret.
pub(super) const REDACTED: &str = "[redacted]";

/// What makes a key secret, wherever it stands in it.
const WORDS: [&str; 13] = [
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

/// What says in free text, too, that a secret follows. `token: x` and `pass: 2` are what compilers say.
const CLEAR_WORDS: [&str; 16] = [
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

/// How often a text is looked through, as long as something is found: what is masked may have been the end
/// of something else. Nearly always the second time finds nothing.
const MOST_PASSES: usize = 4;

/// The most bytes of a compiled pattern, so that none takes all memory.
const MOST_PATTERN_BYTES: usize = 1 << 20;

/// Takes secrets out of texts. See [the list](Self::is_secret) of what is one.
///
/// ```
/// use vitte_capsule::Redactor;
///
/// let mask = Redactor::default().with_pattern("^pin$")?;
/// assert_eq!(mask.text("login failed: password=hunter2, user=ada"), "login failed: password=[redacted], user=ada");
/// assert_eq!(mask.text("PIN=1234"), "PIN=[redacted]");
/// assert_eq!(mask.text("unexpected token: Ident(\"x\")"), "unexpected token: Ident(\"x\")");
/// # Ok::<(), vitte_capsule::RedactError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    patterns: Vec<Regex>,
}

/// Why a pattern is none.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RedactError {
    /// It is no regular expression, or a larger one than is allowed (1 MiB when it is compiled).
    Pattern {
        /// The pattern as it was given.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for RedactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { pattern, reason } => {
                write!(f, "`{pattern}` is no pattern for keys of secrets: {reason}")
            }
        }
    }
}

impl std::error::Error for RedactError {}

/// How sure it is that what stands behind a key is a secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Weight {
    /// Not at all.
    No,
    /// Where it looks like one: the word means other things to a compiler.
    Maybe,
    /// Always.
    Clear,
}

impl Redactor {
    /// Keys that `regex` matches are secret too. Upper and lower case are the same; the pattern may
    /// match anywhere in a key, unless it has `^` and `$`.
    ///
    /// # Errors
    ///
    /// Where it is no regular expression, or compiled larger than 1 MiB; the error names it.
    pub fn with_pattern(mut self, regex: &str) -> Result<Self, RedactError> {
        let compiled = RegexBuilder::new(regex)
            .case_insensitive(true)
            .size_limit(MOST_PATTERN_BYTES)
            .build()
            .map_err(|error| RedactError::Pattern {
                pattern: regex.to_owned(),
                reason: error.to_string(),
            })?;
        self.patterns.push(compiled);
        Ok(self)
    }

    /// Whether what belongs to `key` is secret: the key has one of `pass`, `passwd`, `password`,
    /// `secret`, `token`, `api_key`, `api-key`, `apikey`, `auth`, `credential`, `private`, `session`,
    /// `cookie` anywhere in it, in upper or lower case, or a [pattern](Self::with_pattern) matches it.
    #[must_use]
    pub fn is_secret(&self, key: &str) -> bool {
        let lower = key.to_ascii_lowercase();
        WORDS.iter().chain(&CLEAR_WORDS).any(|word| lower.contains(word)) || self.is_own(key)
    }

    fn is_own(&self, key: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.is_match(key))
    }

    /// What a key says in free text.
    fn weight(&self, key: &[u8]) -> Weight {
        let key = String::from_utf8_lossy(key);
        let lower = key.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if has(&CLEAR_WORDS) || self.is_own(&key) {
            Weight::Clear
        } else if has(&WORDS) {
            Weight::Maybe
        } else {
            Weight::No
        }
    }

    /// Free text of any number of lines, with `[redacted]` in the place of each secret; the same text where
    /// there is none. Takes time in proportion to the length.
    ///
    /// Found are `key=value`, `key = "a value"`, `"key": "value"`, `--key value`, `Authorization: Bearer
    /// value`, the user in `scheme://user:password@host`, and the body of a private key (PEM). An
    /// unquoted value ends at white space, a quote or one of `,;&)]}`, and that of a `Cookie:` or an
    /// `Authorization:` at the end of its line. A value that opens a bracket ends where that is closed. A
    /// quoted value ends at its closing quote, or with the text.
    ///
    /// Behind `:` and `==` the words `pass`, `token`, `private`, `session` and `auth` are not enough:
    /// there a value goes that is quoted, has six bytes or more and a digit among them, or stands behind
    /// `Bearer` or `Basic`.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = Cow::Borrowed(text);
        for _ in 0..MOST_PASSES {
            let bodies = pem::bodies(masked.as_bytes());
            let is_body_new = scan::is_any_new(&masked, &bodies);
            masked = scan::masked(masked, &bodies);
            let found = text::secrets(self, masked.as_bytes());
            if !is_body_new && !scan::is_any_new(&masked, &found) {
                break;
            }
            masked = scan::masked(masked, &found);
        }
        masked
    }

    /// Names and places of code, which a key such as `token` is often a part of: users and passwords in
    /// URLs alone go.
    fn code<'a>(&self, text: &'a str) -> Cow<'a, str> {
        scan::masked(Cow::Borrowed(text), &text::users(text.as_bytes()))
    }

    /// Variables of an environment by name. A secret name loses its value, an empty one too; the others
    /// are [text](Self::text). Of equal names the last one stays.
    #[must_use]
    pub fn environment(
        &self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> BTreeMap<String, String> {
        let masked = variables.into_iter().map(|(key, value)| {
            let value = self.value(&key, &value);
            (key, value)
        });
        masked.collect()
    }

    /// The value of a key.
    fn value(&self, key: &str, value: &str) -> String {
        if self.is_secret(key) { REDACTED.to_owned() } else { self.text(value).into_owned() }
    }

    /// The text of a source file in which each byte of a secret is a `*`, so that offsets, lines and
    /// syntax stay the same. The bytes need not be UTF-8.
    ///
    /// Secret are string literals (`'…'` and `"…"`) that are assigned to a secret name on one line, with
    /// a type or the name of a function between them or not: `password = "…"`, `"api_key": "…"`, `const
    /// SECRET: &str = "…"`, `token = String::from("…")`. So are bodies of private keys (PEM) and the
    /// password in `scheme://user:password@host`.
    #[must_use]
    pub fn source<'a>(&self, source: &'a [u8]) -> Cow<'a, [u8]> {
        let mut starred = Cow::Borrowed(source);
        for _ in 0..MOST_PASSES {
            let mut found = pem::runs(&starred);
            found.extend(text::passwords(&starred));
            found.extend(source::literals(self, &starred));
            match scan::starred(&starred, &found) {
                Cow::Borrowed(_) => break,
                Cow::Owned(more) => starred = Cow::Owned(more),
            }
        }
        starred
    }
}
