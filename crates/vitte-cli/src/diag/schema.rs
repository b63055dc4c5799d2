//! `vitte diag schema`: the JSON Schema, and tables for databases.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use vitte_diag::json;

/// The arguments of `vitte diag schema`.
#[derive(Args)]
pub(crate) struct Schema {
    /// Print the definition of a table instead: for duckdb, clickhouse or spark
    #[arg(long, value_name = "DATABASE", value_enum, num_args = 0..=1, default_missing_value = "duckdb", hide_possible_values = true)]
    sql: Option<Database>,
}

/// A database that reads JSON Lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Database {
    Duckdb,
    Clickhouse,
    Spark,
}

impl Schema {
    /// Runs the command.
    pub(super) fn run(self, out: &mut dyn Write) -> io::Result<bool> {
        let text = match self.sql {
            None => json::SCHEMA.to_owned(),
            Some(database) => table(database),
        };
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        Ok(true)
    }
}

/// The type of a column.
enum Type {
    Text,
    /// 32 bits, without a sign.
    Number,
    Struct(&'static [(&'static str, Type)]),
    List(&'static Type),
}

use Type::{List, Number, Struct, Text};

const LOCATION: [(&str, Type); 5] =
    [("file", Text), ("lo", Number), ("hi", Number), ("line", Number), ("col", Number)];
const LABEL: [(&str, Type); 7] = [
    ("style", Text),
    ("file", Text),
    ("lo", Number),
    ("hi", Number),
    ("line", Number),
    ("col", Number),
    ("message", Text),
];
const EDIT: [(&str, Type); 6] = [
    ("file", Text),
    ("lo", Number),
    ("hi", Number),
    ("line", Number),
    ("col", Number),
    ("text", Text),
];
const LABELS: Type = List(&Struct(&LABEL));
const EDITS: Type = List(&Struct(&EDIT));
const SUGGESTION: [(&str, Type); 4] =
    [("message", Text), ("applicability", Text), ("edits", EDITS), ("alternatives", List(&EDITS))];
const SUGGESTIONS: Type = List(&Struct(&SUGGESTION));
const CHILD: [(&str, Type); 4] =
    [("level", Text), ("message", Text), ("labels", LABELS), ("suggestions", SUGGESTIONS)];
const STEP: [(&str, Type); 3] =
    [("kind", Text), ("message", Text), ("location", Struct(&LOCATION))];

/// The fields of a diagnostic, in the order in which they are written.
const COLUMNS: [(&str, Type); 13] = [
    ("severity", Text),
    ("code", Text),
    ("message", Text),
    ("primary", Struct(&LOCATION)),
    ("labels", LABELS),
    ("help", Text),
    ("notes", List(&Text)),
    ("children", List(&Struct(&CHILD))),
    ("trace", List(&Struct(&STEP))),
    ("tags", List(&Text)),
    ("suggestions", SUGGESTIONS),
    ("backtrace", List(&Text)),
    ("file", Text),
];

/// Returns the definition of a table with the name `diagnostics`.
fn table(database: Database) -> String {
    let columns: Vec<_> = COLUMNS
        .iter()
        .map(|(name, column)| {
            format!("  {} {}", database.quoted(name), database.column(name, column))
        })
        .collect();
    let end = match database {
        Database::Duckdb => "",
        Database::Clickhouse => " ENGINE = MergeTree ORDER BY (severity, message)",
        Database::Spark => " USING json",
    };
    format!("CREATE TABLE diagnostics (\n{}\n){end};\n", columns.join(",\n"))
}

impl Database {
    /// Returns a name that is not read as a keyword.
    fn quoted(self, name: &str) -> String {
        match self {
            Self::Duckdb => format!("\"{name}\""),
            Self::Clickhouse | Self::Spark => format!("`{name}`"),
        }
    }

    /// Returns the type of a column. In `ClickHouse` only those that cannot be null are not nullable.
    fn column(self, name: &str, column: &Type) -> String {
        match (self, column) {
            (Self::Clickhouse, Text) if matches!(name, "severity" | "message") => {
                "String".to_owned()
            }
            _ => self.name(column),
        }
    }

    fn name(self, column: &Type) -> String {
        match (self, column) {
            (Self::Duckdb, Text) => "VARCHAR".to_owned(),
            (Self::Duckdb, Number) => "UINTEGER".to_owned(),
            (Self::Duckdb, List(item)) => format!("{}[]", self.name(item)),
            (Self::Duckdb, Struct(fields)) => format!("STRUCT({})", self.fields(fields, " ")),
            (Self::Clickhouse, Text) => "Nullable(String)".to_owned(),
            (Self::Clickhouse, Number) => "Nullable(UInt32)".to_owned(),
            (Self::Clickhouse, List(item)) => format!("Array({})", self.name(item)),
            (Self::Clickhouse, Struct(fields)) => format!("Tuple({})", self.fields(fields, " ")),
            (Self::Spark, Text) => "STRING".to_owned(),
            (Self::Spark, Number) => "BIGINT".to_owned(),
            (Self::Spark, List(item)) => format!("ARRAY<{}>", self.name(item)),
            (Self::Spark, Struct(fields)) => format!("STRUCT<{}>", self.fields(fields, ": ")),
        }
    }

    fn fields(self, fields: &[(&str, Type)], between: &str) -> String {
        let field = |(name, column): &(&str, Type)| {
            format!("{}{between}{}", self.quoted(name), self.name(column))
        };
        fields.iter().map(field).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the names against the JSON Schema.
    fn check(fields: &[(&str, Type)], schema: &serde_json::Value, whole: &serde_json::Value) {
        let resolve = |mut value: &serde_json::Value| {
            if let Some(any) = value.get("anyOf").and_then(|any| any.as_array()) {
                value = any.iter().find(|one| one.get("type") != Some(&"null".into())).unwrap();
            }
            match value.get("$ref").and_then(|path| path.as_str()) {
                Some(path) => whole.pointer(path.trim_start_matches('#')).unwrap().clone(),
                None => value.clone(),
            }
        };
        let mut expected: Vec<_> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        expected.sort_unstable();
        names.sort_unstable();
        assert_eq!(names, expected);
        for (name, mut column) in fields.iter().map(|(name, column)| (name, column)) {
            let mut property = resolve(&schema["properties"][name]);
            while let List(item) = column {
                (column, property) = (item, resolve(&property["items"]));
            }
            match column {
                Struct(fields) => {
                    check(fields, &property, whole);
                }
                Number => {
                    assert!(property.to_string().contains("\"integer\""), "{name}: {property}");
                }
                Text => assert!(
                    property.to_string().contains("string")
                        || property.get("oneOf").is_some()
                        || property.get("enum").is_some(),
                    "{name}: {property}"
                ),
                List(_) => {}
            }
        }
    }

    #[test]
    fn the_table_has_the_fields_of_the_schema() {
        let schema = serde_json::from_str(json::SCHEMA).unwrap();
        check(&COLUMNS, &schema, &schema);
    }
}
