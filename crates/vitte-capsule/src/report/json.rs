//! A report as the text of its file, and back.

use serde::Deserialize as _;
use serde_json::{Map, Value, json};
use vitte_diag::text;

use super::CrashReport;

/// The most bytes that the file of a report has, and that are read of one.
pub(crate) const MAX_BYTES: usize = 16 << 20;

/// What is left of a report that is larger than [`MAX_BYTES`]: the bytes of a text and the entries of
/// a list. The second one is small enough for any report, however its lists are nested.
const CUTS: [(usize, usize); 2] = [(64 << 10, 1024), (256, 32)];

impl CrashReport {
    /// The text of its file: pretty JSON of at most [`MAX_BYTES`] with a line feed at its end. Where
    /// that needs cuts, a note says so.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        Ok(self.shortened()?.1)
    }

    /// The report as its file has room for it.
    pub(crate) fn bounded(self) -> Self {
        match self.shortened() {
            Ok((Some(short), _)) => short,
            Ok((None, _)) | Err(_) => self,
        }
    }

    /// The report with cuts, where it needs them, and its text.
    fn shortened(&self) -> serde_json::Result<(Option<Self>, String)> {
        let (mut cuts, mut json) = (None, pretty(self)?);
        for (most_bytes, most_entries) in CUTS {
            if json.len() <= MAX_BYTES {
                break;
            }
            let mut value = serde_json::to_value(self)?;
            cut(&mut value, most_bytes, most_entries);
            // Through the struct, which has the order of the keys.
            let mut short: Self = serde_json::from_value(value)?;
            short.notes.push("texts and lists of this report are cut: it was too large".to_owned());
            (short.path, short.dir) = (self.path.clone(), self.dir.clone());
            json = pretty(&short)?;
            cuts = Some(short);
        }
        Ok((cuts, json))
    }

    /// A report from the text of its file. What a newer or older version wrote reads as far as it can:
    /// keys that are not known are passed over, and those that are missing, or hold something else than
    /// they do here, are as if nothing was known.
    ///
    /// # Errors
    ///
    /// Why it is no report: a report has at least a `timestamp` and a `message`.
    pub(crate) fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        let error = match serde_json::from_slice(json) {
            Ok(report) => return Ok(report),
            Err(error) => error,
        };
        let Ok(Value::Object(given)) = serde_json::from_slice(json) else { return Err(error) };
        let is_text = |key| given.get(key).is_some_and(Value::is_string);
        if !is_text("timestamp") || !is_text("message") {
            return Err(error);
        }
        let blank = blank(given.get("signal").is_some_and(Value::is_string));
        let mut known = blank.clone();
        for (key, value) in given {
            // Each key by itself, so that one that cannot be read takes no other with it.
            let mut alone = blank.clone();
            alone.insert(key.clone(), value);
            let alone = Value::Object(alone);
            if Self::deserialize(&alone).is_err() {
                continue;
            }
            if let Value::Object(mut alone) = alone {
                known.extend(alone.remove_entry(&key));
            }
        }
        serde_json::from_value(Value::Object(known))
    }
}

fn pretty(report: &CrashReport) -> serde_json::Result<String> {
    serde_json::to_string_pretty(report).map(|json| json + "\n")
}

/// The keys that have no default, of a report of which nothing is known.
fn blank(is_signal: bool) -> Map<String, Value> {
    let blank = json!({
        "timestamp": "", "version": "", "module": "", "thread": "", "signal": null, "message": "",
        "backtrace": [], "system": {"os": "", "arch": ""},
        "code": if is_signal { "F0002" } else { "F0001" },
    });
    match blank {
        Value::Object(blank) => blank,
        _ => Map::new(),
    }
}

/// Cuts each text that has more bytes, and each list that has more entries.
fn cut(value: &mut Value, most_bytes: usize, most_entries: usize) {
    match value {
        Value::String(text) if text.len() > most_bytes => {
            let end = text::floor_char_boundary(text, most_bytes);
            let more = text::more("byte", text.len() - end);
            text.truncate(end);
            text.push_str(&format!(" ... {more}"));
        }
        Value::Array(entries) => {
            entries.truncate(most_entries);
            entries.iter_mut().for_each(|entry| cut(entry, most_bytes, most_entries));
        }
        Value::Object(entries) => {
            entries.values_mut().for_each(|entry| cut(entry, most_bytes, most_entries));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::*;

    #[test]
    fn what_is_written_reads_back_and_keeps_the_order_of_the_keys() {
        let report = report();
        let json = report.to_json().unwrap();
        assert_eq!(CrashReport::from_json(json.as_bytes()).unwrap(), report);
        assert!(json.starts_with("{\n  \"timestamp\": \"2025-10-22T13:05:42.123Z\",\n"), "{json}");
        assert!(json.ends_with("\n}\n"));
        let keys = ["timestamp", "version", "module", "thread", "signal", "message", "backtrace"];
        let at = keys.map(|key| json.find(&format!("\n  \"{key}\": ")).unwrap());
        assert!(at.is_sorted(), "{at:?}");
    }

    #[test]
    fn other_versions_read_as_far_as_they_can() {
        let read = |json: &str| CrashReport::from_json(json.as_bytes());
        let old =
            read(r#"{"timestamp": "2025-10-22T13:05:42Z", "message": "old", "signal": "SIGILL"}"#);
        let old = old.unwrap();
        assert_eq!((&*old.message, old.code.as_str(), &*old.program), ("old", "F0002", ""));
        let new = read(
            r#"{"timestamp": "2025", "message": "new", "code": "F0001", "threads": {"count": 7},
            "module": "vittec", "frames": [{"function": "f", "is_async": true}], "mood": "good"}"#,
        );
        let new = new.unwrap();
        assert_eq!((&*new.message, &*new.program), ("new", "vittec"));
        assert_eq!(new.frames[0].function.as_deref(), Some("f"), "what it lacks has a default");
        assert!(new.threads.is_empty(), "what is of another form is not known");
        for none in
            ["", "{}", "[]", "7", "{\"message\": \"m\"}", "{\"timestamp\": \"t\", \"message\": 7}"]
        {
            assert!(read(none).is_err(), "{none}");
        }
        let deep = "[".repeat(100_000);
        assert!(read(&format!("{{\"timestamp\": \"\", \"message\": \"\", \"x\": {deep}")).is_err());
    }

    #[test]
    fn what_is_too_large_is_cut_and_says_so() {
        let mut large = report();
        large.message = "\u{1}é".repeat(1 << 20);
        large.notes = vec!["\u{1}".repeat(60 << 10); 50];
        let json = large.to_json().unwrap();
        assert!(json.len() <= MAX_BYTES, "{} bytes", json.len());
        let read = CrashReport::from_json(json.as_bytes()).unwrap();
        assert!(read.message.starts_with("\u{1}é\u{1}é"), "{}", read.message);
        assert!(read.message.ends_with(" ... 3145472 more bytes"), "{}", read.message);
        assert!(read.notes.last().unwrap().contains("are cut"), "{:?}", read.notes.last());
        assert_eq!(read.backtrace, large.backtrace);
        large.notes.clear();
        let once = CrashReport::from_json(large.to_json().unwrap().as_bytes()).unwrap();
        assert!(once.message.len() > 64 << 10, "it is cut no more than it has to be");
    }
}
