//! Redacts text with a planted secret: `.ci/fuzz 60 redact`. Redaction must not
//! panic, must remove the secret, and must be idempotent.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitte_capsule::Redactor;

const SECRET: &str = "S3cretValue7";

/// The forms of a secret that are recognised after any text. They have no quotes, because an unclosed quote before
/// would end at them.
const FORMS: [&str; 8] = [
    "password=S3cretValue7",
    "--token S3cretValue7",
    "Authorization: Bearer S3cretValue7",
    "https://ada:S3cretValue7@host/",
    "ghp_16C7e42F292c6912S3cretValue7",
    "glpat-S3cretValue7S3cretValue7",
    "S3cretValue7@example.org",
    "Server=db;Password=S3cretValue7;",
];

fuzz_target!(|input: (&str, usize, &str)| {
    let (before, form, after) = input;
    if before.contains(SECRET) || after.contains(SECRET) {
        return;
    }
    let form = FORMS[form % FORMS.len()];
    // Line feeds separate the planted secret from words around it.
    let text = format!("{before}\n{form}\n{after}");
    let environment = [("HOME", "/srv/ada"), ("DB_PASSWORD", "swordfish")];
    let environment = environment.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let redactor = Redactor::default().with_process(environment, &[]);

    let redacted = redactor.text(&text);
    assert!(!redacted.contains(SECRET), "{redacted:?}");
    assert_eq!(redactor.text(&redacted), redacted, "redaction is idempotent");

    let source = redactor.source(text.as_bytes());
    assert_eq!(source.len(), text.len(), "offsets do not change");
    assert_eq!(redactor.source(&source), source, "redaction of sources is idempotent");
});
