//! What is said and asked before the program of a crash is run.

use std::io::{self, Write};

use vitte_capsule::{Plan, Size};
use vitte_diag::text::{self, one_line};

use super::shell::{Done, Failure, Shell};

/// Says what will be run.
///
/// ```text
/// this runs a program, as the crash has it:
///   command      /usr/bin/vittec check src/main.vitte
///   folder       a new one, with 1 file of the capsule (2000 lines)
///   environment  LANG, PATH, TMPDIR, VITTE_CRASH_DIR
///   time limit   10 s
/// ```
pub(super) fn show(plan: &Plan<'_>, limit: &str, err: &mut dyn Write) -> io::Result<()> {
    let sources: Vec<_> = plan.sources().collect();
    let lines = |text: &[u8]| text.split_inclusive(|byte| *byte == b'\n').count();
    let lines: usize = sources.iter().map(|(_, text)| lines(text)).sum();
    let files = text::plural("file", sources.len());
    let variables: Vec<_> = plan.variables().into_iter().map(one_line).collect();
    writeln!(err, "this runs a program, as the crash has it:")?;
    writeln!(err, "  command      {}", command(plan))?;
    writeln!(
        err,
        "  folder       a new one, with {} {files} of the capsule ({lines} {})",
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

/// Goes on where it is to be run: the user says so, or has said so.
pub(super) fn may_run(yes: bool, shell: &mut Shell<'_>) -> Done {
    let said = |why: &str| Err(Failure::Said(why.to_owned()));
    match if yes { Some(true) } else { shell.ask("run it?")? } {
        Some(true) => Ok(()),
        Some(false) => said("it is not run"),
        None => said("there is no terminal to ask on: --yes runs it"),
    }
}

/// A command line as a shell would take it, on one line.
fn command(plan: &Plan<'_>) -> String {
    let program = plan.program.to_string_lossy();
    let arguments = plan.arguments.iter().map(String::as_str);
    words(std::iter::once(&*program).chain(arguments))
}

/// Words as a shell would take them, on one line.
pub(super) fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let quoted = |word: &str| {
        let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
        let line = one_line(word);
        if !word.is_empty() && line.chars().all(is_plain) {
            return line.into_owned();
        }
        format!("'{}'", line.replace('\'', "'\\''"))
    };
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

/// `2000 lines in 1 file`
pub(super) fn size(size: Size) -> String {
    let (lines, files) = (text::plural("line", size.lines), text::plural("file", size.files));
    format!("{} {lines} in {} {files}", size.lines, size.files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_that_a_shell_takes() {
        let all = ["vittec", "--a=b", "my file", "", "it's", "a\nb", "$x"];
        assert_eq!(words(all.into_iter()), "vittec --a=b 'my file' '' 'it'\\''s' 'a\\nb' '$x'");
    }
}
