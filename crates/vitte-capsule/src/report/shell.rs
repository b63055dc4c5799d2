//! Command lines, quoted for a shell.

use std::ffi::OsStr;
use std::fmt::Write as _;

use vitte_diag::text;

/// Returns a command line on one line, quoted for a shell. What is shown is unambiguous, and safe for a terminal: a
/// shell that reads it runs exactly these arguments.
///
/// An argument that could be taken for another one, because it is not [distinct](text::is_distinct) or not UTF-8, is
/// written as `$'…'` in ASCII, with an octal escape for each other byte. POSIX.1-2024 (XCU, 2.2.4) defines this form;
/// bash, ksh, zsh and busybox have it.
///
/// ```
/// use vitte_capsule::shell_command;
///
/// assert_eq!(shell_command(&["cc", "-o", "my file", ""]), "cc -o 'my file' ''");
/// assert_eq!(shell_command(&["cc", "a\nb", "a\\nb"]), r"cc $'a\nb' 'a\nb'");
/// ```
pub fn shell_command(arguments: &[impl AsRef<OsStr>]) -> String {
    let quoted = arguments.iter().enumerate().map(|(index, argument)| {
        // An encoding that is a superset of UTF-8; on Unix, the bytes themselves.
        let bytes = argument.as_ref().as_encoded_bytes();
        match std::str::from_utf8(bytes) {
            Ok(text) if is_plain(text, index == 0) => text.to_owned(),
            Ok(text) if text::is_distinct(text) => format!("'{}'", text.replace('\'', "'\\''")),
            _ => escaped(bytes),
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Returns whether an argument means the same to a shell without quotes. A program that contains `=` would be an
/// assignment.
fn is_plain(text: &str, is_program: bool) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "%+,-./:@_".contains(c);
    // `=cc` is expanded by zsh.
    let is_allowed = |c: char| is_plain(c) || (c == '=' && !is_program);
    !text.is_empty() && !text.starts_with('=') && text.chars().all(is_allowed)
}

/// Returns `$'…'`, in which everything but printable ASCII is escaped.
fn escaped(bytes: &[u8]) -> String {
    let mut out = "$'".to_owned();
    for byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' | b'\'' => out.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => out.push(char::from(*byte)),
            // Exactly three digits, so that the next character cannot be taken for another one. Writing to memory cannot
            // fail.
            _ => _ = write!(out, "\\{byte:03o}"),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_quoted_for_a_shell() {
        for (argument, expected) in [
            ("--a=b", "--a=b"),
            ("", "''"),
            ("a b.vitte", "'a b.vitte'"),
            ("it's", r"'it'\''s'"),
            ("$(x)", "'$(x)'"),
            ("~", "'~'"),
            ("=ls", "'=ls'"),
            ("a\\nb", r"'a\nb'"),
            ("a\nb", r"$'a\nb'"),
            ("it's\t\\", r"$'it\'s\t\\'"),
            ("\u{1b}[2J7", r"$'\033[2J7'"),
            ("a\u{202e}1", r"$'a\342\200\2561'"),
            ("a\u{a0}b", r"$'a\302\240b'"),
            ("\u{200b}", r"$'\342\200\213'"),
            ("é漢", "'é漢'"),
            // Each looks like another argument, or like nothing.
            ("e\u{301}", r"$'e\314\201'"),
            ("\u{3164}", r"$'\343\205\244'"),
            ("a\u{2800}\n", r"$'a\342\240\200\n'"),
            ("p\u{430}ss", r"$'p\320\260ss'"),
            ("x’ ’y", r"$'x\342\200\231 \342\200\231y'"),
            ("\u{5d0}", r"$'\327\220'"),
        ] {
            assert_eq!(shell_command(&["x", argument]), format!("x {expected}"), "{argument:?}");
        }
        assert_eq!(shell_command(&["A=b", "c"]), "'A=b' c");
        assert_eq!(shell_command(&[""; 0]), "");
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_runs_exactly_the_arguments() {
        use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
        use std::process::Command;
        // The shells of some systems do not have `$'…'` yet.
        let Ok(probe) = Command::new("bash").args(["-c", "printf %s $'\\101'"]).output() else {
            return;
        };
        assert_eq!(probe.stdout, b"A");
        let all: Vec<u8> = (1..=255).collect();
        let arguments: Vec<std::ffi::OsString> = [
            &all[..],
            b"a\nb",
            b"\\n",
            b"\xff7",
            b"\xe2\x80\xae",
            "\u{85}é\u{2028}'\u{301}".as_bytes(),
            b"-n",
            b"!x",
            b"",
        ]
        .map(|bytes| std::ffi::OsString::from_vec(bytes.to_vec()))
        .to_vec();
        let line = shell_command(&arguments);
        assert!(!line.contains(text::is_unsafe), "{line}");
        let script = format!("printf '%s\\0' {line}");
        let printed = Command::new("bash").args(["-c", &script]).output().unwrap().stdout;
        let read: Vec<&[u8]> =
            printed.strip_suffix(b"\0").unwrap().split(|byte| *byte == 0).collect();
        let expected: Vec<&[u8]> = arguments.iter().map(|argument| argument.as_bytes()).collect();
        assert_eq!(read, expected);
    }
}
