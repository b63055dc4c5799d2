//! Redacts the environment, and learns from it what is secret.

use std::collections::BTreeMap;

use super::names::KeyClass;
use super::scan::slice;
use super::{REDACTED, Redactor, looks, names, url};

/// The variables that have the home directory and the name of the user.
const HOME_NAMES: [&str; 2] = ["HOME", "USERPROFILE"];
const USER_NAMES: [&str; 3] = ["USER", "LOGNAME", "USERNAME"];

impl Redactor {
    /// Returns environment variables, in which the values of [secret names](Self::is_secret) are redacted, and the others
    /// are treated as [text](Self::text). Of several variables with the same name, the last one is returned.
    ///
    /// A value under a harmless name is redacted too if it looks like a password and the name has the
    /// [prefix](Self::with_environment_prefix) of the program. The values of `HOME` and `USER` become `~` and `$USER`.
    #[must_use]
    pub fn environment(
        &self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> BTreeMap<String, String> {
        let redacted = variables.into_iter().map(|(key, value)| {
            let value = self.environment_value(&key, &value);
            (key, value)
        });
        redacted.collect()
    }

    fn environment_value(&self, key: &str, value: &str) -> String {
        if self.redacts_home && !value.is_empty() {
            if HOME_NAMES.contains(&key) {
                return "~".to_owned();
            }
            if USER_NAMES.contains(&key) {
                return "$USER".to_owned();
            }
        }
        let is_own = !self.prefix.is_empty() && key.starts_with(&self.prefix);
        let class = self.classify(key);
        let is_secret = class >= KeyClass::Ambiguous
            || (class == KeyClass::Weak && looks::is_random(value.as_bytes()))
            || (is_own && looks::is_password(value.as_bytes()));
        if is_secret { REDACTED.to_owned() } else { self.text(value).into_owned() }
    }

    /// Returns this redactor with what the environment and the command line of a process reveal: its home directory, the
    /// name of its user, and the values of secret names. These values are then redacted wherever they occur, if they
    /// have at least six bytes and are not common words.
    ///
    /// ```
    /// use vitte_capsule::Redactor;
    ///
    /// let environment = [("DB_PASSWORD", "swordfish"), ("HOME", "/srv/ada")];
    /// let environment = environment.map(|(key, value)| (key.to_owned(), value.to_owned()));
    /// let redactor = Redactor::default().with_process(environment, &[]);
    /// assert_eq!(redactor.text("cannot log in: swordfish"), "cannot log in: [redacted]");
    /// assert_eq!(redactor.text("no file /srv/ada/x, /data/ada/y"), "no file ~/x, /data/$USER/y");
    /// ```
    #[must_use]
    pub fn with_process(
        mut self,
        environment: impl IntoIterator<Item = (String, String)>,
        arguments: &[String],
    ) -> Self {
        for (key, value) in environment {
            if HOME_NAMES.contains(&&*key) {
                self.user.set_home(&value);
            } else if USER_NAMES.contains(&&*key) {
                self.user.set_name(&value);
            } else {
                self.learn(&key, &value);
            }
        }
        let mut option = None;
        for argument in arguments {
            if let Some(option) = option.filter(|_| !argument.starts_with("--")) {
                self.learn(option, argument);
            }
            let pair = argument.split_once('=');
            if let Some((key, value)) = pair {
                self.learn(key, value);
            } else {
                self.learn_url(argument);
            }
            option = (argument.starts_with('-') && pair.is_none()).then_some(argument.as_str());
        }
        self
    }

    /// Remembers a value, if its name is that of a secret.
    fn learn(&mut self, key: &str, value: &str) {
        self.learn_url(value);
        let bytes = value.as_bytes();
        let is_own = !self.prefix.is_empty() && key.starts_with(&self.prefix);
        let is_secret = match self.classify(key) {
            KeyClass::Secret => true,
            KeyClass::Ambiguous => names::is_token(key) || looks::is_password(bytes),
            KeyClass::Weak => looks::is_random(bytes),
            KeyClass::Harmless => is_own && looks::is_random(bytes),
        };
        if is_secret {
            self.known.add(value);
        }
    }

    /// Remembers the passwords of the URLs in a value.
    fn learn_url(&mut self, value: &str) {
        for password in url::passwords(value.as_bytes()) {
            if let Ok(password) = std::str::from_utf8(slice(value.as_bytes(), password)) {
                self.known.add(password);
            }
        }
    }
}
