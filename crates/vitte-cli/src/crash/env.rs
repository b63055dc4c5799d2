//! `vitte crash env`: shows the captured environment variables.

use clap::Args;

use super::directory::OneCrash;
use super::head;
use super::page::{OutputArgs, Style, safe};
use super::shell::{CommandResult, Shell};

/// The arguments of `vitte crash env`.
#[derive(Debug, Args)]
pub(super) struct Env {
    #[command(flatten)]
    crash: OneCrash,
    #[command(flatten)]
    output: OutputArgs,
    /// Write JSON: an object with all variables
    #[arg(long)]
    json: bool,
}

impl Env {
    pub(super) fn run(&self, shell: &mut Shell<'_>) -> CommandResult {
        let capsule = self.crash.load(shell)?.capsule;
        if self.json {
            return shell.json(&capsule.environment);
        }
        if capsule.environment.is_empty() {
            let id = safe(&capsule.report.id);
            return Ok(writeln!(shell.out, "no environment was captured for `{id}`")?);
        }
        let mut page = self.output.page_of_values();
        for (key, value) in capsule.environment.iter().take(head::MAX_ROWS) {
            let ((name, more_name), (value, more)) = (head::of_text(key), head::of_text(value));
            let name = format!("{}{}=", safe(name), more_name.unwrap_or_default());
            let more = more.map(|more| format!(" {more}")).unwrap_or_default();
            let value = safe(value);
            page.styled(&[
                (Style::Secondary, &name),
                (Style::Plain, &value),
                (Style::Secondary, &more),
            ]);
        }
        if let Some(more) = head::more_rows(capsule.environment.len(), "variable") {
            page.line(Style::Secondary, more);
        }
        Ok(shell.out.write_all(page.finish().as_bytes())?)
    }
}
