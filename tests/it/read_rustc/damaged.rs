//! Diagnostics of rustc in which fields are missing or have other values.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use vitte_diag::json::JsonDiagnostic;
use vitte_diag::read::Imported;
use vitte_diag::{ColumnUnit, DiagnosticBag, Format};

use super::Output;
use super::expected::Expected;
use crate::common::written;

static OUTPUTS: LazyLock<Vec<Output>> = LazyLock::new(Output::all);

/// The change of one value.
#[derive(Clone, Debug)]
enum Change {
    Remove,
    Set(Value),
    /// To the value at another place.
    Copy(Index),
    /// Adds the value to itself, if it is an array.
    Double,
}

fn change() -> impl Strategy<Value = Change> {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(7),
        json!(4_278_190_080_u32),
        json!(u32::MAX),
        json!(u64::MAX),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("main.rs"),
        json!("<anon>"),
        json!("help"),
        json!("é\u{1b}[1m\n"),
        json!("x".repeat(70)),
        json!([]),
        json!({}),
        json!([{}]),
        json!([{ "file_name": "a.rs", "label": "text" }]),
    ];
    prop_oneof![
        Just(Change::Remove),
        prop::sample::select(values.to_vec()).prop_map(Change::Set),
        any::<Index>().prop_map(Change::Copy),
        Just(Change::Double),
    ]
}

/// Returns the places of all values below a value.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(values) => {
            values.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        let at = format!("{at}/{name}");
        self::places(child, &at, places);
        places.push(at);
    }
}

/// Changes the value at a random place.
fn apply(message: &mut Value, place: &Index, change: &Change) {
    let mut all = Vec::new();
    places(message, "", &mut all);
    if all.is_empty() {
        return;
    }
    let place: &String = place.get(&all);
    let (parent, name) = place.rsplit_once('/').unwrap();
    match change {
        Change::Remove => match message.pointer_mut(parent).unwrap() {
            Value::Object(fields) => _ = fields.remove(name),
            Value::Array(values) => _ = values.remove(name.parse().unwrap()),
            _ => {}
        },
        Change::Set(value) => *message.pointer_mut(place).unwrap() = value.clone(),
        Change::Copy(from) => {
            let from: &String = from.get(&all);
            let value = message.pointer(from).unwrap().clone();
            *message.pointer_mut(place).unwrap() = value;
        }
        Change::Double => {
            if let Value::Array(values) = message.pointer_mut(place).unwrap() {
                values.extend_from_within(..);
            }
        }
    }
}

/// Writes everything that was read in every format.
fn write_all(imported: &Imported) {
    let bag: DiagnosticBag = imported.diagnostics.iter().cloned().collect();
    for &format in Format::ALL {
        written(format, &imported.sources, &bag);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    /// A changed message is read without a panic. What is not in the diagnostic is counted as lost.
    #[test]
    fn nothing_of_a_changed_message_is_lost_silently(
        (output, message) in any::<(Index, Index)>(),
        changes in prop::collection::vec((any::<Index>(), change()), 1..4),
    ) {
        let output = output.get(&OUTPUTS);
        let messages = output.messages();
        prop_assume!(!messages.is_empty());
        let mut message = message.get(&messages).0.clone();
        for (place, change) in &changes {
            apply(&mut message, place, change);
        }
        let Some(imported) = output.try_read(message.to_string().as_bytes()) else { return Ok(()) };
        write_all(&imported);
        let [diagnostic] = &imported.diagnostics[..] else {
            prop_assert!(imported.diagnostics.is_empty(), "at most one per line");
            return Ok(());
        };
        let json = JsonDiagnostic::new(&imported.sources, diagnostic, ColumnUnit::Char);
        let missing = Expected::of(&message, &imported.sources).missing_in(&json);
        prop_assert!(missing.is_empty() || !imported.losses.is_empty(), "{missing:?}: {message}");
    }

    /// Bytes are changed, removed and added anywhere in an output.
    #[test]
    fn changed_bytes_do_no_harm(
        output in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>(), 0..3_usize), 1..9),
        end in prop::option::of(any::<Index>()),
    ) {
        let output = output.get(&OUTPUTS);
        let mut input = output.input.clone();
        for (at, byte, removed) in changes {
            let at = at.index(input.len() + 1);
            let end = input.len().min(at + removed);
            input.splice(at..end, [byte]);
        }
        if let Some(end) = end {
            input.truncate(end.index(input.len() + 1));
        }
        if let Some(imported) = output.try_read(&input) {
            write_all(&imported);
        }
    }
}
