//! The rules of free text and of source code, each with examples.

use std::borrow::Cow;

use super::redactor;

/// The numbers are those of the rules in `text.rs`.
#[test]
fn each_rule_of_text_has_examples() {
    for (rule, text, expected) in [
        ("1", "https://ada:pw@host", "https://[redacted]@host"),
        ("1", "https://ghp_abc@github.com/a", "https://[redacted]@github.com/a"),
        ("1", "ssh://git@host/x", "ssh://git@host/x"),
        ("1", "postgres://ada:p/w@db/x", "postgres://[redacted]@db/x"),
        ("1", "https://host:8080/a@b", "https://host:8080/a@b"),
        ("2", "token = abc", "token = [redacted]"),
        ("2", "token:=abc, x", "token:=[redacted], x"),
        ("2", ":token => abc", ":token => [redacted]"),
        ("2", "user = abc", "user = abc"),
        ("3", "password: abc", "password: [redacted]"),
        ("3", "password == abc", "password == [redacted]"),
        ("3", "api key: abc", "api key: [redacted]"),
        ("3", "password::abc", "password::abc"),
        ("4a", "token: \"abc\"", "token: \"[redacted]\""),
        ("4a", "token: Some(\"abc\")", "token: Some(\"[redacted]\")"),
        ("4a", "token: `abc`", "token: `abc`"),
        ("4a", "token: \"=\"", "token: \"=\""),
        ("4b", "token: abc123", "token: [redacted]"),
        ("4b", "token: `abc123`", "token: `[redacted]`"),
        ("4b", "token: abc12", "token: abc12"),
        ("4c", "token: Bearer abc", "token: [redacted]"),
        ("4d", "token: Identifier", "token: Identifier"),
        ("4d", "token == Identifier", "token == Identifier"),
        ("5", "Cookie: a=b; c=d\nx", "Cookie: [redacted]\nx"),
        ("5", "'Authorization: Basic abc' x", "'Authorization: [redacted]' x"),
        ("6", "token: &str = \"a\"", "token: &str = \"[redacted]\""),
        ("6", "password: String = \"a\"", "password: [redacted] = \"[redacted]\""),
        ("7", "--token abc -v", "--token [redacted] -v"),
        ("7", "-token 'a b' -v", "-token '[redacted]' -v"),
        ("7", "--token --verbose", "--token --verbose"),
        ("7", r"cc\n--token abc", r"cc\n--token [redacted]"),
        ("8", "sent Bearer abc123", "sent Bearer [redacted]"),
        ("8", "the bearer arrived", "the bearer arrived"),
        ("9", "token.rs:1200:15", "token.rs:1200:15"),
        ("9", "password.rs:12:5", "password.rs:12:5"),
        ("10", "found `token:`=x", "found `token:`=x"),
        ("10", "\"password:\" abc", "\"password:\" abc"),
        ("11", "secret=Key { a: 1 } x", "secret=[redacted] x"),
        ("11", "secret=f(\")\", 1), x", "secret=[redacted], x"),
        ("11", "secret=f(1", "secret=[redacted]"),
        ("12", "secret=r#\"a\"b\"# x", "secret=[redacted] x"),
        ("12", "secret=b'a b' x", "secret=[redacted] x"),
        ("14", "tokens=512, is_private=true", "tokens=512, is_private=true"),
        ("14", "token=123456", "token=[redacted]"),
        ("15", "key = x9Fk2Qz7Lm", "key = [redacted]"),
        ("15", "key=identifier", "key=identifier"),
        ("15", "--key x9Fk2Qz7Lm -v", "--key [redacted] -v"),
        ("16", "pwd=/tmp PWD=C:\\x", "pwd=/tmp PWD=C:\\x"),
        ("16", "Server=db;Uid=sa;Pwd=abc;", "Server=db;Uid=sa;Pwd=[redacted];"),
        ("13", r#""{\"token\":\"a b\"}""#, r#""{\"token\":\"[redacted]\"}""#),
    ] {
        assert_eq!(redactor().text(text), expected, "rule {rule}: {text}");
    }
}

#[test]
fn secrets_of_text_are_redacted() {
    for (text, expected) in [
        ("password=hunter2, user=ada", "password=[redacted], user=ada"),
        ("key = \"password\"", "key = \"password\""),
        ("api_key = \"two words\" end", "api_key = \"[redacted]\" end"),
        ("api key: abc", "api key: [redacted]"),
        ("{\"password\": \"a\\\"b\", \"x\": 1}", "{\"password\": \"[redacted]\", \"x\": 1}"),
        ("{\"password\":\"abc\"}", "{\"password\":\"[redacted]\"}"),
        (r#""{\"token\":\"a b\",\"x\":1}""#, r#""{\"token\":\"[redacted]\",\"x\":1}""#),
        ("{\"password\": [1, {\"a\": 2}], \"b\": 3}", "{\"password\": [redacted], \"b\": 3}"),
        ("run --token abc -v", "run --token [redacted] -v"),
        ("run --token=abc -v", "run --token=[redacted] -v"),
        ("run -token abc", "run -token [redacted]"),
        ("run --password --verbose", "run --password --verbose"),
        ("run --password 'a b' c", "run --password '[redacted]' c"),
        ("Authorization: Bearer xyz", "Authorization: [redacted]"),
        ("-H 'authorization: Basic eHl6' u", "-H 'authorization: [redacted]' u"),
        ("Cookie: a=b; c=d\nx", "Cookie: [redacted]\nx"),
        ("auth=Bearer xyz end", "auth=[redacted] end"),
        ("sent Bearer abc123def", "sent Bearer [redacted]"),
        ("password: hunter2.", "password: [redacted]"),
        ("password: String = \"x y\"", "password: [redacted] = \"[redacted]\""),
        ("token: &'static str = \"x y\"", "token: &'static str = \"[redacted]\""),
        ("Config { password: Some(\"a b\"), n: 1 }", "Config { password: [redacted], n: 1 }"),
        ("password: Key { bytes: \"a b\" }, n: 1", "password: [redacted], n: 1"),
        ("token: Some(\"a b\")", "token: Some(\"[redacted]\")"),
        ("secret=r#\"a\"b\"# end", "secret=[redacted] end"),
        ("token: abc123", "token: [redacted]"),
        ("token: \"abc\"", "token: \"[redacted]\""),
        ("token: Bearer abc", "token: [redacted]"),
        ("session_id=`a b`", "session_id=`[redacted]`"),
        ("env[\"SECRET\"] = 'a b'", "env[\"SECRET\"] = '[redacted]'"),
        ("user[password]=abc", "user[password]=[redacted]"),
        // A line that ends with a backslash continues, also in a value and in the name of a user.
        ("pass=a\\\n--token abc", "pass=[redacted] [redacted]"),
        ("to ada%40example.org, re", "to [redacted], re"),
        // The parts of a token in two lines, of which the second is a URL.
        ("sk-or-v1-01234567890\nhttps://ada:pw@h", "[redacted]://[redacted]@h"),
        ("\\Users\\a\\\n--token abc", "\\Users\\[redacted] [redacted]"),
        ("password=\"never closed\nand on", "password=\"[redacted]"),
        ("pass=abc\"d e\"", "pass=[redacted]\"d e\""),
        ("pass=\"abc\"def", "pass=[redacted]"),
        ("postgres://ada:pw@db/x", "postgres://[redacted]@db/x"),
        ("postgres://ada:p/w@db/x", "postgres://[redacted]@db/x"),
        ("https://ghp_abc@github.com/a", "https://[redacted]@github.com/a"),
        ("https://h/?token=abc&x=1", "https://h/?token=[redacted]&x=1"),
        ("secret:=x", "secret:=[redacted]"),
        (":password => x", ":password => [redacted]"),
        ("größe password=ä\u{2028}b", "größe password=[redacted]"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMII\nabc=\n-----END RSA PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\n[redacted]\n-----END RSA PRIVATE KEY-----\n",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMII", "-----BEGIN PRIVATE KEY-----\n[redacted]"),
    ] {
        assert_eq!(redactor().text(text), expected, "{text}");
    }
}

/// Messages of compilers about tokens, passes and private fields.
#[test]
fn harmless_text_is_unchanged() {
    for text in [
        "",
        "unexpected token: Ident(\"x\")",
        "unexpected token: `x`",
        "unexpected token: }",
        "pass 2 of 3",
        "pass: 2",
        "pass: typeck",
        "cannot borrow private field",
        "expected one of `,`, `;` or `}`, found `=`",
        "private: fn f",
        "vittec::token::next",
        "vittec::password::check at src/password.rs:12:5",
        "panicked at src/token.rs:1200:15:",
        "session: incremental",
        "auth: none",
        "assertion failed: token == Ident",
        "no rule expected the token `=`",
        "https://host:8080/a@b",
        "ssh://git@host/x",
        "expected `private:`, found `token:`",
        "line 1: error",
        "a = b, c = \"d\"",
        "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
    ] {
        assert!(matches!(redactor().text(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn secrets_of_sources_are_replaced_by_stars() {
    for (source, expected) in [
        ("let password = \"abc\";", "let password = \"***\";"),
        ("password = 'a b'  # x", "password = '***'  # x"),
        ("{\"api_key\": \"a\\\"b\", \"x\": \"y\"}", "{\"api_key\": \"****\", \"x\": \"y\"}"),
        ("token: \"x9Fk2Qz7\",", "token: \"********\","),
        ("token: \"abc\",", "token: \"abc\","),
        ("const SECRET: &'static str = \"abc\";", "const SECRET: &'static str = \"***\";"),
        ("let secret: [u8; 3] = b\"abc\"", "let secret: [u8; 3] = b\"***\""),
        ("secret = String::from(\"abc\")", "secret = String::from(\"***\")"),
        ("secret = r#\"a\"b\"#;", "secret = r#\"***\"#;"),
        ("secret = \"\"\"a\nb\"\"\"", "secret = \"\"\"*\n*\"\"\""),
        ("secret = \"a\nb\" + \"c\"", "secret = \"*\n*\" + \"c\""),
        ("secret = \"abc\nx", "secret = \"***\nx"),
        ("secret = \"é\"", "secret = \"**\""),
        ("ask(\"password: \"); let x = \"y\"", "ask(\"password: \"); let x = \"y\""),
        ("let token = next(a, \"b\")", "let token = next(a, \"b\")"),
        ("if token == \"let\" { pass: 2 }", "if token == \"let\" { pass: 2 }"),
        ("fn f(token: &'a str) {}", "fn f(token: &'a str) {}"),
        ("let x = \"secret\"", "let x = \"secret\""),
        ("url = \"http://ada:p,w@host/\"", "url = \"http://ada:***@host/\""),
        (
            "// -----BEGIN PRIVATE KEY-----\n// MII+\n// abcdefghijklmnopq==\n// -----END",
            "// -----BEGIN PRIVATE KEY-----\n// ****\n// *******************\n// -----END",
        ),
        (
            "k = \"-----BEGIN PRIVATE KEY-----\\nMII\\nab=\\n-----END\"",
            "k = \"-----BEGIN PRIVATE KEY-----\\n***\\n***\\n-----END\"",
        ),
    ] {
        let redacted = redactor().source(source.as_bytes());
        assert_eq!(String::from_utf8_lossy(&redacted), expected, "{source}");
    }
    assert_eq!(&*redactor().source(b"\xffsecret = \"\xfe\"\xfd"), b"\xffsecret = \"*\"\xfd");
    assert!(matches!(redactor().source(b"let x = 1"), Cow::Borrowed(_)));
}
