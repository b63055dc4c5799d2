//! Properties of redaction, for any input.

use proptest::prelude::*;

use super::redactor;
use crate::redact::{Redactor, work};

/// A redactor that knows a user and a secret.
fn known() -> Redactor {
    let environment = [("HOME", "/srv/ada"), ("DB_PASSWORD", "swordfish")];
    let environment = environment.map(|(key, value)| (key.to_owned(), value.to_owned()));
    redactor().with_process(environment, &[])
}

/// Texts of the characters and words that have a meaning in the rules.
fn hostile() -> impl Strategy<Value = String> {
    let parts = [
        "password",
        "token",
        "secret",
        "api",
        "key",
        "auth",
        "Cookie",
        "x1",
        "abcdef12",
        "é",
        "=",
        ":",
        "::",
        "=>",
        "==",
        ":=",
        "\"",
        "'",
        "`",
        "\\",
        " ",
        " ",
        "\n",
        ",",
        ";",
        "&",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "#",
        "--",
        "-",
        "://",
        "@",
        "/",
        "?",
        "http",
        "Bearer",
        "Some(",
        "r#\"",
        "\"#",
        "[redacted]",
        "-----BEGIN PRIVATE KEY-----",
        "-----END",
        "\"\"\"",
        ".rs",
        "12",
        "str",
        "&'static ",
        "*",
        "AAAAAAAAAAAAAAAAAAAA",
        "|",
        "eyJhbGciOiJub25lIn0",
        ".",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "sk-",
        "x9Fk2Qz7Lm",
        "ada@example.org",
        "/home/",
        "/home/ada",
        "C:\\Users\\",
        "USER",
        "PWD",
        "Server=db;",
        "swordfish",
        "/ada/",
        "%3D",
        "~",
        "-u ",
        "--user ",
        "ada:",
        "value",
        "name",
        "<password>",
        "</password>",
    ];
    let part = prop::sample::select(parts.to_vec());
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn redaction_of_hostile_text_is_idempotent(text in hostile()) {
        let once = known().text(&text).into_owned();
        prop_assert_eq!(known().text(&once).into_owned(), once);
    }

    #[test]
    fn redaction_of_hostile_sources_is_idempotent(text in hostile(), other in prop::collection::vec(any::<u8>(), 0..8)) {
        let source = [other.as_slice(), text.as_bytes(), other.as_slice()].concat();
        let once = known().source(&source).into_owned();
        prop_assert_eq!(once.len(), source.len());
        for (before, after) in source.iter().zip(&once) {
            prop_assert!(before == after || (*after == b'*' && *before != b'\n'));
        }
        prop_assert_eq!(known().source(&once).into_owned(), once);
    }

    #[test]
    fn redaction_of_any_text_is_idempotent(text in any::<String>()) {
        let once = known().text(&text).into_owned();
        prop_assert_eq!(known().text(&once).into_owned(), once);
    }

    #[test]
    fn assigned_secrets_are_redacted(before in "[a-z ]{0,8}", value in "Q[A-Za-z0-9+/%$]{5,20}", quote in "[\"'`]?") {
        for key in ["password", "API_KEY", "x-auth-token"] {
            for separator in ["=", " = ", "=>"] {
                let text = format!("{before} {key}{separator}{quote}{value}{quote}; end");
                let redacted = known().text(&text);
                prop_assert!(!redacted.contains(&value) && redacted.ends_with("; end"), "{}", redacted);
            }
        }
    }
}

/// The number of bytes that are read is proportional to the length of the text.
#[test]
fn the_work_is_linear_in_the_length() {
    for part in [
        "token:",
        "token: ",
        "password=",
        "password=\"",
        "token=r#\"\n",
        "token=r##\"a\n",
        "token:\\\"",
        "a://",
        "a://b:c",
        "a://b:c@",
        "auth:`",
        "auth:'",
        "password:(",
        "-",
        "-----BEGIN ",
        "\"",
        "'",
        "\\",
        "Bearer ",
        "-----BEGIN PRIVATE KEY-----",
        "--token ",
        "token = ",
        "token: a, ",
        "cookie: ",
        "=",
        ":",
        " ",
        "a",
        "token='",
        "token='\n",
        "token=\"\"\"",
        "token=\"\" ",
        "token: Some(\"",
        "é",
        "[redacted]",
        "x [redacted]@://",
        "token:\\\\\\\"token:\\\"",
        "eyJ",
        "eyJhbGciOiJub25lIn0.",
        "eyJ.",
        "sk-",
        "sk-a-",
        "ghp_",
        "AKIA",
        "SG.",
        "hooks.slack.com/services/",
        "@",
        "a@",
        "a@b.",
        "/home/",
        "/home/a",
        "\\Users\\a ",
        "key=",
        "key:",
        "key: x9Fk2Qz7",
        "token=x1y2",
        ";password=x",
        "password: a1",
        "PASSWORD=a\n",
        "Bearer x1",
        "Cookie: a=",
        "cookie:",
        "swordfis",
        "Authorization: Basic ",
        "token*",
        "a *",
        "-u a:b ",
        "<password>",
        "value=",
        "%3D",
        "a%3Db%20",
        "&quot;",
        "\\\n",
        "a\"b",
        "a\nb",
        "a' + 'b",
        "password\"",
        "password (\"",
        "password=\n",
    ] {
        let text = part.repeat((1 << 16) / part.len());
        let redactor = known();
        let work = work::measure(|| {
            assert!(redactor.text(&text).len() <= 4 * text.len(), "{part}");
            assert_eq!(redactor.source(text.as_bytes()).len(), text.len(), "{part}");
        });
        // The maximum of these inputs is 72 bytes for each byte.
        assert!(work <= 128 * text.len(), "{part}: {work} bytes were read of {}", text.len());
    }
}
