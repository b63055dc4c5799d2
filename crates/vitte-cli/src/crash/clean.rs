//! `vitte crash clean`: removes the crashes that the retention limits exclude.

use clap::Args;
use parse_size::Config;
use serde_json::json;
use vitte_capsule::{CleanReport, IndexEntry, RemovalReason, Retention};

use super::directory::Directory;
use super::page::{crashes, number, safe, size};
use super::shell::{CommandResult, Shell};

/// The arguments of `vitte crash clean`.
#[derive(Debug, Args)]
pub(super) struct Clean {
    #[command(flatten)]
    directory: Directory,
    /// Remove crashes older than N days [default: 30]
    #[arg(long, value_name = "N")]
    max_days: Option<u32>,
    /// Keep only the newest N crashes of each fingerprint [default: 100]
    #[arg(long, value_name = "N")]
    max_per_fingerprint: Option<usize>,
    /// Keep only the newest crashes that fit in SIZE, such as 500M [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    max_size: Option<u64>,
    /// Show what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
    /// Write one JSON document
    #[arg(long)]
    json: bool,
}

impl Clean {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> CommandResult {
        let default = Retention::default();
        let max = self.max_per_fingerprint.unwrap_or(default.max_reports_per_fingerprint);
        let retention = default
            .with_max_days_to_keep(self.max_days.unwrap_or(default.max_days_to_keep))
            .with_max_reports_per_fingerprint(max)
            .with_max_bytes(self.max_size.unwrap_or(default.max_bytes));
        self.directory.note_other_users(shell)?;
        let repository = self.directory.repository();
        let report = repository.clean(&retention, self.dry_run)?;
        if self.json {
            return shell.json(&json(&report, self.dry_run));
        }
        let would = if self.dry_run { "would remove" } else { "removed" };
        for (entry, reason) in &report.removed {
            let (id, why) = (safe(&entry.id), reason_text(entry, *reason, &retention));
            writeln!(shell.out, "{would} {id}: {why}")?;
        }
        let kept = number(report.retained);
        match (report.removed.len(), report.retained) {
            (0, 0) => writeln!(shell.out, "{}", self.directory.no_crashes())?,
            (0, _) => writeln!(shell.out, "nothing to remove; {kept} kept")?,
            (count, _) => {
                let (count, bytes) = (crashes(count), size(report.bytes()));
                writeln!(shell.out, "{would} {count}, {bytes}; {kept} kept")?;
            }
        }
        Ok(())
    }
}

/// Returns why a crash is removed.
fn reason_text(entry: &IndexEntry, reason: RemovalReason, retention: &Retention) -> String {
    match reason {
        RemovalReason::Age => {
            let days = retention.max_days_to_keep;
            format!("older than {days} {}", if days == 1 { "day" } else { "days" })
        }
        RemovalReason::Count => {
            let max = crashes(retention.max_reports_per_fingerprint);
            format!("more than {max} with fingerprint {}", entry.fingerprint.short())
        }
        RemovalReason::Size => format!("more than {} in total", size(retention.max_bytes)),
        other => other.name().to_owned(),
    }
}

fn json(report: &CleanReport, is_dry_run: bool) -> serde_json::Value {
    let removed = report.removed.iter().map(|(entry, reason)| {
        json!({
            "id": entry.id,
            "fingerprint": entry.fingerprint,
            "bytes": entry.bytes,
            "reason": reason.name(),
        })
    });
    json!({
        "dry_run": is_dry_run,
        "removed": removed.collect::<Vec<_>>(),
        "bytes": report.bytes(),
        "kept": report.retained,
    })
}

/// Parses a size: `1500`, `64K`, `500M`, `1GiB`. All units are powers of 1024.
fn bytes(text: &str) -> Result<u64, String> {
    let parsed = Config::new().with_binary().parse_size(text.trim());
    parsed.map_err(|_| "expected a number of bytes such as 500M or 1G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_binary_units() {
        for (text, expected) in [
            ("0", 0),
            ("1500", 1500),
            ("12b", 12),
            ("64K", 64 << 10),
            ("500M", 500 << 20),
            ("500 mb", 500 << 20),
            ("1GiB", 1 << 30),
            ("2t", 2 << 40),
            ("1.5G", 3 << 29),
        ] {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for wrong in ["", "M", "-1", "1x", "99999999999999999999", "20000000t"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
