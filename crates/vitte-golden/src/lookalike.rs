//! Comments that look like annotations and directives, but are none in the syntax of the suite.

use std::sync::LazyLock;

use regex::Regex;

use crate::annotation::{Mistake, numbered_lines};
use crate::comment::Comments;

/// What begins comments in common languages.
const STARTS: &str = r"(?P<start>//|#|--|;|%|\(\*|/\*|<!--)";

/// `// ~ error`, or `#~ error` in a suite whose comments begin with `//`. Not `; ~Error();`, a destructor, and not
/// `x % ~note;`, where `~` is an operator.
static ANNOTATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let kinds = "fatal|error|warning|warn|note|help|suggestion";
    let sigil = r"[ \t]*(\[[\w, -]+\])?~[ \t]*[\^v|?]*[ \t]*";
    let end = r"(\[[^\]]*\])?(:|[ \t]+[\w`]|[ \t]*($|-->|\*\)|\*/))";
    Regex::new(&format!("(?i)(?P<mark>{STARTS}{sigil}({kinds})){end}")).ok()
});

/// `# @ check-pass`, or a directive behind code.
static DIRECTIVE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = "check-pass|check-fail|compile-fail|flags|compile-flags|revisions|ignore|exit-code|timeout|no-fix|normalize";
    Regex::new(&format!(r"{STARTS}[ \t]*@[ \t]*(\[[\w, -]+\])?[ \t]*({names})[ \t]*(:|$)")).ok()
});

/// Returns the comments that look like marks, but are none.
pub(crate) fn find(text: &str, comments: &Comments) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (_, begin, line) in numbered_lines(text) {
        if !line.contains(['~', '@']) {
            continue;
        }
        let marks = comments.announcements(line);
        let directive = comments.directive(line);
        let found = |regex: &LazyLock<Option<Regex>>| {
            let found = regex.as_ref().and_then(|regex| regex.captures(line))?;
            let whole = found.name("mark").or(found.get(0))?;
            let start = found.name("start")?;
            let is_mark =
                marks.iter().chain(&directive).any(|mark| mark.range.contains(&whole.start()));
            // `// let y = x // ~ error`: code that is not compiled.
            let is_disabled = line.get(..whole.start()).is_some_and(|code| comments.begin_in(code));
            (!is_mark && !is_disabled)
                .then(|| (begin + whole.start()..begin + whole.end(), start.as_str().to_owned()))
        };
        let what = [(&ANNOTATION, "an annotation", "~"), (&DIRECTIVE, "a directive", "@")];
        for (regex, what, sigil) in what {
            let Some((range, start)) = found(regex) else { continue };
            let message = format!("this looks like {what}, but is not one");
            let help = match comments.begins_with(&start) {
                false => format!(
                    "comments of this suite begin with {}; see `Suite::comment`",
                    comments.starts()
                ),
                true if sigil == "@" && !line.trim_start().starts_with(&start) => {
                    "a directive is on a line of its own".to_owned()
                }
                true => format!("write `{start}{sigil}` without a blank"),
            };
            mistakes.push(Mistake { range, message, help: Some(help) });
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comment::Comment;

    fn helps(text: &str, start: &str) -> Vec<String> {
        let mut comments = Comments::default();
        comments.add(Comment { start: start.to_owned(), end: None });
        let found = find(text, &comments);
        found.into_iter().filter_map(|mistake| mistake.help).collect()
    }

    #[test]
    fn marks_in_another_syntax_are_found() {
        let other = "comments of this suite begin with `//`; see `Suite::comment`";
        assert_eq!(helps("x #~ error: a\ny --[a]~^ NOTE\n; @ check-pass\n", "//"), [other; 3]);
        let other = "comments of this suite begin with `#`; see `Suite::comment`";
        assert_eq!(helps("x //~^ warn\n//@ flags: x\n", "#"), [other; 2]);
        assert_eq!(helps("x // ~ error\n", "//"), ["write `//~` without a blank"]);
        assert_eq!(helps("// @ check-pass\n", "//"), ["write `//@` without a blank"]);
        assert_eq!(helps("x //@ timeout: 3\n", "//"), ["a directive is on a line of its own"]);
    }

    #[test]
    fn marks_end_in_several_ways() {
        for end in ["", ":", ": x", "[E0001]: x", "[E0001]", " unresolved", " `x`", " -->", "*/"] {
            assert_eq!(helps(&format!("x #~ error{end}\r\n"), "//").len(), 1, "{end}");
        }
    }

    #[test]
    fn other_text_is_not_a_mark() {
        assert_eq!(helps("// let y = x // ~ error\n", "//"), [""; 0]);
        let text = "x //~ error: #~ error\n//@ flags: # @ ignore: x\na ~ b # ~x\n\
                    A(); ~Error();\nx = 5 % ~note;\ny % ~error + 1\nz--~help)\nmail@home // @author: x\n\
                    //@ unknown-directive\n/// see //@ and //~\n#[~error]\n";
        assert_eq!(helps(text, "//"), [""; 0]);
    }
}
