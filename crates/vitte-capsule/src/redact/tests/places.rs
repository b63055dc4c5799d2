//! Secrets of each kind in each place: text, sources, environment and command line.

use super::redactor;
use crate::redact::Redactor;

/// Texts with a secret, which is between `«` and `»`.
const PLANTED: [&str; 52] = [
    "<password>«hunter2»</password>",
    "<add key=\"Password\" value=\"«swordfish»\" />",
    "{\"name\": \"DB_PASSWORD\", \"value\": \"«swordfish»\"}",
    "curl -u ada:«swordfish» https://example.com",
    "run --password «swordfish» now",
    "GITHUB_TOKEN=«abcdef123456»",
    "DB_PASSWORD: «swordfish»",
    "x-api-key: «0a1b2c3d4e5f6071»",
    "let header = \"Bearer «abcdef0123456789abcdef»\";",
    "aws configure set aws_secret_access_key «wJalrXUtnFEMI2K7MDENG4bPxRfiCYEXAMPLEKEY»",
    "X-Amz-Signature=«fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024»",
    "SG «SG.abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ»",
    "Authorization: Bearer «mF_9.B5f-4.1JqM»",
    "Authorization: Basic «QWxhZGRpbjpvcGVuIHNlc2FtZQ==»",
    "curl -H 'authorization: token «1a2b3c4d5e6f7a8b9c0d»'",
    "token «ghp_16C7e42F292c6912E7710c838347Ae178B4a» in a sentence",
    "id «AKIAIOSFODNN7EXAMPLE»",
    "aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",
    "AWS_SECRET_ACCESS_KEY=«wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",
    "\"SecretAccessKey\": \"«wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»\"",
    "slack «xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy»",
    "https://hooks.slack.com/services/«T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX»",
    "stripe «sk_live_4eC39HqLyjWDarjtT1zdp7dc»",
    "google «AIzaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe»",
    "jwt «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P»",
    "DB_PASSWORD=«swordfish»",
    "export DB_PASSWORD=«swordfish»",
    "# PGPASSWORD=«correct-horse»",
    "token: «x9Fk2Qz7Lm4Rb8Tw»",
    "  api_token: «x9Fk2Qz7Lm4Rb8Tw»",
    "password: «hunter2»",
    "Server=db;Database=x;User Id=sa;Password=«swordfish»;Encrypt=True",
    "conn = \"Server=db;Uid=sa;Pwd=«swordfish»;\"",
    "Driver={ODBC};Server=db;PWD=«swordfish»;",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=«bmV2ZXIgZ29ubmEgZ2l2ZSB5b3U=»;",
    "Cookie: sid=«abc123; theme=dark»",
    "Set-Cookie: sid=«abcdef; Path=/; HttpOnly»",
    "write to «ada.byron@example.org», please",
    "postgres://ada:«swordfish»@db.example/x",
    "redis://:«swordfish»@cache:6379/0",
    "https://host/x?password=«swordfish»&y=1",
    "\"password\": \"«two words»\"",
    "api_key = \"«abc»\"",
    "passwort = \"«geheim»\"",
    "mot_de_passe: \"«chut»\"",
    "let client_secret = '«abc»';",
    "\"private_key_id\": \"«0123456789abcdef0123456789abcdef01234567»\"",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n«b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ»\n-----END OPENSSH PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n«lQOYBF2lnPIBCAC5cupUwByYfNlLnNpm8SzYHhzHNXkN»\n-----END PGP PRIVATE KEY BLOCK-----",
    "\"key\": \"-----BEGIN PRIVATE KEY-----\\n«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj»\\n-----END PRIVATE KEY-----\\n\"",
    "STRIPE_KEY=«x9Fk2Qz7Lm4Rb8Tw»",
    "mysql --password=«swordfish» -u root",
];

/// Returns a planted text without its marks, and the secret.
fn planted(text: &str) -> (String, &str) {
    let (_, rest) = text.split_once('«').unwrap();
    let (secret, _) = rest.split_once('»').unwrap();
    (text.replace(['«', '»'], ""), secret)
}

#[test]
fn planted_secrets_are_removed_from_text() {
    for (text, secret) in PLANTED.map(planted) {
        let redacted = redactor().text(&text);
        assert!(
            !redacted.contains(secret) && redacted.contains("[redacted]"),
            "{text}\n{redacted}"
        );
        assert_eq!(redactor().text(&redacted), redacted);
    }
}

#[test]
fn planted_secrets_are_replaced_in_sources() {
    for (index, (text, secret)) in PLANTED.map(planted).into_iter().enumerate() {
        // A word in lower case after `--password=` could be an expression.
        if text.starts_with("mysql") {
            continue;
        }
        let redacted = redactor().source(text.as_bytes()).into_owned();
        let redacted = String::from_utf8(redacted).unwrap();
        assert!(
            !redacted.contains(secret) && redacted.contains("**"),
            "{index}: {text}\n{redacted}"
        );
        assert_eq!(redacted.len(), text.len(), "{text}");
    }
}

#[test]
fn arguments_and_literals_on_the_next_line_are_replaced_in_sources() {
    for text in [
        "#define API_KEY \"«x9Fk2Qz7Lm4Rb8Tw»\"",
        "define('DB_PASSWORD', '«x9Fk2Qz7Lm»');",
        "setenv(\"API_KEY\", \"«hunter22»\", 1)",
        "db.set_password(\"«hunter22»\")",
        "storePassword '«hunter22»'",
        "let password =\n    \"«swordfish»\";",
        "password:\r\n  '«swordfish»'",
    ] {
        let (text, secret) = planted(text);
        let redacted = redactor().source(text.as_bytes()).into_owned();
        assert_eq!(
            String::from_utf8(redacted).unwrap(),
            text.replace(secret, &"*".repeat(secret.len()))
        );
    }
}

#[test]
fn pairs_of_any_spelling_are_redacted_from_variables() {
    for (key, value) in [("key", "value"), ("Key", "Value"), ("k", "v"), ("header", "content")] {
        let mut pair = serde_json::json!({key: "password", value: "swordfish"});
        redactor().json(&mut pair);
        assert_eq!(pair[value], "[redacted]");
    }
    let mut user =
        serde_json::json!({"pwd": "x9Fk2Qz7Lm", "PWD": "/home/x/x9Fk2Qz7Lm", "creds": "a"});
    redactor().json(&mut user);
    assert_eq!(
        user,
        serde_json::json!({"pwd": "[redacted]", "PWD": "~/x9Fk2Qz7Lm", "creds": "[redacted]"})
    );
}

fn strings(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn values_of_the_own_prefix_that_look_like_passwords_are_redacted() {
    let own = redactor().with_environment_prefix("MYCC_");
    let variables = strings(&[
        ("MYCC_DEPLOY", "hunter2hunter2"),
        ("MYCC_UPLINK", "hunter2"),
        ("MYCC_TARGET", "x86_64-unknown-linux-gnu"),
        ("MYCC_LOG", "debug"),
        ("MYCC_JOBS", "8"),
        ("OTHER", "hunter2"),
    ]);
    let redacted = own.environment(variables);
    let values: Vec<_> = redacted.values().map(String::as_str).collect();
    assert_eq!(
        values,
        ["[redacted]", "8", "debug", "x86_64-unknown-linux-gnu", "[redacted]", "hunter2"]
    );
}

fn of_process() -> Redactor {
    let environment = strings(&[
        ("HOME", "/srv/people/ada"),
        ("USER", "ada"),
        ("DB_PASSWORD", "swordfish"),
        ("API_TOKEN", "x9Fk2Qz7Lm"),
        ("DEFAULT_PASSWORD", "password"),
        ("XDG_SESSION_TYPE", "wayland"),
        ("SSH_AUTH_SOCK", "/tmp/ssh-1/agent.2"),
        ("DATABASE_URL", "postgres://ada:trombone@db/x"),
        ("PIN_PASSWORD", "12"),
    ]);
    let arguments =
        ["mycc", "--api-key", "marmalade", "--secret=porcupine", "https://u:velvet99@h/"];
    redactor().with_process(environment, &arguments.map(str::to_owned))
}

#[test]
fn values_of_the_process_are_redacted_everywhere() {
    let redactor = of_process();
    for value in ["swordfish", "x9Fk2Qz7Lm", "trombone", "marmalade", "porcupine", "velvet99"] {
        assert_eq!(redactor.text(&format!("login as {value}.")), "login as [redacted].");
        let source = format!("login({value})");
        let starred = format!("login({})", "*".repeat(value.len()));
        assert_eq!(redactor.source(source.as_bytes()), starred.as_bytes());
        assert_eq!(redactor.path(&format!("a/{value}/b.rs")), "a/[redacted]/b.rs");
    }
    for text in ["a password of wayland", "swordfishes", "/tmp/ssh-1/agent.2", "12"] {
        assert_eq!(redactor.text(text), text);
    }
    assert!(!format!("{redactor:?}").contains("swordfish"));
}

#[test]
fn home_and_user_are_replaced_unless_that_is_turned_off() {
    let redactor = of_process();
    assert_eq!(redactor.text("/srv/people/ada/x /data/ada/y adamant"), "~/x /data/$USER/y adamant");
    assert_eq!(redactor.path("/home/bob/src/a.rs"), "~/src/a.rs");
    assert_eq!(redactor.source(b"open('/home/bob/x')"), b"open('/home/***/x')".as_slice());
    let variables = strings(&[("HOME", "/home/ada"), ("LOGNAME", "ada"), ("X", "/home/ada/x")]);
    let redacted = redactor.environment(variables.clone());
    assert_eq!(redacted.values().collect::<Vec<_>>(), ["~", "$USER", "~/x"]);
    let keeping = redactor.with_home_redaction(false);
    assert_eq!(keeping.environment(variables.clone()), variables.into_iter().collect());
    assert_eq!(keeping.text("/srv/people/ada/x"), "/srv/people/ada/x");
    assert_eq!(keeping.source(b"open('/home/bob/x')"), b"open('/home/bob/x')".as_slice());
}
