//! Classifies the names of values.

/// What a name says about its value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum KeyClass {
    /// The value is not a secret.
    Harmless,
    /// The value is a secret if it looks generated: `key`, `signature`.
    Weak,
    /// The value is a secret in the environment and on the command line. Elsewhere it is one if it looks like one,
    /// because the word has other meanings in compilers: `token`, `pass`, `session`.
    Ambiguous,
    /// The value is a secret: `password`, `api_key`.
    Secret,
}

/// A name that contains one of these words is secret.
const SECRET_WORDS: [&str; 40] = [
    "passwd",
    "password",
    "passwort",
    "passphrase",
    "passcode",
    "pgpass",
    "mot_de_passe",
    "motdepasse",
    "kennwort",
    "contrasena",
    "contraseña",
    "secret",
    "api_key",
    "api-key",
    "api key",
    "apikey",
    "access_key",
    "access-key",
    "accesskey",
    "account_key",
    "accountkey",
    "signing_key",
    "encryption_key",
    "master_key",
    "credential",
    "cookie",
    "authorization",
    "private_key",
    "private-key",
    "privatekey",
    "access_token",
    "access-token",
    "accesstoken",
    "auth_token",
    "authtoken",
    "auth-token",
    "refresh_token",
    "session_token",
    "license_key",
    "licence_key",
];

/// A name that contains one of these words, or `auth` other than in `author`, is ambiguous.
const AMBIGUOUS_WORDS: [&str; 4] = ["pass", "token", "private", "session"];

/// Parts of a name that are short for a password: `DB_PWD`.
const SECRET_PARTS: [&str; 5] = ["pwd", "pw", "psw", "creds", "cred"];
/// Parts of a name whose value is a secret only if it looks generated.
const WEAK_PARTS: [&str; 7] = ["key", "keys", "sig", "dsn", "pin", "otp", "seed"];
/// Parts of a name whose value is a secret in the environment.
const TOKEN_PARTS: [&str; 4] = ["token", "pass", "jwt", "bearer"];

/// The names of the working directory.
const WORKING_DIRECTORY: [&str; 2] = ["pwd", "oldpwd"];

/// Classifies a name.
pub(super) fn classify(key: &str) -> KeyClass {
    let lower = key.to_ascii_lowercase();
    let is_directory = WORKING_DIRECTORY.contains(&&*lower);
    if is_directory {
        // Also a name for a password, which does not look like a path.
        KeyClass::Weak
    } else if lower.is_empty() {
        KeyClass::Harmless
    } else if has_word(&lower, &SECRET_WORDS) || has_part(key, &SECRET_PARTS) {
        KeyClass::Secret
    } else if has_word(&lower, &AMBIGUOUS_WORDS) || has_auth(&lower) || has_part(key, &TOKEN_PARTS)
    {
        KeyClass::Ambiguous
    } else if has_part(key, &WEAK_PARTS) {
        KeyClass::Weak
    } else {
        KeyClass::Harmless
    }
}

/// Returns true for `PWD`, which is the working directory in a shell and the password in a connection string.
pub(super) fn is_working_directory(key: &str) -> bool {
    key.eq_ignore_ascii_case("pwd")
}

/// Returns true if a part of an ambiguous name alone is a credential: `GITHUB_TOKEN`, but not `XDG_SESSION_TYPE`.
pub(super) fn is_token(key: &str) -> bool {
    has_part(key, &TOKEN_PARTS)
}

fn has_word(lower: &str, words: &[&str]) -> bool {
    words.iter().any(|word| lower.contains(word))
}

/// Returns true if `auth` is in a name, other than in `author`. It is in `authorization` and `authority`.
fn has_auth(lower: &str) -> bool {
    let mut rest = lower.match_indices("auth").map(|(at, found)| at + found.len());
    rest.any(|end| {
        let rest = lower.get(end..).unwrap_or_default();
        !rest.starts_with("or") || rest.starts_with("ori")
    })
}

/// Returns true if one of the parts of a name is in `parts`: `DB_PWD` and `userPwd` have the part `pwd`.
fn has_part(key: &str, parts: &[&str]) -> bool {
    let is_start = |at: usize| {
        let bytes = key.as_bytes();
        let (before, here) = (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at));
        match (before, here) {
            (Some(before), Some(here)) => {
                !before.is_ascii_alphanumeric()
                    || (before.is_ascii_lowercase() && here.is_ascii_uppercase())
            }
            _ => true,
        }
    };
    parts.iter().any(|part| {
        let starts = (0..key.len()).filter(|at| is_start(*at));
        let mut ends = starts.map(|at| (at, at + part.len()));
        ends.any(|(at, end)| {
            key.get(at..end).is_some_and(|text| text.eq_ignore_ascii_case(part)) && is_start(end)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_classified() {
        for (class, names) in [
            (
                KeyClass::Secret,
                "password DB_PASSWD DB_CREDS LICENSE_KEY clientSecret api-key ApiKey AccountKey private_key userPwd DB_PW",
            ),
            (
                KeyClass::Secret,
                "mot_de_passe passwort PGPASSWORD Set-Cookie Authorization credentials access_token",
            ),
            (
                KeyClass::Ambiguous,
                "token GITHUB_TOKEN db_pass x-auth session_id private authority jwt",
            ),
            (KeyClass::Weak, "key STRIPE_KEY signingKey sig SENTRY_DSN PWD OLDPWD pwd"),
            (
                KeyClass::Harmless,
                "author git_author_name user keyword sacred monkey turkey pas path keys2",
            ),
        ] {
            for name in names.split(' ') {
                assert_eq!(classify(name), class, "{name}");
            }
        }
    }
}
