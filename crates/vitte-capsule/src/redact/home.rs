//! Replaces home directories by `~`, and the name of the user in other paths by `$USER`.
//!
//! ```text
//! /home/ada/vitte/a.rs         ~/vitte/a.rs
//! C:\Users\Ada Byron\x.rs      ~\x.rs
//! /data/ada/x.rs               /data/$USER/x.rs        if `ada` is the known user
//! /srv/people/ada/x.rs         ~/x.rs                  if this is the known home directory
//! ```

use std::ops::Range;

use super::scan::{byte, slice, starts_with_at};
use super::work;

/// The parents of home directories.
const PARENTS: [&[u8]; 7] = [
    b"/home/",
    b"/Users/",
    b"\\Users\\",
    b"\\\\Users\\\\",
    b"/var/home/",
    b"/usr/home/",
    b"/export/home/",
];
/// Names of users that are also names of directories or roles, and do not identify a person.
const COMMON_USERS: [&str; 29] = [
    "admin", "bin", "build", "builder", "ci", "code", "compiler", "data", "debian", "dev",
    "docker", "guest", "home", "jenkins", "lib", "local", "main", "root", "runner", "src",
    "target", "test", "tests", "tmp", "ubuntu", "user", "users", "vagrant", "work",
];
/// Minimum length of a user's name that is searched for, in bytes. A shorter one could be any directory.
const MIN_USER_BYTES: usize = 2;
/// Maximum length of a user's name below a parent of home directories, in bytes.
const MAX_USER_BYTES: usize = 255;

/// The home directory and the name of the user whose crash is reported, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownUser {
    /// Absolute, without a separator at its end.
    home: Option<String>,
    name: Option<String>,
}

/// What a range is replaced by in text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Personal {
    /// `~`
    Home,
    /// `$USER`
    User,
}

impl Personal {
    const fn replacement(self) -> &'static str {
        match self {
            Self::Home => "~",
            Self::User => "$USER",
        }
    }
}

impl KnownUser {
    /// Sets the home directory, unless it is not absolute or the root.
    pub(super) fn set_home(&mut self, home: &str) {
        let home = home.trim_end_matches(['/', '\\']);
        let is_absolute = home.starts_with('/') || home.get(1..3) == Some(":\\");
        // `/home` itself, or `/`, is not the directory of one user.
        let is_own = home.len() > 4 && !matches!(home, "/home" | "/Users");
        self.home = (is_absolute && is_own).then(|| home.to_owned());
        let name = home.rsplit(['/', '\\']).next().unwrap_or_default();
        if self.name.is_none() && self.home.is_some() {
            self.set_name(name);
        }
    }

    /// Sets the name, unless it is that of a role, such as `root`.
    pub(super) fn set_name(&mut self, name: &str) {
        let is_name = name.len() >= MIN_USER_BYTES
            && !name.contains(['/', '\\'])
            && !COMMON_USERS.contains(&name.to_ascii_lowercase().as_str());
        if is_name {
            self.name = Some(name.to_owned());
        }
    }

    /// Returns text without home directories and the name, or `None` if it has none.
    pub(super) fn replace(&self, text: &str) -> Option<String> {
        let found = self.find(text.as_bytes());
        if found.is_empty() {
            return None;
        }
        let mut out = String::with_capacity(text.len());
        let mut end = 0;
        for (range, personal) in found {
            out.push_str(text.get(end..range.start).unwrap_or_default());
            out.push_str(personal.replacement());
            end = range.end;
        }
        out.push_str(text.get(end..).unwrap_or_default());
        Some(out)
    }

    /// Returns the names of users below `/home` and in the known home directory, which can be replaced without changing
    /// the length of a source.
    pub(super) fn names_in_homes(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let homes =
            self.find(bytes).into_iter().filter(|(_, personal)| *personal == Personal::Home);
        let name = |range: Range<usize>| {
            let is_separator = |byte: &u8| matches!(*byte, b'/' | b'\\');
            let len =
                slice(bytes, range.clone()).rsplit(is_separator).next().map_or(0, <[u8]>::len);
            range.end - len..range.end
        };
        homes.map(|(range, _)| name(range)).collect()
    }

    /// Returns home directories, and the name of the user as a whole component of a path.
    fn find(&self, bytes: &[u8]) -> Vec<(Range<usize>, Personal)> {
        let mut found = Vec::new();
        let mut at = 0;
        work::add(bytes.len());
        while let Some(first) = bytes.get(at) {
            let here = match first {
                b'/' | b'\\' => self.home_at(bytes, at).or_else(|| self.user_after(bytes, at)),
                b'A'..=b'Z' | b'a'..=b'z' => self.windows_home_at(bytes, at),
                _ => None,
            };
            match here {
                Some((range, personal)) => {
                    at = range.end.max(at + 1);
                    found.push((range, personal));
                }
                None => at += 1,
            }
        }
        found
    }

    /// Returns the home directory that begins with the separator at `at`.
    fn home_at(&self, bytes: &[u8], at: usize) -> Option<(Range<usize>, Personal)> {
        if !is_root(bytes, at) {
            return None;
        }
        if let Some(home) = &self.home {
            let end = at + home.len();
            if starts_with_at(bytes, at, home.as_bytes()) && is_component_end(bytes, end) {
                return Some((at..end, Personal::Home));
            }
        }
        let parent = PARENTS.iter().find(|parent| starts_with_at(bytes, at, parent))?;
        let name = at + parent.len();
        let end = name + name_len(bytes, name, parent.first() == Some(&b'\\'));
        (end > name).then_some((at..end, Personal::Home))
    }

    /// Returns the known home directory with a drive, which begins at the letter at `at`.
    fn windows_home_at(&self, bytes: &[u8], at: usize) -> Option<(Range<usize>, Personal)> {
        let is_drive = byte(bytes, at + 1) == Some(b':')
            && matches!(byte(bytes, at + 2), Some(b'\\' | b'/'))
            && is_root(bytes, at);
        if !is_drive {
            return None;
        }
        if let Some(home) = &self.home {
            let end = at + home.len();
            let is_home = slice(bytes, at..end).eq_ignore_ascii_case(home.as_bytes());
            if is_home && is_component_end(bytes, end) {
                return Some((at..end, Personal::Home));
            }
        }
        let (range, personal) = self.home_at(bytes, at + 2)?;
        Some((at..range.end, personal))
    }

    /// Returns the name of the user as a whole component after the separator at `at`.
    fn user_after(&self, bytes: &[u8], at: usize) -> Option<(Range<usize>, Personal)> {
        let name = self.name.as_ref()?;
        let (start, end) = (at + 1, at + 1 + name.len());
        let is_component =
            starts_with_at(bytes, start, name.as_bytes()) && is_component_end(bytes, end);
        is_component.then_some((start..end, Personal::User))
    }
}

/// Returns true if a path can begin at `at`: `src/home/page.rs` has no home directory. `/mnt/c/Users` has.
fn is_root(bytes: &[u8], at: usize) -> bool {
    let before = |count: usize| at.checked_sub(count).and_then(|index| byte(bytes, index));
    let Some(previous) = before(1) else { return true };
    let is_drive = before(2) == Some(b'/') && previous.is_ascii_alphabetic();
    let is_escape = before(2) == Some(b'\\') && matches!(previous, b'n' | b't' | b'r');
    let is_option = before(2) == Some(b'-') && matches!(previous, b'I' | b'L' | b'B' | b'F');
    let is_word = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~') || byte >= 0x80
    };
    is_drive || is_escape || is_option || !is_word(previous)
}

/// Returns true if a component of a path ends at `end`.
fn is_component_end(bytes: &[u8], end: usize) -> bool {
    let is_name =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80;
    match byte(bytes, end) {
        // The full stop of a sentence, but not an extension.
        Some(b'.') => !byte(bytes, end + 1).is_some_and(is_name),
        next => !next.is_some_and(is_name),
    }
}

/// Returns the length of the user's name that begins at `start`. User names on Windows may contain blanks.
fn name_len(bytes: &[u8], start: usize, is_windows: bool) -> usize {
    let limit = start.saturating_add(MAX_USER_BYTES).min(bytes.len());
    let is_end = |byte: &u8| match byte {
        b'/' | b'\\' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'|' | b'*' | b'$'
        | b'{' | b'[' => true,
        b' ' | b'\t' | b':' | b',' | b';' | b'(' | b')' | b']' | b'}' | b'&' | b'?' | b'#'
        | b'=' => !is_windows,
        _ => false,
    };
    let name = slice(bytes, start..limit);
    // The limit is not inside of a character.
    let is_cut = |at: usize| byte(bytes, start + at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let full = (0..=name.len()).rev().find(|at| !is_cut(*at)).unwrap_or_default();
    let name = slice(name, 0..full);
    let len = name.iter().position(is_end).unwrap_or(name.len());
    work::add(len + 1);
    // A name on Windows ends at a separator, or it may be the rest of a sentence.
    let is_closed = matches!(byte(bytes, start + len), Some(b'\\' | b'/' | b'"' | b'\'' | b'`'));
    let name = slice(name, 0..len);
    let len = match name.iter().position(|byte| matches!(*byte, b' ' | b':' | b',' | b';' | b')')) {
        Some(blank) if is_windows && !is_closed => blank,
        _ => len,
    };
    let name = slice(name, 0..len);
    if name.first() == Some(&b'~') {
        return 0;
    }
    len - name.iter().rev().take_while(|byte| matches!(**byte, b'.' | b' ')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> KnownUser {
        let mut user = KnownUser::default();
        user.set_home("/srv/people/ada/");
        user
    }

    #[test]
    fn home_directories_are_replaced() {
        for (text, expected) in [
            ("/home/ada/vitte/a.rs:3", "~/vitte/a.rs:3"),
            ("cannot read \"/home/ada\"", "cannot read \"~\""),
            ("file:///Users/ada/x and /Users/bob/y", "file://~/x and ~/y"),
            (r"C:\Users\Ada Byron\x.rs", r"~\x.rs"),
            (r#""C:\\Users\\ada\\x.rs""#, r#""~\\x.rs""#),
            ("C:/Users/ada/x", "~/x"),
            ("/mnt/c/Users/ada/x", "/mnt/c~/x"),
            ("src/home/page.rs", "src/home/page.rs"),
            ("in /home/", "in /home/"),
            ("/home//x", "/home//x"),
            ("-I/home/ada/include", "-I~/include"),
            ("in /home/ada.", "in ~."),
            ("/srv/people/ada/x", "~/x"),
            ("/srv/people/adam/x", "/srv/people/adam/x"),
            ("/data/ada/x", "/data/$USER/x"),
            ("ada/x, /data/adam and canada/x", "ada/x, /data/adam and canada/x"),
            ("/tmp/ada.rs", "/tmp/ada.rs"),
        ] {
            let replaced = ada().replace(text);
            assert_eq!(replaced.as_deref().unwrap_or(text), expected, "{text}");
            assert_eq!(ada().replace(expected), None, "{text}");
        }
    }

    #[test]
    fn roles_are_not_users() {
        let mut user = KnownUser::default();
        user.set_name("root");
        user.set_home("/");
        assert_eq!(user.replace("/opt/root/x"), None);
        user.set_home("/root");
        assert_eq!(user.replace("/root/x /opt/root/x").as_deref(), Some("~/x /opt/root/x"));
    }

    #[test]
    fn only_the_name_is_replaced_in_sources() {
        let text = "open(\"/home/ada/x\", \"/srv/people/ada\", \"/data/ada\")";
        let found = ada().names_in_homes(text.as_bytes());
        assert_eq!(
            found.into_iter().map(|range| text.get(range).unwrap()).collect::<Vec<_>>(),
            ["ada", "ada"]
        );
    }
}
