//! `vitte crash fingerprint`: shows what identifies crashes of the same defect.

use clap::Args;
use serde_json::{Value, json};
use vitte_capsule::Fingerprint as Print;

use super::directory::OneCrash;
use super::page::{OutputArgs, Style};
use super::shell::{CommandResult, Shell};
use super::show::same_fingerprint;

/// The arguments of `vitte crash fingerprint`.
#[derive(Debug, Args)]
pub(super) struct Fingerprint {
    #[command(flatten)]
    crash: OneCrash,
    #[command(flatten)]
    output: OutputArgs,
    /// Write one JSON document
    #[arg(long)]
    json: bool,
}

/// Ids that are shown on a terminal: the last ones.
const MAX_IDS: usize = 20;

impl Fingerprint {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> CommandResult {
        let target = self.crash.load(shell)?;
        let same = same_fingerprint(&target, &self.crash.directory.repository().index()?);
        let print = target.capsule.fingerprint;
        let parts = serde_json::to_value(Print::parts(&target.capsule.report))?;
        if self.json {
            return shell.json(&json!({
                "fingerprint": print,
                "short": print.short(),
                "version": Print::VERSION,
                "of": parts,
                "alike": same,
            }));
        }
        let mut page = self.output.page();
        page.fields(&[
            ("fingerprint", print.to_string()),
            ("short", print.short()),
            ("version", Print::VERSION.to_string()),
        ]);
        page.heading("computed from");
        let text =
            |key: &str| parts.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let frames = parts.get("frames").and_then(Value::as_array).into_iter().flatten();
        let frames: Vec<&str> = frames.filter_map(Value::as_str).collect();
        let fields =
            [("kind", text("kind")), ("message", text("message")), ("frames", frames.join("\n"))];
        page.fields(&fields);
        let others = match same.len() {
            0 => "no other crash with this fingerprint".to_owned(),
            others => super::page::count(
                others,
                "other crash with this fingerprint",
                "other crashes with this fingerprint",
            ),
        };
        page.heading(&others);
        let earlier = same.len().saturating_sub(page.max_entries(MAX_IDS));
        if earlier > 0 {
            page.line(
                Style::Secondary,
                format!("... {} ...", vitte_diag::text::more("crash", earlier)),
            );
        }
        same.iter().skip(earlier).for_each(|id| page.line(Style::Plain, id));
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}
