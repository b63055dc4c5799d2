//! `vitte crash clean`: old crashes, and those of which there are many, are removed.

use clap::Args;
use serde_json::json;
use vitte_capsule::{Cleaned, Entry, Reason, Retention};

use super::folder::Folder;
use super::look::{crashes, number, safe, size};
use super::shell::{Done, Shell};

/// The arguments of `vitte crash clean`.
#[derive(Debug, Args)]
pub(super) struct Clean {
    #[command(flatten)]
    folder: Folder,
    /// Remove what is older than N days [default: 30]
    #[arg(long, value_name = "N")]
    max_days: Option<u32>,
    /// Keep the newest N crashes of each fingerprint [default: 100]
    #[arg(long, value_name = "N")]
    max_per_fingerprint: Option<usize>,
    /// Keep the newest crashes that have so many bytes, such as 500M [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    max_size: Option<u64>,
    /// Only say what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Write one JSON document
    #[arg(long)]
    json: bool,
}

impl Clean {
    pub(super) fn run(self, shell: &mut Shell<'_>) -> Done {
        let default = Retention::default();
        let most = self.max_per_fingerprint.unwrap_or(default.max_reports_per_fingerprint);
        let retention = default
            .with_max_days_to_keep(self.max_days.unwrap_or(default.max_days_to_keep))
            .with_max_reports_per_fingerprint(most)
            .with_max_bytes(self.max_size.unwrap_or(default.max_bytes));
        let repository = self.folder.repository();
        let cleaned = repository.clean(&retention, self.dry_run)?;
        if self.json {
            return shell.json(&json(&cleaned, self.dry_run));
        }
        let would = if self.dry_run { "would remove" } else { "removed" };
        for (entry, reason) in &cleaned.removed {
            let (id, why) = (safe(&entry.id), why(entry, *reason, &retention));
            writeln!(shell.out, "{would} {id}: {why}")?;
        }
        let kept = number(cleaned.kept);
        match (cleaned.removed.len(), cleaned.kept) {
            (0, 0) => writeln!(shell.out, "{}", self.folder.nothing())?,
            (0, _) => writeln!(shell.out, "nothing to remove; {kept} kept")?,
            (count, _) => {
                let (count, bytes) = (crashes(count), size(cleaned.bytes()));
                writeln!(shell.out, "{would} {count}, {bytes}; {kept} kept")?;
            }
        }
        Ok(())
    }
}

/// Why a crash is not kept.
fn why(entry: &Entry, reason: Reason, retention: &Retention) -> String {
    match reason {
        Reason::Age => {
            let days = retention.max_days_to_keep;
            format!("it is older than {days} {}", if days == 1 { "day" } else { "days" })
        }
        Reason::Count => {
            let most = number(retention.max_reports_per_fingerprint);
            format!("{most} of its fingerprint {} are newer", entry.fingerprint.short())
        }
        Reason::Size => format!("those that are newer have {}", size(retention.max_bytes)),
        other => other.name().to_owned(),
    }
}

fn json(cleaned: &Cleaned, is_dry_run: bool) -> serde_json::Value {
    let removed = cleaned.removed.iter().map(|(entry, reason)| {
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
        "bytes": cleaned.bytes(),
        "kept": cleaned.kept,
    })
}

/// A number of bytes as people write it: `1500`, `64K`, `500M`, `1GiB`.
fn bytes(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = lower.strip_prefix(digits).unwrap_or_default().trim();
    let power = match unit.strip_suffix("ib").or(unit.strip_suffix('b')).unwrap_or(unit) {
        "" => Some(0),
        "k" => Some(10),
        "m" => Some(20),
        "g" => Some(30),
        "t" => Some(40),
        _ => None,
    };
    let number: Option<u64> = digits.parse().ok();
    let bytes = number.zip(power).and_then(|(number, power)| number.checked_mul(1 << power));
    bytes.ok_or_else(|| "it is no number of bytes such as 500M or 1G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_what_people_write() {
        for (text, expected) in [
            ("0", 0),
            ("1500", 1500),
            ("12b", 12),
            ("64K", 64 << 10),
            ("500M", 500 << 20),
            ("500 mb", 500 << 20),
            ("1GiB", 1 << 30),
            ("2t", 2 << 40),
        ] {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for wrong in ["", "M", "1.5G", "-1", "1x", "99999999999999999999", "20000000t", "1 2"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
