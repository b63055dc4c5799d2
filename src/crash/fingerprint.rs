//! Stands in for the real one until that is merged.
#![allow(missing_docs, clippy::must_use_candidate)]

use std::fmt;
use std::hash::Hasher as _;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use siphasher::sip::SipHasher13;

use super::CrashReport;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fingerprint(u64);

#[derive(Debug, Serialize)]
pub struct FingerprintParts {
    pub kind: String,
    pub message: String,
    pub frames: Vec<String>,
}

impl Fingerprint {
    pub const VERSION: u32 = 1;

    pub fn parts(report: &CrashReport) -> FingerprintParts {
        let frames = report.backtrace.frames().iter().filter(|frame| !frame.is_runtime());
        FingerprintParts {
            kind: report.kind().to_owned(),
            message: report.message.chars().filter(|c| !c.is_ascii_digit()).take(500).collect(),
            frames: frames.take(8).map(|frame| frame.function().to_owned()).collect(),
        }
    }

    pub fn of(report: &CrashReport) -> Self {
        let parts = Self::parts(report);
        let mut hasher = SipHasher13::new();
        for text in [parts.kind, parts.message].iter().chain(&parts.frames) {
            hasher.write(text.as_bytes());
            hasher.write_u8(0xff);
        }
        Self(hasher.finish())
    }

    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{0:016x}{0:016x}{0:016x}{0:016x}", self.0)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.get(..16).and_then(|text| u64::from_str_radix(text, 16).ok());
        number.map(Self).ok_or_else(|| de::Error::custom("no fingerprint"))
    }
}

impl CrashReport {
    pub fn kind(&self) -> &'static str {
        match self.code.as_str() {
            "F0001" => "panic",
            "F0002" => "signal",
            "F0003" => "stack-overflow",
            "F0004" => "out-of-memory",
            "F0005" => "abort",
            "F0006" => "error",
            _ => "other",
        }
    }
}
