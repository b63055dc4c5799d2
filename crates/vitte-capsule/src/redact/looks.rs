//! Decides whether a value looks like a secret: from its characters, not from its name.
//!
//! A generated key changes often between small letters, capitals and digits. A word, an identifier, a version, a path
//! and a hash in hexadecimal do not, and a compiler has many of those under names such as `token` and `key`.

use super::scan::{is_hex_digit, skip_while};

/// Minimum length of a value with random characters, in bytes.
const MIN_RANDOM_BYTES: usize = 8;
/// Minimum changes between letters and digits in a random value. `Utf8Error2` has three with its end, `utf8` one.
const MIN_DIGIT_CHANGES: usize = 3;
/// Minimum length of random letters without digits, in bytes.
const MIN_LETTERS_BYTES: usize = 16;
/// Length of a secret key of AWS, in bytes.
const AWS_KEY_BYTES: usize = 40;
/// Maximum number of `=` at the end of Base64.
const MAX_PADDING_BYTES: usize = 2;
/// Minimum length of a hexadecimal key, in bytes: 128 bits.
const MIN_HEX_BYTES: usize = 32;
/// Minimum length of a word with digits that is a password, in bytes: `hunter2`. Shorter ones are names of versions.
const MIN_PASSWORD_BYTES: usize = 7;

/// Returns true if a value looks generated or like a password with several digits: `Zq7071Wx9`, `hunter2hunter2`,
/// `wJalrXUtnFEMI`. Identifiers, numbers, versions, paths, UUIDs and hashes do not.
pub(super) fn is_random(value: &[u8]) -> bool {
    let padding = value.iter().rev().take_while(|byte| **byte == b'=').count();
    let value = value.get(..value.len() - padding).unwrap_or_default();
    let is_allowed = |byte: &u8| is_random_byte(*byte);
    if value.len() < MIN_RANDOM_BYTES || !value.iter().all(is_allowed) || is_harmless(value) {
        return false;
    }
    let has_symbol = value.iter().any(|byte| b"!@#$%^&?~".contains(byte));
    let has_digit = value.iter().any(u8::is_ascii_digit);
    let has_letter = value.iter().any(u8::is_ascii_alphabetic);
    let longest = longest_part(value);
    let words = Words::of(value);
    let is_plain = !value.iter().any(|byte| byte.is_ascii_uppercase()) && longest == value.len();
    let is_mixed = words.digit_changes >= MIN_DIGIT_CHANGES
        && has_mixed_part(value)
        && (is_plain || words.are_short());
    let has_both_cases =
        value.iter().any(u8::is_ascii_lowercase) && value.iter().any(u8::is_ascii_uppercase);
    let is_jumbled =
        has_both_cases && value.len() >= MIN_LETTERS_BYTES && words.count >= 4 && words.are_short();
    let is_password = has_symbol && has_digit && has_letter && longest >= 5;
    // The form of a secret key of AWS, which may have words in it.
    let is_base64 = value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte));
    let is_aws_key = value.len() == AWS_KEY_BYTES && has_both_cases && has_digit && is_base64;
    is_mixed || is_jumbled || is_password || is_aws_key
}

/// The bytes of generated values, except the `=` at the end of Base64.
const fn is_random_byte(byte: u8) -> bool {
    let is_symbol = matches!(
        byte,
        b'+' | b'/'
            | b'_'
            | b'-'
            | b'.'
            | b'~'
            | b'!'
            | b'@'
            | b'#'
            | b'$'
            | b'%'
            | b'^'
            | b'&'
            | b'?'
    );
    byte.is_ascii_alphanumeric() || is_symbol || byte >= 0x80
}

/// Returns the end of the bytes from `at` on that a generated value can have.
pub(super) fn end_of_random(bytes: &[u8], at: usize) -> usize {
    let end = skip_while(bytes, at, is_random_byte);
    let padded = skip_while(bytes, end, |byte| byte == b'=');
    if padded - end <= MAX_PADDING_BYTES { padded } else { end }
}

/// Returns true for a key of at least 128 bits in hexadecimal.
pub(super) fn is_hex_key(value: &[u8]) -> bool {
    value.len() >= MIN_HEX_BYTES
        && value.iter().all(|byte| is_hex_digit(*byte))
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
}

/// Returns true for a word with letters and digits that is not a word of compilers: `hunter2`. It is for values of
/// which little is lost if they are removed.
pub(super) fn is_password(value: &[u8]) -> bool {
    let is_separator = |byte: &u8| !byte.is_ascii_alphanumeric();
    !value.iter().any(u8::is_ascii_whitespace)
        && !is_harmless(value)
        && (is_random(value)
            || value.split(is_separator).any(|part| {
                let letters = part.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                let word = part.get(..letters).unwrap_or_default();
                part.len() >= MIN_PASSWORD_BYTES
                    && letters > 0
                    && letters < part.len()
                    && !is_hex(part)
                    && !is_technical(word)
            }))
}

/// Returns true if a value is, by its form, a path, a number, a version, a UUID, a hash or a mangled name.
fn is_harmless(value: &[u8]) -> bool {
    const PREFIXES: [&[u8]; 11] =
        [b"/", b"./", b"../", b"~", b"_ZN", b"_R", b"__", b"?", b"$", b"0x", b"0X"];
    let is_path = PREFIXES.iter().any(|prefix| value.starts_with(prefix))
        || value.windows(2).any(|two| two == b"//")
        || value.get(1..3) == Some(b":\\")
        || has_extension(value);
    // A text in the query of a URL.
    let is_text = value.windows(3).any(|three| three == b"%20");
    let is_number = !value.iter().any(u8::is_ascii_alphabetic) || is_hex(value);
    is_path || is_number || is_text
}

/// Returns true for hexadecimal digits, also with dashes, as in a UUID, and for decimal ones.
pub(super) fn is_hex(value: &[u8]) -> bool {
    value.iter().all(|byte| is_hex_digit(*byte) || *byte == b'-')
}

/// Returns true if a value ends with the extension of a file: `target/x86_64/a1b2.rs`.
fn has_extension(value: &[u8]) -> bool {
    let mut parts = value.rsplit(|byte| *byte == b'.');
    let (Some(extension), Some(stem)) = (parts.next(), parts.next()) else { return false };
    (1..=5).contains(&extension.len())
        && !stem.is_empty()
        && extension.iter().all(u8::is_ascii_lowercase)
}

/// The words of a value, as in `camelCase2` and `snake_case`: runs of letters, which may begin with a capital.
struct Words {
    count: usize,
    letters: usize,
    /// The changes between letters and digits.
    digit_changes: usize,
}

impl Words {
    fn of(value: &[u8]) -> Self {
        let mut words = Self { count: 0, letters: 0, digit_changes: 0 };
        let mut previous = b' ';
        for &byte in value {
            let is_letter = byte.is_ascii_alphabetic();
            let was_letter = previous.is_ascii_alphabetic();
            let is_start =
                !was_letter || (previous.is_ascii_lowercase() && byte.is_ascii_uppercase());
            words.letters += usize::from(is_letter);
            words.count += usize::from(is_letter && is_start);
            let is_change =
                (is_letter && previous.is_ascii_digit()) || (was_letter && byte.is_ascii_digit());
            words.digit_changes += usize::from(is_change);
            previous = byte;
        }
        words
    }

    /// Returns true if the words have at most three letters on average. Those of identifiers have more.
    const fn are_short(&self) -> bool {
        self.letters <= 3 * self.count
    }
}

/// Returns true if a run of letters and digits is mixed by itself: `D3D11_STENCIL_OP` has only a short one.
fn has_mixed_part(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| !byte.is_ascii_alphanumeric());
    parts.any(|part| part.len() >= MIN_RANDOM_BYTES - 1 && Words::of(part).digit_changes >= 2)
}

/// Returns the length of the longest run of letters and digits.
fn longest_part(value: &[u8]) -> usize {
    let parts = value.split(|byte| !byte.is_ascii_alphanumeric());
    parts.map(<[u8]>::len).max().unwrap_or_default()
}

/// Words before the digits of targets, hashes, encodings and editions.
const TECHNICAL_WORDS: [&str; 26] = [
    "aarch", "arm", "armv", "base", "blake", "color", "cortex", "edition", "gfx", "haswell", "iso",
    "latin", "level", "mips", "powerpc", "release", "riscv", "rust", "sha", "skylake", "stage",
    "thumbv", "utf", "wasm", "windows", "znver",
];

fn is_technical(word: &[u8]) -> bool {
    TECHNICAL_WORDS.iter().any(|technical| word.eq_ignore_ascii_case(technical.as_bytes()))
}

/// Returns true for a value that occurs in most texts, which would be unreadable if each occurrence was removed: a number,
/// a path, or a common word.
pub(super) fn is_common(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_number = !value.bytes().any(|byte| byte.is_ascii_alphabetic()) && value.len() < 8;
    let is_path = value.starts_with(['/', '.', '~', ':']) || value.get(1..3) == Some(":\\");
    let is_one_byte = value.bytes().all(|byte| value.as_bytes().first() == Some(&byte));
    is_number
        || is_path
        || is_one_byte
        || COMMON_WORDS.split_ascii_whitespace().any(|word| word == lower)
}

/// Common words of at least six letters, in programs and in messages of compilers.
const COMMON_WORDS: &str = "\
    absent accept access account action active address admin administrator allowed always amount analysis anonymous \
    answer anything application argument arguments assert assign attribute author backend balance binary boolean \
    borrow branch broken bucket buffer builder button cached caller cannot capture castle change changed changeme \
    channel character checked checking client closed closure collect column command comment commit common compare \
    compile compiler complete config configuration connect connection constant constructor container content context \
    continue control convert cookie counter create credential credentials current custom database debug declare \
    default define delete delimiter depend deploy derive design detail develop development device disable disabled \
    display document dollar domain double driver dropped duplicate during dynamic editor element enable enabled \
    encode engine entity environment equals errors escape example except exclude execute expand expect expected \
    export expression extend extern external failed failure feature figure filter finally finish folder follow \
    footer format forward foundation frontend function future gateway general generate generic global handle handler \
    hardware header height hidden identifier ignore implement import include index information inherit initial \
    inline insert inside install instance integer interface internal invalid invoke issues keyboard keyword language \
    latest layout length letter library license linker listen literal loading locale locate location logger machine \
    macros manager manifest matched matching maximum member memory message method middle minimum missing modify \
    module monitor mutable native network normal nothing notice number object observe offset onlyme option optional \
    options origin output override package parameter parent parser parsing passwd password pattern payload pending \
    please pointer policy prefix present preview previous primary private process product production profile program \
    project property protect provider public python quarter random reader record redacted reduce reference regex \
    register release remote remove rename render replace report request require required reserve reset resolve \
    resource response result return returned review rollback router runner runtime sample schema screen script \
    search second secret secrets section secure select semicolon sender server service session setting settings \
    shared signal simple simplify single snapshot socket source stable staging standard started static status \
    storage stream string struct structure submit success suffix summary supply support switch symbol syntax system \
    target temporary testing thread timeout tokens toplevel traits transfer transform trusted tuples typeck \
    type-checking ubuntu undefined unique universe unknown update upload useful username values variable vector \
    version visible volume warning window without worker working writer written";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_values_look_random() {
        for value in [
            "Zq7071Wx9",
            "hunter2hunter2",
            "S3cr3tV4lue",
            "Tr0ub4dor&3",
            "xyz123uvw456",
            "wJalrXUtnFEMI2K7MDENG4bPxRfiCY",
            "k3yB4se64+/aa9==",
            "p@ssw0rd1",
            "x9f-Zk2pQ7rT",
        ] {
            assert!(is_random(value.as_bytes()), "{value}");
        }
        for value in [
            "",
            "identifier",
            "identifier12",
            "snake_case_name_2",
            "camelCaseIdentifierWithManyWords",
            "SCREAMING_SNAKE_CASE_4",
            "x86_64-unknown-linux-gnu",
            "thumbv7em-none-eabihf",
            "0x7fff5fbff8a0",
            "1234567890",
            "1.2.3-beta.4",
            "2026-11-29T20:26:01Z",
            "550e8400-e29b-41d4-a716-446655440000",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "_ZN4core3fmt9Formatter9write_str17h05af221e174051e9E",
            "_RNvCs1234_7mycrate3foo",
            "src/token2/a1b2c3.rs",
            "./target/debug/a1b2c3d4",
            "type-checking",
            "u8",
            "core::fmt::Formatter",
            "two words",
            "sha256sum",
            "EapHostPeerAuthParams",
            "X509HardwareKeyUsageFlags",
            "D3D10_SB_RESOURCE_RETURN_TYPE",
            "D3D11_STENCIL_OP",
            "RegRestoreLogFile",
            "value%20with%20%27quotes%27",
        ] {
            assert!(!is_random(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn passwords_have_letters_and_digits() {
        for value in ["hunter2", "hunter2hunter2", "deploy-hunter22", "S3cr3tV4lue"] {
            assert!(is_password(value.as_bytes()), "{value}");
        }
        for value in [
            "1",
            "debug",
            "x86_64-unknown-linux-gnu",
            "thumbv7em-none-eabihf",
            "riscv64gc",
            "v1.2.3",
            "2024-05-01",
            "edition2021",
            "release2",
            "/opt/x/abc1234",
            "foo=bar",
            "64M",
            "a b1c2d3e4",
        ] {
            assert!(!is_password(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn common_values_are_not_searched_for() {
        for value in
            ["password", "Default", "function", "aaaaaa", "123456", "/usr/bin", "~/x", "***"]
        {
            assert!(is_common(value), "{value}");
        }
        for value in ["swordfish", "hunter2", "12345678", "x-y-z1"] {
            assert!(!is_common(value), "{value}");
        }
    }
}
