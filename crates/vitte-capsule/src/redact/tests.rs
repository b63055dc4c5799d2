use serde_json::json;

use super::*;

mod everyday;
mod places;
mod properties;
mod reports;
mod rules;

fn redactor() -> Redactor {
    Redactor::default()
}

#[test]
fn keys_with_a_secret_word_are_secret() {
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
        "authority",
        "DB_PWD",
        "passwort",
        "mot_de_passe",
        "PGPASSWORD",
        "credentials",
        "private",
        "session_id",
        "Set-Cookie",
    ] {
        assert!(redactor().is_secret(key), "{key}");
    }
    for key in ["", "user", "path", "key", "compiler", "pas", "api", "author", "PWD", "OLDPWD"] {
        assert!(!redactor().is_secret(key), "{key}");
    }
    let custom = redactor().with_pattern("^pin$|geheim").unwrap();
    assert!(custom.is_secret("PIN") && custom.is_secret("das_Geheime"));
    assert!(!custom.is_secret("spin"));
    let error = custom.with_pattern("a(b").unwrap_err();
    assert!(
        error.to_string().starts_with("invalid pattern `a(b` for the keys of secrets: "),
        "{error}"
    );
    assert!(redactor().with_pattern(r"(\w{1000}){1000}").is_err());
}

#[test]
fn arguments_are_redacted() {
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
        assert_eq!(redactor().arguments(&line), expected);
    }
}

#[test]
fn environment_variables_are_redacted() {
    let value_of = |key: &str, value: &str| {
        redactor().environment([(key.to_owned(), value.to_owned())]).remove(key).unwrap()
    };
    assert_eq!(value_of("GITHUB_TOKEN", "abc"), "[redacted]");
    assert_eq!(value_of("DATABASE_URL", "postgres://a:b@c/d"), "postgres://[redacted]@c/d");
    assert_eq!(value_of("RUSTFLAGS", "-C opt-level=3"), "-C opt-level=3");
}

#[test]
fn json_is_redacted_at_any_depth() {
    let mut value = json!({
        "password": {"a": 1}, "secret": [1], "token": 2, "cookie": null, "name": "x",
        "a": [{"b": {"api_key": true}}, "password=abc", 7],
        "env": [["PASSWORD", "abc"], ["HOME", "x"]],
        "pairs": [{"key": "password", "value": "abc"}, {"name": "Token", "value": [1]}],
        "command": ["cc", "--password", "abc"],
        "url https://a:b@c": 1,
    });
    redactor().json(&mut value);
    let expected = json!({
        "password": "[redacted]", "secret": "[redacted]", "token": 2, "cookie": null, "name": "x",
        "a": [{"b": {"api_key": "[redacted]"}}, "password=[redacted]", 7],
        "env": [["PASSWORD", "[redacted]"], ["HOME", "x"]],
        "pairs": [{"key": "password", "value": "[redacted]"}, {"name": "Token", "value": [1]}],
        "command": ["cc", "--password", "[redacted]"],
        "url https://[redacted]@c": 1,
    });
    assert_eq!(value, expected);
    let mut counted = json!({"token": 2, "pairs": [{"name": "Token", "value": [1]}]});
    redactor().with_names_in_variables(true).json(&mut counted);
    let pairs = json!([{"name": "Token", "value": "[redacted]"}]);
    assert_eq!(counted, json!({"token": "[redacted]", "pairs": pairs}));
    let mut keys = json!({"ada@example.org": 1, "bob@example.org": 2});
    redactor().json(&mut keys);
    assert_eq!(keys, json!({"[redacted]": 1, "[redacted] 2": 2}), "no value is lost");
    let mut deep = json!({"password": "abc"});
    for _ in 0..2_000 {
        deep = serde_json::Value::Array(vec![deep]);
    }
    redactor().json(&mut deep);
    let mut inner = &deep;
    while let Some(next) = inner.get(0) {
        inner = next;
    }
    assert_eq!(inner, &json!({"password": "[redacted]"}));
}
