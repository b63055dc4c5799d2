//! `vitte crash fingerprint`: what is the same for crashes of the same defect.

use clap::Args;
use serde_json::{Value, json};
use vitte_capsule::Fingerprint as Print;

use super::folder::One;
use super::look::{Ink, Look};
use super::shell::{Done, Shell};
use super::show::alike;

/// The arguments of `vitte crash fingerprint`.
#[derive(Debug, Args)]
pub(super) struct Fingerprint {
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    look: Look,
    /// Write one JSON document
    #[arg(long)]
    json: bool,
}

/// The most ids that are shown to people: the last ones.
const MOST: usize = 20;

impl Fingerprint {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> Done {
        let target = self.one.load()?;
        let alike = alike(&target, &self.one.folder.repository().index()?);
        let print = target.capsule.fingerprint;
        let parts = serde_json::to_value(Print::parts(&target.capsule.report))?;
        if self.json {
            return shell.json(&json!({
                "fingerprint": print,
                "short": print.short(),
                "version": Print::VERSION,
                "of": parts,
                "alike": alike,
            }));
        }
        let mut page = self.look.page();
        page.facts(&[
            ("fingerprint", print.to_string()),
            ("short", print.short()),
            ("version", Print::VERSION.to_string()),
        ]);
        page.heading("made of");
        let text =
            |key: &str| parts.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let frames = parts.get("frames").and_then(Value::as_array).into_iter().flatten();
        let frames: Vec<&str> = frames.filter_map(Value::as_str).collect();
        let facts =
            [("kind", text("kind")), ("message", text("message")), ("frames", frames.join("\n"))];
        page.facts(&facts);
        let others = match alike.len() {
            0 => "no other crash like it".to_owned(),
            others => super::look::count(others, "other crash like it", "other crashes like it"),
        };
        page.heading(&others);
        let earlier = alike.len().saturating_sub(MOST);
        if earlier > 0 {
            page.line(Ink::Aside, format!("... {} ...", vitte_diag::text::more("crash", earlier)));
        }
        alike.iter().skip(earlier).for_each(|id| page.line(Ink::Plain, id));
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}
