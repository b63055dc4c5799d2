#![allow(missing_docs)]
use super::CrashReport;
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize,
)]
pub struct Fingerprint([u8; 32]);
impl Fingerprint {
    pub const VERSION: u32 = 1;
    pub fn of(_: &CrashReport) -> Self {
        Self([7; 32])
    }
    pub fn parts(_: &CrashReport) -> String {
        String::new()
    }
    pub fn short(&self) -> String {
        "07070707".into()
    }
}
impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("07")
    }
}
impl CrashReport {
    pub fn kind(&self) -> &'static str {
        "panic"
    }
}
