//! Removes secrets from everything that a capsule contains.
//!
//! A secret is recognised in three ways:
//!
//! 1. By its shape, wherever it is: `ghp_…`, `AKIA…`, a JSON Web Token, a private key (PEM), an e-mail address.
//! 2. By the name before it: `password`, `api_key`. In variables, contexts and sources, names that are everyday words
//!    of compilers (`token`, `pass`, `private`, `session`, `key`) count only if the value looks like a secret.
//! 3. By its value, if the environment or the command line has it under the name of a secret.
//!
//! ```text
//! arguments    --token abc             --token [redacted]
//! environment  DB_PASSWORD             [redacted]
//! text         login password=abc      login password=[redacted]
//! text         found ghp_…             found [redacted]
//! json         {"password": [1, 2]}    {"password": "[redacted]"}
//! json         {"token": "ident"}      {"token": "ident"}
//! source       let secret = "abc"      let secret = "***"
//! path         /home/ada/x.rs          ~/x.rs
//! ```
//!
//! A secret without a shape and a name, such as a message that is only a word, is not recognised.

mod arguments;
mod email;
mod encoded;
mod environment;
mod home;
mod json;
mod known;
mod looks;
mod names;
mod pairs;
mod pem;
mod report;
mod scan;
mod settings;
mod shapes;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod url;
mod work;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use encoded::Decoded;
use home::KnownUser;
use known::KnownSecrets;
use names::KeyClass;
use regex::Regex;
use text::TextKind;

/// The replacement of a secret.
pub(super) const REDACTED: &str = "[redacted]";

/// Maximum number of scans of one string. It is scanned until nothing is found, because a replacement may reveal
/// another secret.
/// The second scan rarely finds anything.
const MAX_PASSES: usize = 4;

/// Maximum size of a compiled pattern in memory, in bytes.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Replaces secrets by `[redacted]`, home directories by `~` and the name of the user by `$USER`.
///
/// [`text`](Self::text) lists the secrets of free text, [`is_secret`](Self::is_secret) the names of secrets, and
/// [`source`](Self::source) what is removed from sources. Three settings change what is removed:
///
/// | setting | default |
/// |---|---|
/// | [`with_pattern`](Self::with_pattern) | no further names of secrets |
/// | [`with_names_in_variables`](Self::with_names_in_variables) | `token`, `pass`, … do not count in variables and contexts |
/// | [`with_home_redaction`](Self::with_home_redaction) | home directories and the user's name are replaced |
///
/// ```
/// use vitte_capsule::Redactor;
///
/// let redactor = Redactor::default().with_pattern("^pin$")?;
/// let text = "login failed: password=hunter2, user=ada, in /home/ada/src";
/// assert_eq!(redactor.text(text), "login failed: password=[redacted], user=ada, in ~/src");
/// assert_eq!(redactor.text("PIN=1234"), "PIN=[redacted]");
/// assert_eq!(redactor.text("got ghp_16C7e42F292c6912E7710c838347Ae178B4a"), "got [redacted]");
/// assert_eq!(redactor.text("unexpected token: Ident(\"x\")"), "unexpected token: Ident(\"x\")");
/// # Ok::<(), vitte_capsule::RedactError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Redactor {
    patterns: Vec<Regex>,
    /// Whether ambiguous names count in variables and contexts.
    names_in_variables: bool,
    redacts_home: bool,
    user: KnownUser,
    known: KnownSecrets,
    /// The prefix of the program's own environment variables; empty if it has none.
    prefix: String,
}

impl Default for Redactor {
    fn default() -> Self {
        Self {
            patterns: Vec::new(),
            names_in_variables: false,
            redacts_home: true,
            user: KnownUser::default(),
            known: KnownSecrets::default(),
            prefix: String::new(),
        }
    }
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

impl Redactor {
    /// Returns true if the value of `key` is a secret in the environment and on the command line: the key contains
    /// `password`, `passwd`, `passwort`, `mot_de_passe`, `secret`, `api_key`, `access_key`, `private_key`,
    /// `credential`, `cookie`, `authorization`, `pass`, `token`, `auth` (but not `author`), `private`, `session` or a
    /// spelling of one of these, in upper or lower case, has a part `pwd` or `pw`, or a
    /// [pattern](Self::with_pattern) matches it. `PWD`, the working directory, is not one.
    #[must_use]
    pub fn is_secret(&self, key: &str) -> bool {
        self.classify(key) >= KeyClass::Ambiguous
    }

    fn classify(&self, key: &str) -> KeyClass {
        match self.patterns.iter().any(|pattern| pattern.is_match(key)) {
            true => KeyClass::Secret,
            false => names::classify(key),
        }
    }

    /// Returns true if a short text has a token of a well-known service, one of the secrets that [`text`](Self::text)
    /// replaces. It allocates nothing, so that a signal handler can call it for a text that it writes before there is a
    /// report.
    #[must_use]
    pub fn has_token(text: &[u8]) -> bool {
        shapes::has_token(text)
    }

    /// Returns free text with each secret replaced by `[redacted]`, or the text unchanged if it has none. The time is
    /// proportional to the length.
    ///
    /// These are secrets wherever they are: tokens of well-known services (those of GitHub, AWS, Google, Slack, Stripe and
    /// about a hundred others), JSON Web Tokens, the body of a private key (PEM, SSH, PGP), the user in
    /// `scheme://user:password@host`, and e-mail addresses.
    ///
    /// Others are the values in `key=value`, `key = "a value"`, `"key": "value"`, `--key value` and
    /// `Authorization: Bearer value`. An unquoted value ends at white space, a quote or one of `,;&)]}`, and that of
    /// `Cookie:` or `Authorization:` at the end of its line. A value with an opening bracket ends after the closing
    /// one. A quoted value ends at its closing quote, or with the text.
    ///
    /// The words `pass`, `token`, `private`, `session` and `auth` are ambiguous before `:` and `==`. The value is
    /// redacted only if it is quoted, has at least six bytes and a digit, or follows `Bearer` or `Basic`. The value of
    /// a `key` is redacted only if it looks generated.
    ///
    /// Home directories become `~`.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.text_of(TextKind::Free, text)
    }

    fn text_of<'a>(&self, kind: TextKind, text: &'a str) -> Cow<'a, str> {
        type Find = fn(&Redactor, TextKind, &[u8]) -> Vec<Range<usize>>;
        const FINDS: [Find; 5] = [
            |_, _, bytes| pem::key_bodies(bytes),
            |_, _, bytes| shapes::tokens(bytes),
            |_, _, bytes| encoded::split_tokens(bytes),
            |redactor, _, bytes| redactor.known.find(bytes),
            |redactor, kind, bytes| text::secrets(redactor, kind, bytes),
        ];
        let mut redacted = Cow::Borrowed(text);
        for _ in 0..MAX_PASSES {
            // All are found before any is replaced, because a secret may contain the key of another one: the lines of
            // `pass=a\` and `--token b` are one in a shell.
            let find_all = |bytes: &[u8]| -> Vec<_> {
                FINDS.iter().flat_map(|find| find(self, kind, bytes)).collect()
            };
            let mut found = find_all(redacted.as_bytes());
            if let Some(decoded) = Decoded::new(redacted.as_bytes()) {
                let mut encoded = find_all(&decoded.bytes);
                encoded.extend(email::addresses(&decoded.bytes));
                encoded.extend(self.encoded_homes(&decoded.bytes));
                found.extend(encoded.into_iter().map(|range| decoded.original(range)));
            }
            let found = scan::merged(found);
            let mut is_new = scan::has_unredacted(&redacted, &found);
            redacted = scan::replace_ranges(redacted, &found);
            // After the users of URLs: `//token@example.org` has no address.
            let addresses = email::addresses(redacted.as_bytes());
            is_new |= scan::has_unredacted(&redacted, &addresses);
            redacted = scan::replace_ranges(redacted, &addresses);
            let shorter = self.user.replace(&redacted).filter(|_| self.redacts_home);
            is_new |= shorter.is_some();
            redacted = shorter.map_or(redacted, Cow::Owned);
            if !is_new {
                break;
            }
        }
        redacted
    }

    /// Returns the names of users in home directories, in text that was decoded.
    fn encoded_homes(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        if self.redacts_home { self.user.names_in_homes(bytes) } else { Vec::new() }
    }

    /// Redacts the name of a function or of a file: names often contain words such as `token` and `Token=Ident`, so a
    /// value counts only if it looks like a secret.
    fn name<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.text_of(TextKind::Strict, text)
    }

    /// Returns the path of a file without secrets, home directories and the name of the user.
    #[must_use]
    pub fn path<'a>(&self, path: &'a str) -> Cow<'a, str> {
        self.name(path)
    }

    /// Redacts the text of a variable or context.
    fn variable_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.names_in_variables {
            true => self.text_of(TextKind::Free, text),
            false => self.text_of(TextKind::Strict, text),
        }
    }

    /// Returns true if the value of a variable or of a field of a context is a secret because of its name, or because of
    /// its name and its look.
    fn is_secret_variable(&self, class: KeyClass, value: &str) -> bool {
        match class {
            KeyClass::Secret => true,
            KeyClass::Ambiguous if self.names_in_variables => true,
            KeyClass::Ambiguous => {
                looks::is_random(value.as_bytes()) || looks::is_hex_key(value.as_bytes())
            }
            KeyClass::Weak => looks::is_random(value.as_bytes()),
            KeyClass::Harmless => false,
        }
    }

    /// Returns the text of a source file in which each byte of a secret is replaced by `*`, so that offsets, lines
    /// and syntax do not change. The bytes need not be UTF-8.
    ///
    /// The secrets that have a shape are those of [`text`](Self::text); of a URL only the password is one, and of a
    /// home directory only the name of the user.
    ///
    /// String literals (`'…'` and `"…"`) are secrets if they are assigned on the same line to a name that is
    /// unmistakable, also through a type or a function: `password = "…"`, `"api_key": "…"`,
    /// `const SECRET: &str = "…"`, `secret = String::from("…")`. After other names (`token`, `key`), and without quotes,
    /// a value is a secret only if it looks like one, so that a program in which these are identifiers remains valid.
    /// Without quotes it is also one in a line `DB_PASSWORD=…`, in a connection string and in the query of a URL.
    #[must_use]
    pub fn source<'a>(&self, source: &'a [u8]) -> Cow<'a, [u8]> {
        let mut starred = Cow::Borrowed(source);
        for _ in 0..MAX_PASSES {
            let mut found = pem::base64_runs(&starred);
            found.extend(shapes::tokens(&starred));
            found.extend(encoded::split_tokens(&starred));
            if let Some(decoded) = Decoded::new(&starred) {
                let encoded = shapes::tokens(&decoded.bytes).into_iter();
                let encoded = encoded.chain(self.known.find(&decoded.bytes));
                let encoded = encoded.chain(url::passwords(&decoded.bytes));
                let encoded = encoded.chain(source::unquoted(self, &decoded.bytes));
                found.extend(encoded.map(|range| decoded.original(range)));
            }
            found.extend(self.known.find(&starred));
            found.extend(email::addresses(&starred));
            found.extend(url::passwords(&starred));
            found.extend(source::literals(self, &starred));
            found.extend(source::unquoted(self, &starred));
            if self.redacts_home {
                found.extend(self.user.names_in_homes(&starred));
            }
            match scan::star_ranges(&starred, &found) {
                Cow::Borrowed(_) => break,
                Cow::Owned(more) => starred = Cow::Owned(more),
            }
        }
        starred
    }
}
