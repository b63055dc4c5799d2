//! The levels of codes that the user configures in the editor.

use serde_json::Value;
use vitte_diag::{Level, Policy, Tool, text};

/// The settings of a client, in the section with the name of the tool:
///
/// ```json
/// {"allow": ["W0100"], "warn": [], "deny": ["warnings"], "denyWarnings": false, "maxErrors": 0}
/// ```
///
/// All are optional. They are those of the flags of a driver, and are added to the levels that the server was started with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Settings {
    levels: Vec<(String, Level)>,
    max_errors: Option<u64>,
    mistakes: Vec<String>,
}

const LISTS: [(&str, Level); 3] =
    [("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny)];

impl Settings {
    /// Reads the settings. `value` is those of the section, or of all sections, as clients send it.
    pub(crate) fn new(value: &Value, tool: &Tool) -> Self {
        let value = value.get(tool.name()).filter(|own| own.is_object()).unwrap_or(value);
        let mut settings = Self::default();
        for (name, level) in LISTS {
            settings.add_list(value, name, level);
        }
        match value.get("denyWarnings") {
            None | Some(Value::Null | Value::Bool(false)) => {}
            Some(Value::Bool(true)) => settings.levels.push(("warnings".to_owned(), Level::Deny)),
            Some(other) => settings.mistake("denyWarnings", "true or false", other),
        }
        match value.get("maxErrors") {
            None | Some(Value::Null) => {}
            Some(number) => match number.as_u64() {
                Some(max) => settings.max_errors = Some(max),
                None => settings.mistake("maxErrors", "a number", number),
            },
        }
        settings
    }

    fn add_list(&mut self, value: &Value, name: &str, level: Level) {
        let Some(list) = value.get(name).filter(|list| !list.is_null()) else { return };
        match list.as_array().map(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>())
        {
            Some(Some(codes)) => {
                self.levels.extend(codes.into_iter().map(|code| (code.to_owned(), level)));
            }
            _ => self.mistake(name, "a list of codes", list),
        }
    }

    fn mistake(&mut self, name: &str, expected: &str, found: &Value) {
        let found = found.to_string();
        let found = text::one_line(text::truncate(&found, 80));
        self.mistakes.push(format!("`{name}` must be {expected}, not `{found}`"));
    }

    /// Returns `base` with these settings, and what is wrong with them. What is wrong is ignored.
    pub(crate) fn policy(&self, base: &Policy) -> (Policy, Vec<String>) {
        let (mut policy, mut mistakes) = (base.clone(), self.mistakes.clone());
        for (code, level) in &self.levels {
            match policy.clone().with_level(code, *level) {
                Ok(changed) => policy = changed,
                Err(error) => mistakes.push(error.to_string()),
            }
        }
        if let Some(max) = self.max_errors {
            policy = policy.with_max_errors(max);
        }
        (policy, mistakes)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(value: &Value) -> (Policy, Vec<String>) {
        Settings::new(value, &Tool::default()).policy(&Policy::default())
    }

    #[test]
    fn settings_are_the_flags_of_a_driver() {
        let expected = Policy::default()
            .with_level("W0100", Level::Allow)
            .unwrap()
            .with_level("warnings", Level::Deny)
            .unwrap()
            .with_max_errors(3);
        let settings = json!({"allow": ["W0100"], "denyWarnings": true, "maxErrors": 3, "x": 1});
        assert_eq!(policy(&settings), (expected.clone(), vec![]));
        assert_eq!(policy(&json!({"vittec": settings})), (expected, vec![]));
        for none in [json!(null), json!({}), json!([]), json!({"vittec": null, "allow": null})] {
            assert_eq!(policy(&none), (Policy::default(), vec![]));
        }
    }

    #[test]
    fn mistakes_are_reported_and_the_rest_is_used() {
        let (found, mistakes) = policy(&json!({
            "allow": "W0100", "deny": ["W0100", "W9999"], "warn": ["E0001"], "maxErrors": -1, "denyWarnings": "no",
        }));
        assert_eq!(found, Policy::default().with_level("W0100", Level::Deny).unwrap());
        assert_eq!(
            mistakes,
            [
                "`allow` must be a list of codes, not `\"W0100\"`",
                "`denyWarnings` must be true or false, not `\"no\"`",
                "`maxErrors` must be a number, not `-1`",
                "cannot lower the level of `E0001`: errors are always errors",
                "unknown code `W9999`",
            ]
        );
    }
}
