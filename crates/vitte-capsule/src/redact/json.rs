//! Redacts JSON.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{REDACTED, Redactor};

/// The names of the key in an object that is a pair of a key and a value.
const PAIR_KEYS: [&str; 2] = ["key", "name"];

impl Redactor {
    /// Redacts JSON at any depth. The value of a secret key is replaced, unless it is null. So is the value of a pair:
    /// `["password", …]`, `{"key": "password", "value": …}` or `{"name": "password", "value": …}`. Lists of strings are
    /// treated as [command lines](Self::arguments), other strings and keys as [text](Self::text).
    pub fn json(&self, value: &mut Value) {
        // Not recursive, because deep JSON would overflow the stack.
        let mut pending = vec![value];
        while let Some(value) = pending.pop() {
            match value {
                Value::String(text) => {
                    if let Cow::Owned(redacted) = self.text(text) {
                        *text = redacted;
                    }
                }
                Value::Array(values) => {
                    self.list(values);
                    pending.extend(values);
                }
                Value::Object(object) => {
                    self.object(object);
                    pending.extend(object.values_mut());
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
    }

    fn list(&self, values: &mut [Value]) {
        match &mut *values {
            [Value::String(key), value] if self.is_secret(key) => return redact_value(value),
            _ => {}
        }
        let texts: Option<Vec<String>> =
            values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        if let Some(texts) = texts {
            for (value, redacted) in values.iter_mut().zip(self.arguments(&texts)) {
                *value = Value::String(redacted);
            }
        }
    }

    fn object(&self, object: &mut Map<String, Value>) {
        let is_pair = PAIR_KEYS.iter().any(|key| {
            object.get(*key).and_then(Value::as_str).is_some_and(|key| self.is_secret(key))
        });
        if let Some(value) = object.get_mut("value").filter(|_| is_pair) {
            redact_value(value);
        }
        for (key, value) in object.iter_mut() {
            if self.is_secret(key) {
                redact_value(value);
            }
        }
        let renamed: Vec<(String, String)> = object
            .keys()
            .filter_map(|key| match self.text(key) {
                Cow::Owned(redacted) => Some((key.clone(), redacted)),
                Cow::Borrowed(_) => None,
            })
            .collect();
        for (key, redacted) in renamed {
            if let Some(value) = object.remove(&key) {
                object.insert(redacted, value);
            }
        }
    }
}

fn redact_value(value: &mut Value) {
    if !value.is_null() {
        *value = Value::String(REDACTED.to_owned());
    }
}
