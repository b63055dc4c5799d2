use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::json;

use super::*;

mod reports;

fn mask() -> Redactor {
    Redactor::default()
}

#[test]
fn keys_are_secret_by_their_words() {
    for key in [
        "password",
        "PASSWD",
        "db_pass",
        "clientSecret",
        "GITHUB_TOKEN",
        "api_key",
        "x-api-key",
        "ApiKey",
        "Authorization",
        "author",
        "credentials",
        "private",
        "session_id",
        "Set-Cookie",
    ] {
        assert!(mask().is_secret(key), "{key}");
    }
    for key in ["", "user", "path", "key", "compiler", "pas", "api"] {
        assert!(!mask().is_secret(key), "{key}");
    }
    let own = mask().with_pattern("^pin$|geheim").unwrap();
    assert!(own.is_secret("PIN") && own.is_secret("das_Geheime") && !own.is_secret("spin"));
    let error = own.with_pattern("a(b").unwrap_err();
    assert!(error.to_string().starts_with("`a(b` is no pattern for keys of secrets: "), "{error}");
    assert!(mask().with_pattern(r"(\w{1000}){1000}").is_err());
}

#[test]
fn text_has_no_secrets() {
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
        assert_eq!(mask().text(text), expected, "{text}");
    }
}

/// What compilers say of tokens, passes and private fields.
#[test]
fn harmless_text_stays_the_same() {
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
        assert!(matches!(mask().text(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn arguments_lose_what_stands_behind_a_key() {
    for (line, expected) in [
        (&["cc", "--password", "a b", "x"][..], &["cc", "--password", "[redacted]", "x"][..]),
        (&["cc", "--password", "-x", "y"], &["cc", "--password", "[redacted]", "y"]),
        (&["cc", "--password", "--x", "y"], &["cc", "--password", "--x", "y"]),
        (&["cc", "-token", "abc"], &["cc", "-token", "[redacted]"]),
        (&["cc", "--token=a b", "TOKEN=x y"], &["cc", "--token=[redacted]", "TOKEN=[redacted]"]),
        (&["cc", "-D", "api_key=a b"], &["cc", "-D", "api_key=[redacted]"]),
        (&["cc", "-Dapi_key=x"], &["cc", "-Dapi_key=[redacted]"]),
        (&["cc", "--define=token=a b"], &["cc", "--define=token=[redacted]"]),
        (&["--header", "Authorization: Bearer x"], &["--header", "Authorization: [redacted]"]),
        (
            &["cc", "https://a:b@c/?token=d&e=f"],
            &["cc", "https://[redacted]@c/?token=[redacted]&e=f"],
        ),
        (&["/opt/password/cc", "a.vitte"], &["/opt/password/cc", "a.vitte"]),
        (&["cc", "--password"], &["cc", "--password"]),
    ] {
        let line: Vec<String> = line.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(mask().arguments(&line), expected);
    }
}

#[test]
fn an_environment_loses_values() {
    let of = |key: &str, value: &str| {
        mask().environment([(key.to_owned(), value.to_owned())]).remove(key).unwrap()
    };
    assert_eq!(of("GITHUB_TOKEN", "abc"), "[redacted]");
    assert_eq!(of("DATABASE_URL", "postgres://a:b@c/d"), "postgres://[redacted]@c/d");
    assert_eq!(of("RUSTFLAGS", "-C opt-level=3"), "-C opt-level=3");
}

#[test]
fn json_loses_values_at_any_depth() {
    let mut value = json!({
        "password": {"a": 1}, "secret": [1], "token": 2, "cookie": null, "name": "x",
        "a": [{"b": {"api_key": true}}, "password=abc", 7],
        "env": [["PASSWORD", "abc"], ["HOME", "x"]],
        "pairs": [{"key": "password", "value": "abc"}, {"name": "Token", "value": [1]}],
        "command": ["cc", "--password", "abc"],
        "url https://a:b@c": 1,
    });
    mask().json(&mut value);
    let expected = json!({
        "password": "[redacted]", "secret": "[redacted]", "token": "[redacted]", "cookie": null, "name": "x",
        "a": [{"b": {"api_key": "[redacted]"}}, "password=[redacted]", 7],
        "env": [["PASSWORD", "[redacted]"], ["HOME", "x"]],
        "pairs": [{"key": "password", "value": "[redacted]"}, {"name": "Token", "value": "[redacted]"}],
        "command": ["cc", "--password", "[redacted]"],
        "url https://[redacted]@c": 1,
    });
    assert_eq!(value, expected);
    let mut deep = json!({"password": "abc"});
    for _ in 0..2_000 {
        deep = serde_json::Value::Array(vec![deep]);
    }
    mask().json(&mut deep);
    let mut inner = &deep;
    while let Some(next) = inner.get(0) {
        inner = next;
    }
    assert_eq!(inner, &json!({"password": "[redacted]"}));
}

#[test]
fn sources_keep_their_form() {
    for (source, expected) in [
        ("let password = \"abc\";", "let password = \"***\";"),
        ("password = 'a b'  # x", "password = '***'  # x"),
        ("{\"api_key\": \"a\\\"b\", \"x\": \"y\"}", "{\"api_key\": \"****\", \"x\": \"y\"}"),
        ("token: \"abc\",", "token: \"***\","),
        ("const SECRET: &'static str = \"abc\";", "const SECRET: &'static str = \"***\";"),
        ("let token: [u8; 3] = b\"abc\"", "let token: [u8; 3] = b\"***\""),
        ("token = String::from(\"abc\")", "token = String::from(\"***\")"),
        ("token = r#\"a\"b\"#;", "token = r#\"***\"#;"),
        ("token = \"\"\"a\nb\"\"\"", "token = \"\"\"*\n*\"\"\""),
        ("token = \"a\nb\" + \"c\"", "token = \"*\n*\" + \"c\""),
        ("token = \"abc\nx", "token = \"***\nx"),
        ("token = \"é\"", "token = \"**\""),
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
        let masked = mask().source(source.as_bytes());
        assert_eq!(String::from_utf8_lossy(&masked), expected, "{source}");
    }
    assert_eq!(&*mask().source(b"\xfftoken = \"\xfe\"\xfd"), b"\xfftoken = \"*\"\xfd");
    assert!(matches!(mask().source(b"let x = 1"), Cow::Borrowed(_)));
}

/// Texts of the signs that mean something here.
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
    ];
    let part = prop::sample::select(parts.to_vec());
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn masked_text_stays_the_same(text in hostile()) {
        let once = mask().text(&text).into_owned();
        prop_assert_eq!(mask().text(&once).into_owned(), once);
    }

    #[test]
    fn masked_sources_stay_the_same(text in hostile(), other in prop::collection::vec(any::<u8>(), 0..8)) {
        let source = [other.as_slice(), text.as_bytes(), other.as_slice()].concat();
        let once = mask().source(&source).into_owned();
        prop_assert_eq!(once.len(), source.len());
        for (before, behind) in source.iter().zip(&once) {
            prop_assert!(before == behind || (*behind == b'*' && *before != b'\n'));
        }
        prop_assert_eq!(mask().source(&once).into_owned(), once);
    }

    #[test]
    fn any_text_is_masked(text in any::<String>()) {
        let once = mask().text(&text).into_owned();
        prop_assert_eq!(mask().text(&once).into_owned(), once);
    }

    #[test]
    fn what_is_assigned_is_gone(before in "[a-z ]{0,8}", value in "Q[A-Za-z0-9+/%$]{5,20}", quote in "[\"'`]?") {
        for key in ["password", "API_KEY", "x-auth-token"] {
            for separator in ["=", " = ", "=>"] {
                let text = format!("{before} {key}{separator}{quote}{value}{quote}; end");
                let masked = mask().text(&text);
                prop_assert!(!masked.contains(&value) && masked.ends_with("; end"), "{}", masked);
            }
        }
    }
}

/// No text of 256 KiB takes more than some seconds, in a debug build.
#[test]
fn large_hostile_texts_take_no_long_time() {
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
    ] {
        let text = part.repeat((1 << 18) / part.len());
        let start = Instant::now();
        assert!(mask().text(&text).len() <= 4 * text.len());
        assert_eq!(mask().source(text.as_bytes()).len(), text.len());
        assert!(start.elapsed() < Duration::from_secs(20), "{part}: {:?}", start.elapsed());
    }
}
