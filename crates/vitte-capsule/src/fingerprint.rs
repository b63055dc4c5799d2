//! Fingerprints: hashes that are equal for crashes of the same defect.
//!
//! ```text
//! CrashReport ─▶ FingerprintParts ─▶ SHA-256
//!   kind, signal ─▶ kind
//!   message ─▶ message.rs: paths, numbers and quoted text replaced ─▶ message
//!   frames ─▶ frames.rs: frames of the program ─▶ names.rs: hashes and generic arguments removed ─▶ frames
//! ```

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

use crate::report::{CrashReport, UNKNOWN_PAYLOAD};

/// Identifies a defect: the SHA-256 of [`FingerprintParts`], as 64 lower-case hexadecimal digits in text and in JSON.
///
/// Crashes of the same defect have equal fingerprints on different machines, in different checkouts, in debug and
/// release builds, and with different line numbers, thread names and times.
///
/// The input of the hash is a list of strings. Each is written as its length in bytes (64 bits, little-endian) and its
/// bytes (UTF-8):
///
/// 1. `vitte-crash-fingerprint`
/// 2. [`VERSION`](Self::VERSION) in decimal
/// 3. [`kind`](FingerprintParts::kind)
/// 4. [`message`](FingerprintParts::message)
/// 5. each of [`frames`](FingerprintParts::frames), in their order
///
/// The lengths make the encoding unambiguous: different lists have different bytes. Each change that gives a report
/// another fingerprint increments the version.
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
/// let fingerprint = Fingerprint::of(&report("no file `/tmp/a.vitte`")?);
/// assert_eq!(fingerprint, Fingerprint::of(&report("no file `/home/ada/b.vitte`")?));
/// assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

/// The input of a [`Fingerprint`], which explains why two reports have the same one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct FingerprintParts {
    /// [`CrashReport::kind`], followed by a blank and the signal, if any: `panic`, `signal SIGSEGV`.
    pub kind: String,
    /// The first 8 KiB of the message, normalised and then truncated to 500 characters. The normalisation replaces
    /// what differs between runs:
    ///
    /// - quoted text (`'…'`, except apostrophes in words, `"…"`, `` `…` ``) by `_`
    /// - absolute paths of Unix and Windows, and `file:` URLs, by `_`
    /// - numbers, hexadecimal addresses, UUIDs and hashes (at least eight hexadecimal digits, one of them `0` to
    ///   `9`) by `#`; digits in a name such as `u32` remain
    /// - runs of white space by one blank; at both ends they are removed
    ///
    /// If the payload of a panic has an [unknown type](UNKNOWN_PAYLOAD), the file, line and column of the panic follow:
    /// nothing else tells such panics of one function apart.
    pub message: String,
    /// At most five different functions, the innermost first. For a stack overflow only functions that occur at
    /// least twice, sorted by name. The first of these that is not empty:
    ///
    /// 1. Frames whose source file belongs to the program ([`in_project`](super::CrashFrame::in_project)): the file
    ///    name, a blank, and the last segment of the function, such as `parser.rs parse` for `vittec::parse::<u8>`.
    ///    Debug builds and release builds with line tables agree on these. Closures are omitted.
    /// 2. Frames whose crate is the program, or the crate of the outermost `main`: the function without hashes and
    ///    generic arguments, such as `<a::List as b::Show>::show` for `<a::List<u8> as b::Show<u8>>::show`.
    /// 3. All frames that are not runtime frames: the same form.
    /// 4. The file of the panic, from its last `src/` on. An absolute path without `src/` is omitted.
    ///
    /// The innermost 4096 frames are read, and the first 2 KiB of each name.
    pub frames: Vec<String>,
}

/// The error of parsing a [`Fingerprint`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FingerprintError {
    /// The first 80 characters of the text.
    pub text: String,
}

impl Fingerprint {
    /// The version of the algorithm.
    pub const VERSION: u32 = 1;

    /// Returns the fingerprint of a report.
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

    /// Returns the input of a report's fingerprint.
    #[must_use]
    pub fn parts(report: &CrashReport) -> FingerprintParts {
        let mut kind = report.kind().as_str().to_owned();
        if let Some(signal) = report.signal.as_deref().filter(|signal| !signal.is_empty()) {
            kind.push(' ');
            kind.push_str(vitte_diag::text::truncate(signal, 64));
        }
        let mut message = message::normalize(&report.message);
        if report.message.starts_with(UNKNOWN_PAYLOAD) {
            // The message does not tell such panics apart.
            message.extend(
                report.location.as_deref().and_then(frames::line).map(|at| format!(" at {at}")),
            );
        }
        FingerprintParts { kind, message, frames: frames::frames(report) }
    }

    /// Returns the first 8 hexadecimal digits, which are enough for people and directory names.
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
        write!(
            f,
            "invalid fingerprint `{}`: expected 64 hexadecimal digits",
            self.text.escape_debug()
        )
    }
}

impl std::error::Error for FingerprintError {}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    /// Parses 64 hexadecimal digits, in upper or lower case.
    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let error = || FingerprintError { text: text.chars().take(80).collect() };
        // `from_str_radix` would accept `+1`.
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(error());
        }
        let mut bytes = [0; 32];
        for (byte, start) in bytes.iter_mut().zip((0..).step_by(2)) {
            let digits = text.get(start..start + 2).ok_or_else(error)?;
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
