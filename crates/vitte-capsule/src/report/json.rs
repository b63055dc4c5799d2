//! Reads and writes a report as JSON.

use serde::Deserialize as _;
use serde::de::Error as _;
use serde_json::{Map, Value, json};
use vitte_diag::{Backtrace, Frame, text};

use super::CrashReport;

/// The maximum size of the JSON of a report, in bytes, when it is written and when it is read.
pub(crate) const MAX_BYTES: usize = 16 << 20;

/// The maximum number of values in the JSON of a report. A value takes up to 400 bytes of memory, but may take only 2 bytes
/// of the file.
pub(crate) const MAX_VALUES: usize = 256 << 10;

/// The maximum number of frames of all threads together. Those of 512 threads are fewer.
const MAX_FRAMES: usize = 64 << 10;

/// Pairs of limits, tried in this order on a report that is too large until it fits: the bytes of each string,
/// and the entries of each list and map. With the last pair, only values that are nested deeper than they are read could
/// be too large.
const TRUNCATION_LIMITS: [(usize, usize); 4] = [(64 << 10, 1024), (256, 32), (64, 4), (64, 1)];

impl CrashReport {
    /// Returns indented JSON of at most [`MAX_BYTES`] bytes and [`MAX_VALUES`] values, with a line feed at its end. A
    /// larger report is truncated, and gets a note about it.
    #[cfg(test)]
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        Ok(self.truncated()?.1)
    }

    /// Returns the report, truncated if its JSON exceeds a limit.
    pub(crate) fn bounded(self) -> Self {
        match self.truncated() {
            Ok((Some(truncated), _)) => truncated,
            Ok((None, _)) | Err(_) => self,
        }
    }

    /// Returns the truncated report, or `None` if it is small enough, and its JSON.
    pub(crate) fn truncated(&self) -> serde_json::Result<(Option<Self>, String)> {
        self.truncated_to(MAX_BYTES)
    }

    fn truncated_to(&self, max_size: usize) -> serde_json::Result<(Option<Self>, String)> {
        let (mut truncated, mut json) = (None, pretty(self)?);
        for (max_bytes, max_entries) in TRUNCATION_LIMITS {
            if json.len() <= max_size && count_values(json.as_bytes()) <= MAX_VALUES {
                break;
            }
            let mut value = serde_json::to_value(self)?;
            drop_old_breadcrumbs(&mut value, max_entries);
            truncate(&mut value, max_bytes, max_entries, false);
            // Converted back, because the struct defines the order of the keys.
            let mut short: Self = serde_json::from_value(value)?;
            short.notes.push(TRUNCATION_NOTE.to_owned());
            (short.path, short.dir) = (self.path.clone(), self.dir.clone());
            short.command_name.clone_from(&self.command_name);
            json = pretty(&short)?;
            truncated = Some(short);
        }
        Ok((truncated, json))
    }

    /// Parses a report. To read reports of other versions, ignores unknown keys, and replaces missing or mistyped
    /// values by empty ones. Frames beyond [`MAX_FRAMES`] are replaced by a marker.
    ///
    /// # Errors
    ///
    /// If the JSON is invalid, has no `timestamp` or no `message`, or has more than [`MAX_VALUES`] values.
    pub(crate) fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        check_values(json)?;
        let mut report = Self::parse(json)?;
        report.limit_frames();
        Ok(report)
    }

    fn limit_frames(&mut self) {
        self.frames.truncate(MAX_FRAMES);
        let of_threads = self.threads.iter_mut().map(|thread| &mut thread.backtrace);
        let mut left = MAX_FRAMES;
        for backtrace in std::iter::once(&mut self.backtrace).chain(of_threads) {
            let count = backtrace.frames().len();
            if count > left {
                let omitted = Frame::omitted((count - left) as u64);
                let frames = backtrace.frames().iter().take(left).cloned();
                *backtrace = frames.chain([omitted]).collect::<Backtrace>();
            }
            left = left.saturating_sub(count);
        }
    }

    fn parse(json: &[u8]) -> serde_json::Result<Self> {
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
        let mut valid = blank.clone();
        for (key, value) in given {
            // Tested one by one, so that an invalid value does not affect the others.
            let mut single = blank.clone();
            single.insert(key.clone(), value);
            let single = Value::Object(single);
            if Self::deserialize(&single).is_err() {
                continue;
            }
            if let Value::Object(mut single) = single {
                valid.extend(single.remove_entry(&key));
            }
        }
        serde_json::from_value(Value::Object(valid))
    }
}

/// The note of a truncated report.
const TRUNCATION_NOTE: &str =
    "this report was truncated because it exceeded 16 MiB or 262144 values";

/// Checks the number of values, before memory is allocated for them.
pub(crate) fn check_values(json: &[u8]) -> serde_json::Result<()> {
    match count_values(json) {
        count if count > MAX_VALUES => {
            Err(serde_json::Error::custom(format!("too many values ({count}, limit {MAX_VALUES})")))
        }
        _ => Ok(()),
    }
}

/// Returns about how many values JSON has, without parsing it: one more than commas and opening brackets outside of
/// strings.
fn count_values(json: &[u8]) -> usize {
    let (mut count, mut is_string, mut is_escaped) = (1, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_string,
            b'"' => is_string = !is_string,
            b',' | b'[' | b'{' => count += usize::from(!is_string),
            _ => {}
        }
    }
    count
}

fn pretty(report: &CrashReport) -> serde_json::Result<String> {
    serde_json::to_string_pretty(report).map(|json| json + "\n")
}

/// Returns an empty report, with only the keys that have no default.
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

/// Leaves at most `max_entries` breadcrumbs of a report: the newest, which come last.
fn drop_old_breadcrumbs(report: &mut Value, max_entries: usize) {
    if let Some(Value::Array(breadcrumbs)) = report.get_mut("breadcrumbs") {
        let count = breadcrumbs.len().saturating_sub(max_entries);
        breadcrumbs.drain(..count);
    }
}

/// Truncates strings to `max_bytes`, and lists and maps to `max_entries`, at any depth. An object is a map if `is_map` is
/// true, or else a struct, whose fields all remain.
fn truncate(value: &mut Value, max_bytes: usize, max_entries: usize, is_map: bool) {
    match value {
        Value::String(text) => truncate_text(text, max_bytes),
        Value::Array(entries) => {
            entries.truncate(max_entries);
            entries.iter_mut().for_each(|entry| truncate(entry, max_bytes, max_entries, is_map));
        }
        Value::Object(entries) if is_map => {
            let all = std::mem::take(entries).into_iter().take(max_entries);
            entries.extend(all.map(|(mut key, mut entry)| {
                truncate_text(&mut key, max_bytes);
                truncate(&mut entry, max_bytes, max_entries, true);
                (key, entry)
            }));
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                // The registers, and the value of a variable.
                let is_map = matches!(&**name, "registers" | "value");
                truncate(field, max_bytes, max_entries, is_map);
            }
        }
        _ => {}
    }
}

fn truncate_text(text: &mut String, max_bytes: usize) {
    if text.len() > max_bytes {
        let end = text::floor_char_boundary(text, max_bytes);
        let more = text::more("byte", text.len() - end);
        text.truncate(end);
        text.push_str(&format!(" ... {more}"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::super::{ContextEntry, ContextVariable};
    use super::*;

    #[test]
    fn a_written_report_reads_back_and_has_its_keys_in_order() {
        let report = report();
        let json = report.to_json().unwrap();
        assert_eq!(CrashReport::from_json(json.as_bytes()).unwrap(), report);
        assert!(json.starts_with("{\n  \"timestamp\": \"2025-10-22T13:05:42.123Z\",\n"), "{json}");
        assert!(json.ends_with("\n}\n"));
        let keys = ["timestamp", "version", "module", "thread", "signal", "message", "backtrace"];
        let offsets = keys.map(|key| json.find(&format!("\n  \"{key}\": ")).unwrap());
        assert!(offsets.is_sorted(), "{offsets:?}");
    }

    #[test]
    fn reports_of_other_versions_are_read_leniently() {
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
        assert_eq!(new.frames[0].function.as_deref(), Some("f"), "missing keys get a default");
        assert!(new.threads.is_empty(), "a value of another type is ignored");
        for invalid in
            ["", "{}", "[]", "7", "{\"message\": \"m\"}", "{\"timestamp\": \"t\", \"message\": 7}"]
        {
            assert!(read(invalid).is_err(), "{invalid}");
        }
        let deep = "[".repeat(100_000);
        assert!(read(&format!("{{\"timestamp\": \"\", \"message\": \"\", \"x\": {deep}")).is_err());
    }

    #[test]
    fn a_large_report_is_truncated_with_a_note() {
        let mut large = report();
        large.message = "\u{1}é".repeat(1 << 20);
        large.notes = vec!["\u{1}".repeat(60 << 10); 50];
        let json = large.to_json().unwrap();
        assert!(json.len() <= MAX_BYTES, "{} bytes", json.len());
        let read = CrashReport::from_json(json.as_bytes()).unwrap();
        assert!(read.message.starts_with("\u{1}é\u{1}é"), "{}", read.message);
        assert!(read.message.ends_with(" ... 3145472 more bytes"), "{}", read.message);
        assert!(read.notes.last().unwrap().contains("was truncated"), "{:?}", read.notes.last());
        assert_eq!(read.backtrace, large.backtrace);
        large.notes.clear();
        let read = CrashReport::from_json(large.to_json().unwrap().as_bytes()).unwrap();
        assert!(read.message.len() > 64 << 10, "the stricter limits are not applied");
    }

    #[test]
    fn any_report_fits() {
        use super::super::{ContextEntry, ContextField, ContextVariable, CrashThread};
        const MAX_SIZE: usize = 64 << 10;
        let truncated = |report: &CrashReport| {
            assert!(pretty(report).unwrap().len() > 10 * MAX_SIZE);
            let json = report.truncated_to(MAX_SIZE).unwrap().1;
            assert!(json.len() <= MAX_SIZE, "{} bytes", json.len());
            CrashReport::from_json(json.as_bytes()).unwrap()
        };
        let text = "\u{1}".repeat(256);
        let mut large = report();
        large.registers = (1000..3000).map(|at| (format!("r{at}{text}"), text.clone())).collect();
        assert!(truncated(&large).registers.keys().next().unwrap().starts_with("r1000"));

        let map = (0..3000).map(|at| (format!("{at}{text}"), json!(1))).collect();
        let mut nested = json!(text);
        for _ in 0..4 {
            nested = json!(vec![nested; 8]);
        }
        for value in [Value::Object(map), nested] {
            let mut large = report();
            large.contexts[0].variables = vec![ContextVariable::new("scope", value)];
            let read = truncated(&large);
            assert_eq!(read.contexts[0].variables[0].key, "scope");
            assert_eq!(read.contexts[0].location, large.contexts[0].location);
        }

        let mut large = report();
        let mut entry = ContextEntry::new(&*text);
        entry.fields = vec![ContextField::new(&*text, &*text); 12];
        let mut thread = CrashThread::new(1, &*text, report().backtrace);
        thread.contexts = vec![entry; 12];
        large.threads = vec![thread; 12];
        assert!(!truncated(&large).threads.is_empty());
    }

    #[test]
    fn a_report_with_many_values_is_truncated_and_can_be_read() {
        let numbers = json!(vec![0; 300_000]);
        let keys: Map<String, Value> =
            (0..150_000).map(|number| (format!("k{number}"), json!([]))).collect();
        // No list is longer than a limit.
        let lists = (0..2).fold(json!(vec![0; 32]), |list, _| json!(vec![list; 32]));
        for (value, variables) in [(numbers, 1), (Value::Object(keys), 1), (lists, 9)] {
            let mut large = report();
            let mut entry = ContextEntry::new("typeck");
            let variable = ContextVariable::new("scope", value);
            entry.variables = vec![variable; variables];
            large.contexts = vec![entry];
            let json = large.to_json().unwrap();
            assert!(json.len() <= MAX_BYTES, "{} bytes", json.len());
            let read = CrashReport::from_json(json.as_bytes()).unwrap();
            assert!(
                read.notes.last().unwrap().contains("was truncated"),
                "{:?}",
                read.notes.last()
            );
            assert_eq!((read.message, &*read.contexts[0].name), (large.message, "typeck"));
        }
    }

    #[test]
    fn the_newest_breadcrumbs_of_a_truncated_report_remain() {
        use super::super::{Breadcrumb, BreadcrumbLevel};
        let breadcrumb = |number: usize| {
            Breadcrumb::new("t", BreadcrumbLevel::Info, "vittec", number.to_string())
        };
        let mut large = report();
        large.breadcrumbs = (0..20_000).map(breadcrumb).collect();
        let read = CrashReport::from_json(large.to_json().unwrap().as_bytes()).unwrap();
        assert_eq!(read.breadcrumbs.len(), 20_000, "small enough");
        large.breadcrumbs = (0..100_000).map(breadcrumb).collect();
        let read = CrashReport::from_json(large.to_json().unwrap().as_bytes()).unwrap();
        assert_eq!(read.breadcrumbs, large.breadcrumbs[100_000 - 1024..]);
        let mut json = serde_json::to_value(report()).unwrap();
        json["breadcrumbs"][0]["level"] = json!("notice");
        let read = CrashReport::from_json(json.to_string().as_bytes()).unwrap();
        assert_eq!(read.breadcrumbs[0].level, BreadcrumbLevel::Info);
        assert_eq!(read.breadcrumbs[1], report().breadcrumbs[1]);
    }

    #[test]
    fn more_values_and_frames_than_any_report_has_are_not_read() {
        let json = |frames: usize| {
            let frames = vec!["f"; frames];
            json!({"timestamp": "t", "message": "m", "backtrace": frames, "threads": [
                {"id": 1, "name": "a", "backtrace": frames},
                {"id": 2, "name": "b", "backtrace": []},
            ]})
            .to_string()
        };
        let error = CrashReport::from_json(json(MAX_VALUES / 2).as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("too many values (2621"), "{error}");
        let read = CrashReport::from_json(json(MAX_FRAMES - 1).as_bytes()).unwrap();
        let frames = |backtrace: &Backtrace| {
            (backtrace.frames().len(), backtrace.frames().last().unwrap().text().to_owned())
        };
        assert_eq!(frames(&read.backtrace), (MAX_FRAMES - 1, "f".to_owned()));
        let omitted = format!("[... omitted {} frames ...]", MAX_FRAMES - 2);
        assert_eq!(frames(&read.threads[0].backtrace), (2, omitted));
        assert!(read.threads[1].backtrace.is_empty());
    }
}
