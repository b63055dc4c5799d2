//! The settings of a [`Redactor`].

use regex::RegexBuilder;

use super::{MAX_PATTERN_BYTES, RedactError, Redactor};

impl Redactor {
    /// Adds a regular expression for the keys of secrets. It is case-insensitive, and may match any part of a key
    /// unless it has `^` and `$`. It counts everywhere, also in variables, contexts and sources.
    ///
    /// # Errors
    ///
    /// A [`RedactError`] if `regex` is not a regular expression, or is larger than 1 MiB when compiled.
    pub fn with_pattern(mut self, regex: &str) -> Result<Self, RedactError> {
        let compiled = RegexBuilder::new(regex)
            .case_insensitive(true)
            .size_limit(MAX_PATTERN_BYTES)
            .build()
            .map_err(|error| RedactError::Pattern {
                pattern: regex.to_owned(),
                reason: error.to_string(),
            })?;
        self.patterns.push(compiled);
        Ok(self)
    }

    /// Sets whether all [names of secrets](Self::is_secret) count in variables and in the fields of contexts. Default:
    /// false, because `token`, `pass`, `private`, `session` and `auth` are everyday words of compilers. Their values are
    /// then redacted only if they look like secrets. Unmistakable names, such as `password`, always count.
    ///
    /// ```
    /// use vitte_capsule::Redactor;
    ///
    /// let mut value = serde_json::json!({"token": "identifier", "pass": "x9Fk2Qz7", "password": "abc"});
    /// Redactor::default().json(&mut value);
    /// assert_eq!(value["token"], "identifier");
    /// assert_eq!((&value["pass"], &value["password"]), (&"[redacted]".into(), &"[redacted]".into()));
    ///
    /// Redactor::default().with_names_in_variables(true).json(&mut value);
    /// assert_eq!(value["token"], "[redacted]");
    /// ```
    #[must_use]
    pub const fn with_names_in_variables(mut self, count: bool) -> Self {
        self.names_in_variables = count;
        self
    }

    /// Sets whether home directories are replaced by `~`, and the name of the user by `$USER`. Default: true. The name
    /// is replaced only as a whole component of a path, and as the value of `USER`, `LOGNAME` and `USERNAME`. It is known
    /// only after [`with_process`](Self::with_process).
    #[must_use]
    pub const fn with_home_redaction(mut self, redact: bool) -> Self {
        self.redacts_home = redact;
        self
    }

    /// Sets the prefix of the program's own environment variables, such as `MYCC_`. Their values are redacted if they
    /// look like a password, whatever their names are. Default: none. `vitte-crash` sets the prefix of the program.
    #[must_use]
    pub fn with_environment_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }
}
