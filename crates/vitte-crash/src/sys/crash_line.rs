//! The lines that the signal handler itself writes to standard error, without heap memory.

use vitte_capsule::Redactor;

use super::arrival::Arrival;
use super::line::LineBuffer;
use super::signals::signal_name;
use super::slots;
#[cfg(not(target_os = "linux"))]
use super::thread::thread_id;

/// Writes one line before the crash is reported. It is the first thing that the handler does, because the system may
/// end the process at any call that a sandbox does not permit. Only `poll` is called before, because a write to a pipe
/// whose reader is stopped would never end.
///
/// ```text
/// received SIGSEGV at address 0x0 while typeck
/// ```
pub(super) fn write_first(arrival: &Arrival) {
    let mut line = LineBuffer::new();
    line.push(b"received ");
    push_signal(&mut line, arrival);
    push_context(&mut line);
    line.push(b"\n");
    line.write();
}

/// Writes one line instead of a report: the signal, its address, the thread and its innermost context, and `end`.
///
/// ```text
/// fatal[F0002]: SIGSEGV at address 0x0 in thread `main` while typeck; no report: …
/// ```
pub(super) fn write_instead_of_report(arrival: &Arrival, end: &[u8]) {
    let mut line = LineBuffer::new();
    let is_abort = arrival.signal == libc::SIGABRT;
    line.push(if is_abort { b"fatal[F0005]: " } else { b"fatal[F0002]: " });
    push_signal(&mut line, arrival);
    line.push(b" in thread `");
    // The name is padded with zeros.
    line.push_escaped(thread_name().split(|byte| *byte == 0).next().unwrap_or_default());
    line.push(b"`");
    push_context(&mut line);
    line.push(end);
    line.push(b"\n");
    line.write();
}

fn push_signal(line: &mut LineBuffer, arrival: &Arrival) {
    let number = u64::from(arrival.signal.unsigned_abs());
    line.push(signal_name(number).unwrap_or("a signal").as_bytes());
    let has_address =
        matches!(arrival.signal, libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE);
    if has_address && !arrival.is_sent() {
        line.push(b" at address 0x");
        line.push_number(arrival.address() as u64, 16);
    }
}

fn push_context(line: &mut LineBuffer) {
    slots::with_innermost_name(|name| {
        if is_plain(name) {
            line.push(b" while ");
            line.push(name);
        }
    });
}

/// Returns whether a name consists of short words of small letters, such as `type-checking`, and has no token such as
/// `sk_live_…`. Only such a name is written: a signal handler cannot search for secrets as the report does, and the rules
/// of the report find none in it.
fn is_plain(name: &[u8]) -> bool {
    const MAX_BYTES: usize = 48;
    const MAX_WORD_BYTES: usize = 16;
    let is_word = |word: &[u8]| {
        (1..=MAX_WORD_BYTES).contains(&word.len()) && word.iter().all(u8::is_ascii_lowercase)
    };
    name.len() <= MAX_BYTES
        && name.split(|byte| matches!(byte, b' ' | b'-' | b'_')).all(is_word)
        && !Redactor::has_token(name)
}

/// Returns the name that the system has for this thread, or its number.
fn thread_name() -> [u8; 16] {
    let mut name = [0; 16];
    #[cfg(target_os = "linux")]
    // SAFETY: it writes at most 16 bytes.
    unsafe {
        libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr());
    }
    #[cfg(not(target_os = "linux"))]
    {
        let mut line = LineBuffer::new();
        line.push_number(u64::from(thread_id()), 10);
        name.iter_mut().zip(line.bytes()).for_each(|(to, from)| *to = *from);
    }
    name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_names_of_plain_words_are_written() {
        for name in ["folding", "type-checking", "checking this item", "parse_expression"] {
            assert!(is_plain(name.as_bytes()), "{name}");
        }
        let secrets = [
            "token=hunter",
            "password: hunter",
            "ghp_abcdefghijklmnopqrstuvwxyzabcdefghij",
            "AKIAIOSFODNN7EXAMPLE",
            "sk_live_abcdefghijklmnopqrstuvwx",
            "sk_live_abcdefghij",
            "found xoxb-abcdefgh-abcdefgh",
            "glpat-abcdefghijklmnop",
            "--password hunter",
            "me@example.org",
            "/home/me/secret",
            "https://me:hunter@example.org",
            "evil\u{1b}[2J",
            "typeck 7",
            "",
            "é",
        ];
        for name in secrets {
            assert!(!is_plain(name.as_bytes()), "{name}");
        }
    }

    /// Words before secrets, and the beginnings of tokens.
    const WORDS: &str = "bearer password token basic secret key authorization cookie sk live test proj ant ghp github \
                         pat glpat xoxb xapp hf npm api org whsec pul tskey xkeysib figd pscale pw";

    fn word() -> impl Strategy<Value = String> {
        let known: Vec<_> = WORDS.split(' ').map(str::to_owned).collect();
        prop_oneof!["[a-z]{1,16}", prop::sample::select(known)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        /// The report masks nothing that this line shows.
        #[test]
        fn a_plain_name_is_not_masked_in_a_report(
            first in word(),
            rest in prop::collection::vec(("[ _-]", word()), 0..4),
        ) {
            let mut name = first;
            rest.into_iter().for_each(|(separator, word)| name += &(separator + &word));
            if is_plain(name.as_bytes()) {
                prop_assert_eq!(&*Redactor::default().text(&name), &*name);
            }
        }
    }
}
