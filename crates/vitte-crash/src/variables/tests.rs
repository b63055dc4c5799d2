//! Tests of the serializer and of the variables that contexts borrow.

mod contexts;
mod failures;
mod limits;
mod properties;
mod values;

use super::*;

fn limits() -> VariableLimits {
    VariableLimits::default()
}

/// Returns the JSON of a value, and its error.
fn written(variable: &dyn Variable, limits: VariableLimits) -> (String, Option<String>) {
    let mut buffer = vec![0; 1 << 20];
    let written = write(variable, &mut buffer, limits, 0);
    let json = String::from_utf8(buffer[..written.len].to_vec()).unwrap();
    (json, written.error.map(|error| error.text().to_owned()))
}

/// Returns the JSON of a value that must have no error.
fn json_of(variable: &dyn Variable, limits: VariableLimits) -> String {
    let (json, error) = written(variable, limits);
    assert_eq!(error, None, "{json}");
    json
}

#[derive(Serialize)]
struct Unit;
#[derive(Serialize)]
struct Newtype(u8);
#[derive(Serialize)]
struct Pair(u8, char);
#[derive(Serialize)]
struct Struct {
    a: Option<u8>,
    b: Option<Unit>,
}
#[derive(Serialize)]
enum Enum {
    Unit,
    Newtype(Newtype),
    Tuple(u8, u8),
    Struct { a: u8 },
}
