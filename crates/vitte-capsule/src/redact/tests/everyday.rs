//! What is everyday data of compilers and of files, and must remain readable.

use std::borrow::Cow;

use serde_json::json;
use vitte_diag::codes;

use super::redactor;
use crate::report::{ContextEntry, ContextField, ContextVariable, CrashReport};

#[test]
fn hashes_ids_and_names_are_unchanged() {
    for text in [
        "commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "id 550e8400-e29b-41d4-a716-446655440000",
        "2025-10-22T13-05-42-123-9f8e7d6c, fingerprint 1a2b3c4d5e6f7a8b",
        "_ZN4core3fmt9Formatter9write_str17h05af221e174051e9E",
        "_RNvMs_NtCs1234_7mycrate6parserNtB4_6Parser5parse",
        "core::iter::Iterator<Item=Token>::next at src/token.rs:12:5",
        "rax 0x00007fff5fbff8a0, rip 0x555555561234",
        "mycc 1.2.3-beta.4+20261129 on x86_64-unknown-linux-gnu",
        "sha512-WSqm3dzhBoqPzBUM+RVcPAI0JSWV8kOMUoyMdzgZsBbDrRH8gMnXLC6ERVXA0b5g==",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
        "/usr/lib/x86_64-linux-gnu/libc.so.6+0x2a1ca",
        "target/debug/build/ring-0123456789abcdef/out",
        "key: identifier, keys: 3, key = Some(Ident)",
        "expected `:`, found keyword `private`",
        "author = Ada, authors: 3",
        "react@18.2.0, memcpy@@GLIBC_2.14, git@github.com:a/b.git",
        "tokens=512 pass=3 is_private=false session=on",
        "the trait bound `Secret: Indexed` is not satisfied, nor is `Cookie: From<&'a str>`",
        "note: required by `password: String`",
    ] {
        assert!(matches!(redactor().text(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn everyday_words_in_contexts_are_readable() {
    let mut entry = ContextEntry::new("type-checking");
    let fields = [
        ("token", "identifier"),
        ("pass", "type-checking"),
        ("private", "true"),
        ("session", "2026-11-29T20:26:01Z"),
        ("key", "core::fmt::Formatter"),
        ("token", "Ident(\"foo_12\")"),
        ("next", "token: identifier2, pass = \"simplify2\""),
        ("key", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("auth", "none"),
    ];
    entry.fields = fields.map(|(key, value)| ContextField::new(key, value)).into();
    entry.variables = vec![
        ContextVariable::new("pass", json!("type-checking")),
        ContextVariable::new("token", json!({"kind": "Ident", "text": "x12", "span": [1, 2]})),
        ContextVariable::new("private", json!([true, "fn f", {"session": 7}])),
        ContextVariable::new(
            "tokens",
            json!(["fn", "token", "=", "pass", "-", "private", "token=x1"]),
        ),
        ContextVariable::new("map", json!({"key": "token", "value": "identifier"})),
    ];
    let mut report = CrashReport::new(codes::F0001, String::new(), String::new());
    report.contexts.push(entry);
    let before = report.clone();
    redactor().report(&mut report);
    assert_eq!(report, before);
    let mut report = before;
    redactor().with_names_in_variables(true).report(&mut report);
    let fields = report.contexts[0].fields.iter();
    let kept: Vec<_> =
        fields.filter(|field| field.value != "[redacted]").map(|field| &*field.key).collect();
    assert_eq!(kept, ["key", "next", "key"], "only a weak name does not count");
}

#[test]
fn secrets_under_everyday_words_are_redacted() {
    for (key, value) in [
        ("token", "x9Fk2Qz7Lm"),
        ("pass", "hunter2hunter2"),
        ("session", "S3cr3tV4lue"),
        ("key", "wJalrXUtnFEMI2K7MDENG4bPxRfiCY"),
        ("password", "swordfish"),
        ("token", "0123456789abcdef0123456789abcdef"),
        ("text", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
    ] {
        let mut entry = ContextEntry::new("c");
        entry.fields.push(ContextField::new(key, value));
        entry.variables.push(ContextVariable::new(key, json!([{"x": value}])));
        let mut report = CrashReport::new(codes::F0001, String::new(), String::new());
        report.contexts.push(entry);
        redactor().report(&mut report);
        assert_eq!(report.contexts[0].fields[0].value, "[redacted]", "{key}: {value}");
        assert!(
            !report.contexts[0].variables[0].value.to_string().contains(value),
            "{key}: {value}"
        );
    }
}

/// Programs in which the names of secrets are identifiers.
#[test]
fn ordinary_sources_are_unchanged() {
    for source in [
        "let token = lexer.next_token(input, 12)?;",
        "fn parse(token: Token, key: &str, pass: usize) -> Session { token.key }",
        "struct Config { password: String, secret: Vec<u8>, api_key: Option<Key> }",
        "password = read_password(prompt)\nif password == other: pass",
        "self.password = args.password;",
        "let secret = Sha256::digest(input);",
        "const KEY: &str = \"identifier\"; let token = \"fn\";",
        "match token { Token::Ident => 1, Token::Num2 => 2 }",
        "interface User { password: string; token: string }",
        "export PASSWORD=$(cat file)\nexport TOKEN=$1",
        "private session: Session; // the bearer of the token, basic blocks",
        "def f(password=None, token=True, secret=default): pass",
        "token: u8x16 = i32x4::new(a2, b3)",
        "key = \"0123456789abcdef0123456789abcdef01234567\"",
        "use src::home::page; import '../home/users'; x = a/home/b",
        "cookie: Cookie = jar.get(name)",
        "let hash = \"sha256-n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\";",
        "%password = load i32, ptr %token, align 4",
        "@decorator\nclass A@b: x@y.transpose()",
        "set_password(\"Enter your password: \"); ask(password, \"again\")",
        "#define TOKEN \"identifier2\"\n#define PASSWORD_FILE \"/etc/x1\"",
        "let key =\n    \"identifier\";\nlet token =\n    'x';",
        "expect(\"password\", \"utf8\"); [\"secret\", \"x86_64\"]",
        "printf(\"token%3d of %20s, pass %02x\", token, name, pass);",
    ] {
        let redacted = redactor().source(source.as_bytes()).into_owned();
        assert_eq!(String::from_utf8_lossy(&redacted), source);
    }
}
