//! Redacts JSON, which is the form of variables.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::names::KeyClass;
use super::{REDACTED, Redactor};

/// The names of the key in an object that is a pair of a key and a value.
const PAIR_KEYS: [&str; 4] = ["key", "name", "k", "header"];
/// The names of the value in such an object.
const PAIR_VALUES: [&str; 4] = ["value", "v", "val", "content"];

/// Values that are still to be redacted, each with the class of the name that it is below.
type Pending<'a> = Vec<(&'a mut Value, KeyClass)>;

impl Redactor {
    /// Redacts JSON at any depth. The value of an unmistakable key (`password`, `api_key`) is replaced, unless it is null.
    /// Strings below an ambiguous key (`token`, `pass`, `key`) are replaced if they look like secrets;
    /// [`with_names_in_variables`](Self::with_names_in_variables) replaces them all. So is the value of a pair:
    /// `["password", …]`, `{"key": "password", "value": …}` or `{"name": "password", "value": …}`. Lists of strings are
    /// treated as [command lines](Self::arguments), other strings and keys as [text](Self::text).
    pub fn json(&self, value: &mut Value) {
        self.json_below(KeyClass::Harmless, value);
    }

    /// Redacts the value of a variable.
    pub(super) fn json_of(&self, key: &str, value: &mut Value) {
        self.json_below(self.classify(key), value);
    }

    fn json_below(&self, class: KeyClass, value: &mut Value) {
        if self.is_removed(class) {
            return redact_value(value);
        }
        // Not recursive, because deep JSON would overflow the stack.
        let mut pending: Pending<'_> = vec![(value, class)];
        while let Some((value, class)) = pending.pop() {
            match value {
                Value::String(text) if self.is_secret_variable(class, text) => {
                    *text = REDACTED.to_owned();
                }
                Value::String(text) => {
                    if let Cow::Owned(redacted) = self.variable_text(text) {
                        *text = redacted;
                    }
                }
                Value::Array(values) => self.list(values, class, &mut pending),
                Value::Object(object) => self.object(object, class, &mut pending),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
    }

    /// Returns true if all values of names of this class are removed, of whatever type they are.
    fn is_removed(&self, class: KeyClass) -> bool {
        class == KeyClass::Secret || (class == KeyClass::Ambiguous && self.names_in_variables)
    }

    fn list<'a>(&self, values: &'a mut [Value], class: KeyClass, pending: &mut Pending<'a>) {
        let pair = match &*values {
            [Value::String(key), _] => self.classify(key),
            _ => KeyClass::Harmless,
        };
        let texts: Option<Vec<String>> =
            values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        if self.is_removed(pair) {
            values.last_mut().into_iter().for_each(redact_value);
        } else if let Some(texts) = texts {
            for (value, redacted) in values.iter_mut().zip(self.words(&texts)) {
                *value = Value::String(redacted);
            }
        }
        // The second value of a pair belongs to the first.
        let class_of = |index| if index == 1 { class.max(pair) } else { class };
        let values = values.iter_mut().enumerate();
        pending.extend(values.map(|(index, value)| (value, class_of(index))));
    }

    fn object<'a>(
        &self,
        object: &'a mut Map<String, Value>,
        class: KeyClass,
        pending: &mut Pending<'a>,
    ) {
        self.rename_keys(object);
        let is_one =
            |names: &[&str], key: &str| names.iter().any(|name| key.eq_ignore_ascii_case(name));
        let names = object.iter().filter(|(key, _)| is_one(&PAIR_KEYS, key));
        let classes = names.filter_map(|(_, name)| Some(self.classify(name.as_str()?)));
        let pair = classes.max().unwrap_or(KeyClass::Harmless);
        for (key, value) in object.iter_mut() {
            let own = self.classify(key);
            let own = if is_one(&PAIR_VALUES, key) { own.max(pair) } else { own };
            if self.is_removed(own) {
                redact_value(value);
            }
            pending.push((value, own.max(class)));
        }
    }

    /// Redacts the keys of an object. Keys that become equal are numbered, so that no value is lost.
    fn rename_keys(&self, object: &mut Map<String, Value>) {
        let redacted = |key: &String| match self.variable_text(key) {
            Cow::Owned(redacted) => Some((key.clone(), redacted)),
            Cow::Borrowed(_) => None,
        };
        let renamed: Vec<(String, String)> = object.keys().filter_map(redacted).collect();
        for (number, (key, redacted)) in renamed.into_iter().enumerate() {
            let Some(value) = object.remove(&key) else { continue };
            let is_taken = object.contains_key(&redacted);
            let unique = if is_taken { format!("{redacted} {}", number + 1) } else { redacted };
            object.insert(unique, value);
        }
    }
}

fn redact_value(value: &mut Value) {
    if !value.is_null() {
        *value = Value::String(REDACTED.to_owned());
    }
}
