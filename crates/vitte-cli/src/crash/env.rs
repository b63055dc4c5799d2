//! `vitte crash env`: the variables of the environment.

use clap::Args;

use super::folder::One;
use super::look::{Ink, Look, safe};
use super::shell::{Done, Shell};

/// The arguments of `vitte crash env`.
#[derive(Debug, Args)]
pub(super) struct Env {
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    look: Look,
    /// Write JSON: an object of all variables
    #[arg(long)]
    json: bool,
}

impl Env {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> Done {
        let capsule = self.one.load()?.capsule;
        if self.json {
            return shell.json(&capsule.environment);
        }
        if capsule.environment.is_empty() {
            let id = safe(&capsule.report.id);
            return Ok(writeln!(shell.out, "no environment was kept of `{id}`")?);
        }
        let mut page = self.look.page();
        for (key, value) in &capsule.environment {
            let (key, value) = (format!("{}=", safe(key)), safe(value));
            page.inked(&[(Ink::Aside, &key), (Ink::Plain, &value)]);
        }
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}
