//! Secrets of JSON.

use serde_json::{Map, Value};

use super::{REDACTED, Redactor};

/// What a pair calls its key.
const KEYS: [&str; 2] = ["key", "name"];

impl Redactor {
    /// JSON at any depth. A secret key loses its whole value, whatever that is; null stays. So does the
    /// value of a pair, `["password", …]` or `{"key": "password", "value": …}`, where the key may be called
    /// `name` too. Lists of texts are read as [command lines](Self::arguments), all other texts and
    /// the keys as [text](Self::text).
    pub fn json(&self, value: &mut Value) {
        // A list of what is left to do: a call for each level would end the stack.
        let mut left = vec![value];
        while let Some(value) = left.pop() {
            match value {
                Value::String(text) => {
                    if let std::borrow::Cow::Owned(masked) = self.text(text) {
                        *text = masked;
                    }
                }
                Value::Array(values) => {
                    self.list(values);
                    left.extend(values);
                }
                Value::Object(object) => {
                    self.object(object);
                    left.extend(object.values_mut());
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
    }

    fn list(&self, values: &mut [Value]) {
        match &mut *values {
            [Value::String(key), value] if self.is_secret(key) => return take(value),
            _ => {}
        }
        let texts: Option<Vec<String>> =
            values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        if let Some(texts) = texts {
            for (value, masked) in values.iter_mut().zip(self.arguments(&texts)) {
                *value = Value::String(masked);
            }
        }
    }

    fn object(&self, object: &mut Map<String, Value>) {
        let is_pair = KEYS.iter().any(|key| {
            object.get(*key).and_then(Value::as_str).is_some_and(|key| self.is_secret(key))
        });
        if let Some(value) = object.get_mut("value").filter(|_| is_pair) {
            take(value);
        }
        for (key, value) in object.iter_mut() {
            if self.is_secret(key) {
                take(value);
            }
        }
        let renamed: Vec<(String, String)> = object
            .keys()
            .filter_map(|key| match self.text(key) {
                std::borrow::Cow::Owned(masked) => Some((key.clone(), masked)),
                std::borrow::Cow::Borrowed(_) => None,
            })
            .collect();
        for (key, masked) in renamed {
            if let Some(value) = object.remove(&key) {
                object.insert(masked, value);
            }
        }
    }
}

fn take(value: &mut Value) {
    if !value.is_null() {
        *value = Value::String(REDACTED.to_owned());
    }
}
