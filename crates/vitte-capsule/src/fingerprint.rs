//! What makes a crash the same one on another day and another machine.

mod frames;
mod message;
mod names;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

#[cfg(feature = "upload")]
pub(crate) use names::without_hash;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::report::CrashReport;

/// What tells one defect from another: SHA-256 of [`FingerprintParts`], 64 lower-case hexadecimal digits as
/// text and in JSON.
///
/// The same defect has the same one on another machine, in another checkout, in a debug and a release
/// build, and for other line numbers, thread names and times.
///
/// What is hashed is a list of texts, each as its length in bytes (64 bits, the lowest byte first) and its
/// bytes in UTF-8:
///
/// 1. `vitte-crash-fingerprint`
/// 2. [`VERSION`](Self::VERSION) in decimal
/// 3. [`kind`](FingerprintParts::kind)
/// 4. [`message`](FingerprintParts::message)
/// 5. each of [`frames`](FingerprintParts::frames), in their order
///
/// Nothing stands between or behind them, so that no two lists are the same bytes. Any change of this, or of
/// how a part is made, that gives a report another fingerprint is another version.
///
/// ```
/// use vitte_capsule::{CrashReport, Fingerprint};
///
/// let report = |message: &str| -> Result<CrashReport, serde_json::Error> {
///     serde_json::from_value(serde_json::json!({
///         "timestamp": "", "version": "", "module": "vittec", "thread": "main", "signal": null,
///         "message": message, "backtrace": [], "system": {"os": "", "arch": ""}, "code": "F0001",
///     }))
/// };
/// let print = Fingerprint::of(&report("no file `/tmp/a.vitte`")?);
/// assert_eq!(print, Fingerprint::of(&report("no file `/home/ada/b.vitte`")?));
/// assert_eq!(print.to_string().parse(), Ok(print));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

/// What a [`Fingerprint`] is made of, for whoever wonders why two reports have the same one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct FingerprintParts {
    /// [`CrashReport::kind`], and behind a blank the name of the signal, where there is one: `panic`,
    /// `signal SIGSEGV`.
    pub kind: String,
    /// The message, of which the first 8 KiB are read, with what differs from one run to the next replaced:
    ///
    /// - quoted text (`'…'`, but no apostrophe in a word, `"…"`, `` `…` ``) by `_`
    /// - absolute paths of Unix and Windows, and `file:` URLs, by `_`
    /// - numbers, hexadecimal addresses, UUIDs and hashes (eight hexadecimal digits or more, one of them
    ///   `0` to `9`) by `#`; digits in a name such as `u32` stay
    /// - white space by one blank, and none at the ends
    ///
    /// and of that at most 500 characters.
    pub message: String,
    /// The names of the functions of the program itself, each once, at most the first 5, the innermost
    /// first; of a stack overflow those that occur at least twice, sorted.
    ///
    /// A call is of the program where its source is ([`CrashFrame::in_project`]). It stands here as the last name of
    /// its file, a blank, and the last name of the function, without hashes and generic arguments:
    /// `parser.rs parse` for `vittec::parse::<u8>`. Closures are left out. That is what a debug build and a release
    /// with line tables both know.
    ///
    /// Where no call is known to be of the program, as without line tables, those outside of Rust's and the
    /// system's runtime stand here whose crate is the report's module or the crate of the outermost `main`; else
    /// those outside of the runtime, by their whole names: `<a::List as b::Show>::show` for
    /// `<a::List<u8> as b::Show<u8>>::show`. Else it is the file of the panic, from its last `src/` on. An
    /// absolute path never is. Of a name the first 2 KiB are read, of a stack the innermost 4096 calls.
    ///
    /// [`CrashFrame::in_project`]: super::CrashFrame::in_project
    pub frames: Vec<String>,
}

/// Text that is no fingerprint.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FingerprintError {
    /// The text, of which at most 80 characters are kept.
    pub text: String,
}

impl Fingerprint {
    /// The version of what is hashed, and how.
    pub const VERSION: u32 = 1;

    /// That of a report.
    #[must_use]
    pub fn of(report: &CrashReport) -> Self {
        let FingerprintParts { kind, message, frames } = Self::parts(report);
        let version = Self::VERSION.to_string();
        let texts = ["vitte-crash-fingerprint", &version, &kind, &message];
        let mut hasher = Sha256::new();
        for text in texts.into_iter().chain(frames.iter().map(String::as_str)) {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        }
        Self(hasher.finalize().into())
    }

    /// What that of a report is made of.
    #[must_use]
    pub fn parts(report: &CrashReport) -> FingerprintParts {
        let mut kind = report.kind().as_str().to_owned();
        if let Some(signal) = report.signal.as_deref().filter(|signal| !signal.is_empty()) {
            let end = vitte_diag::text::floor_char_boundary(signal, 64);
            kind.push(' ');
            kind.push_str(signal.get(..end).unwrap_or_default());
        }
        let message = message::normal(&report.message);
        FingerprintParts { kind, message, frames: frames::frames(report) }
    }

    /// The first 8 of its hexadecimal digits, which people tell each other.
    #[must_use]
    pub fn short(&self) -> String {
        self.0.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl fmt::Display for FingerprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no fingerprint: one has 64 hexadecimal digits", self.text.escape_debug())
    }
}

impl std::error::Error for FingerprintError {}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    /// 64 hexadecimal digits, in upper or lower case.
    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let error = || FingerprintError { text: text.chars().take(80).collect() };
        // `from_str_radix` alone would take `+1`.
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(error());
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
            let digits = text.get(at..at + 2).ok_or_else(error)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| error())?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
