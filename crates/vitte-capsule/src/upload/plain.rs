//! Text of a report as other people may see it.

use vitte_diag::text;

use crate::report::CrashReport;

/// `text` on one line and safe to show, without the names of users, at most `most` characters (at
/// least one), with `…` in the place of the rest.
pub(super) fn line(text: &str, most: usize) -> String {
    cut(&text::one_line(&without_users(beginning(text, most))), most)
}

/// The lines of `text`, each as [`line()`] has it, at most `most` characters together; after that, a line
/// says how much is left out.
pub(super) fn lines(text: &str, most: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut left = most;
    let mut taken = 0;
    for own in text.split_inclusive('\n') {
        if left == 0 {
            break;
        }
        let shown = line(own.trim_end_matches(['\r', '\n']), left);
        // A line end counts too, so that many empty lines have an end.
        left = left.saturating_sub(shown.chars().count() + 1);
        taken += own.len();
        out.push(shown);
    }
    if taken < text.len() {
        out.push(format!("... {} bytes are left out ...", text.len() - taken));
    }
    out
}

/// The most characters of all the context, and of a part of it.
const MOST_CONTEXT: usize = 4_000;
const MOST_PART: usize = 100;

/// What the program was doing, the innermost first: lines such as `typeck fn=main at src/main.vitte:12:7`.
pub(super) fn context(report: &CrashReport) -> Vec<String> {
    let part = |text: &str| line(text, MOST_PART);
    let mut left = MOST_CONTEXT;
    let mut out = Vec::new();
    for (index, entry) in report.context.iter().enumerate() {
        if left == 0 {
            out.push(format!("... {} more are left out ...", report.context.len() - index));
            break;
        }
        let mut text = part(&entry.name);
        // The handler keeps three values; what another program wrote may have more.
        for value in entry.values.iter().take(8) {
            text.push_str(&format!(" {}={}", part(&value.key), part(&value.value)));
        }
        let place = entry.place.as_ref().and_then(|place| Some((place, place.file.as_ref()?)));
        if let Some((place, file)) = place {
            text.push_str(&format!(" at {}", part(file)));
            for number in [place.line, place.col].into_iter().flatten() {
                text.push_str(&format!(":{number}"));
            }
        }
        let text = cut(&text, left);
        left = left.saturating_sub(text.chars().count() + 1);
        out.push(text);
    }
    out
}

/// At most `most` characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// What is looked at of a text of which `most` characters are shown: a little more than that, because
/// a user's name may go from it; not all of it, because it may be large.
fn beginning(text: &str, most: usize) -> &str {
    let most = most.saturating_mul(4).saturating_add(1024);
    text.get(..text::floor_char_boundary(text, most)).unwrap_or(text)
}

/// Where a user's own folder begins, and what ends the user's name in it.
const HOMES: [(&str, &[char]); 3] = [
    ("/home/", &['/', '\\', ' ', '\n', '\t', '"', '\'', '`', ':', ',', ';', ')', ']', '>']),
    ("/Users/", &['/', '\\', ' ', '\n', '\t', '"', '\'', '`', ':', ',', ';', ')', ']', '>']),
    // A name on Windows may have blanks.
    ("\\Users\\", &['/', '\\', '\n', '"', '\'', '`']),
];

/// `text` with `~` in the place of users' own folders: `/home/ada/vitte/a.rs` is `~/vitte/a.rs`.
fn without_users(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // `src/home/page.rs` is nobody's folder.
        let is_root = !out.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let home = HOMES.iter().filter(|_| is_root).find_map(|(home, ends)| {
            let behind = rest.strip_prefix(home)?;
            let end = behind.find(*ends).unwrap_or(behind.len());
            // Without a name it is the folder of all users.
            behind.get(end..).filter(|_| end > 0)
        });
        if let Some(behind) = home {
            out.push('~');
            rest = behind;
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

/// JSON in which all that a terminal would obey is escaped; line feeds between values stay. It reads
/// back as the same.
pub(super) fn json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        // These are in strings alone, and below U+10000.
        if c != '\n' && text::is_unsafe(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_no_names() {
        for (text, shown) in [
            ("/home/ada/vitte/a.rs:3", "~/vitte/a.rs:3"),
            ("cannot read \"/home/ada\"", "cannot read \"~\""),
            ("file:///Users/ada/x and /Users/bob/y", "file://~/x and ~/y"),
            (r"C:\Users\Ada Byron\x.rs", r"C:~\x.rs"),
            ("src/home/page.rs", "src/home/page.rs"),
            ("in /home/", "in /home/"),
            ("/home//x", "/home//x"),
        ] {
            assert_eq!(without_users(text), shown);
        }
    }

    #[test]
    fn text_is_cut_and_says_so() {
        assert_eq!(line("日本語", 3), "日本語");
        assert_eq!(line("日本語で", 3), "日本…");
        assert_eq!(line("a\u{1b}[2J\u{202e}", 99), "a␛[2J<U+202E>");
        assert_eq!(lines("a\r\nb\n\nc", 99), ["a", "b", "", "c"]);
        assert_eq!(lines("ab\ncd\nef", 4), ["ab", "…", "... 2 bytes are left out ..."]);
        assert_eq!(lines("", 4), Vec::<String>::new());
        let large = lines(&"\n".repeat(1 << 20), 10);
        assert_eq!((large.len(), &*large[10]), (11, "... 1048566 bytes are left out ..."));
    }

    #[test]
    fn json_reads_back_as_the_same() {
        let value = serde_json::json!({"a": "\u{7f}\u{9b}\u{202e}\u{2028}\n\u{1b}é"});
        let shown = json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(shown.contains("\\u202e") && !shown.contains(|c| c != '\n' && text::is_unsafe(c)));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
