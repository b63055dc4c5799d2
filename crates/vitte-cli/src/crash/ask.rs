//! Shows what `replay` and `reduce` will run, and asks for a confirmation.

use std::io::{self, Write};

use vitte_capsule::reduce::SourceSize;
use vitte_capsule::replay::ReplayPlan;
use vitte_capsule::shell_command;
use vitte_diag::text::{self, one_line};

use super::shell::{CommandResult, Failure, Shell};

/// Writes what will be run.
///
/// ```text
/// about to run:
///   command      /usr/bin/vittec check src/main.vitte
///   directory    a new temporary directory with 1 source file (2000 lines)
///   environment  LANG, PATH, TMPDIR, VITTE_CRASH_DIR
///   time limit   10 s
/// ```
pub(super) fn show(plan: &ReplayPlan<'_>, limit: &str, err: &mut dyn Write) -> io::Result<()> {
    let sources: Vec<_> = plan.sources().collect();
    let lines = |text: &[u8]| text.split_inclusive(|byte| *byte == b'\n').count();
    let lines: usize = sources.iter().map(|(_, text)| lines(text)).sum();
    let files = text::plural("file", sources.len());
    let variables: Vec<_> = plan.variables().into_iter().map(one_line).collect();
    writeln!(err, "about to run:")?;
    writeln!(err, "  command      {}", command(plan))?;
    writeln!(
        err,
        "  directory    a new temporary directory with {} source {files} ({lines} {})",
        sources.len(),
        text::plural("line", lines)
    )?;
    writeln!(err, "  environment  {}", variables.join(", "))?;
    writeln!(err, "  time limit   {limit}")?;
    for note in &plan.notes {
        writeln!(err, "  note         {}", one_line(note))?;
    }
    Ok(())
}

/// Asks whether the program may be run, unless the user has passed `--yes`.
pub(super) fn confirm_run(yes: bool, shell: &mut Shell<'_>) -> CommandResult {
    let refused = |why: &str| Err(Failure::Message(why.to_owned()));
    match if yes { Some(true) } else { shell.confirm("run it?")? } {
        Some(true) => Ok(()),
        Some(false) => refused("the program was not run"),
        None => refused("cannot ask for confirmation (stdin is not a terminal); pass --yes"),
    }
}

/// Returns the command line, quoted for a shell, on one line.
fn command(plan: &ReplayPlan<'_>) -> String {
    let program = plan.program.to_string_lossy();
    let arguments = plan.arguments.iter().map(String::as_str);
    command_line(&std::iter::once(&*program).chain(arguments).collect::<Vec<_>>())
}

/// Returns a command line, quoted for a shell, on one line. Control characters are escaped.
pub(super) fn command_line(arguments: &[impl AsRef<str>]) -> String {
    one_line(&shell_command(arguments)).into_owned()
}

/// `2000 lines in 1 file`
pub(super) fn size(size: SourceSize) -> String {
    let (lines, files) = (text::plural("line", size.lines), text::plural("file", size.files));
    format!("{} {lines} in {} {files}", size.lines, size.files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        let all = ["vittec", "--a=b", "my file", "", "it's", "a\nb", "$x"];
        assert_eq!(command_line(&all), "vittec --a=b 'my file' '' 'it'\\''s' 'a\\nb' '$x'");
    }
}
