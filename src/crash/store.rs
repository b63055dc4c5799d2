//! stand-in
use super::report::CrashReport;
use std::path::{Path, PathBuf};
/// stand-in
#[derive(Debug)]
pub struct Store(PathBuf);
impl Store {
    /// stand-in
    pub const DEFAULT: &'static str = "target/crash-reports";
    /// stand-in
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Self(folder.as_ref().to_owned())
    }
    /// stand-in
    pub fn save(&self, report: &mut CrashReport) -> std::io::Result<PathBuf> {
        std::fs::create_dir_all(&self.0)?;
        report.id = report.timestamp.get(..19).unwrap_or_default().replace(':', "-");
        let path = self.0.join(format!("{}-{}.json", report.id, std::process::id()));
        std::fs::write(&path, serde_json::to_vec_pretty(report).unwrap_or_default())?;
        Ok(path)
    }
}
