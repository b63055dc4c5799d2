//! `vitte crash env`: shows the captured environment variables.

use clap::Args;
use vitte_capsule::shell_command;
use vitte_diag::text;

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
            let name = format!("{}{}=", unambiguous(name, '='), more_name.unwrap_or_default());
            let more = more.map(|more| format!(" {more}")).unwrap_or_default();
            let value = unambiguous(value, '\0');
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

/// Returns a name or a value as it is or, if it could be taken for another one, quoted for a shell: a line feed is
/// `$'\n'`. `end` is the character that ends it.
fn unambiguous(text: &str, end: char) -> String {
    let is_plain = !text.contains(end) && !text.starts_with(['\'', '"']) && !text.starts_with("$'");
    let is_named = end == '\0' || !text.is_empty();
    match is_plain && is_named && text::is_distinct(text) {
        true => text.to_owned(),
        false => shell_command(&[text]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_taken_for_another_variable_is_quoted() {
        for (name, value, shown) in [
            ("PATH", "/a b:/c", "PATH=/a b:/c"),
            ("USER", "$USER", "USER=$USER"),
            ("A", "B=c", "A=B=c"),
            ("A=B", "c", "'A=B'=c"),
            ("", "x", "''=x"),
            ("A", "", "A="),
            ("A", "x\nB=y", r"A=$'x\nB=y'"),
            ("A", r"x\nB=y", r"A=x\nB=y"),
            ("A", "$'x'", r"A='$'\''x'\'''"),
            ("A", "\u{1b}[2J", r"A=$'\033[2J'"),
        ] {
            let found = format!("{}={}", unambiguous(name, '='), unambiguous(value, '\0'));
            assert_eq!(found, shown);
        }
    }
}
