//! Decodes formats by the rules of their readers.

use serde_json::Value;

/// A command with named values, and a text after it.
#[derive(PartialEq, Eq, Debug)]
pub struct Decoded {
    pub name: String,
    pub values: Vec<(String, String)>,
    pub text: String,
}

impl Decoded {
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(own, _)| own == name).map(|(_, value)| &**value)
    }
}

/// Parses a logging command like the agent of Azure Pipelines: `Command.TryParse` and `CommandStringConvertor.Unescape` of
/// <https://github.com/microsoft/azure-pipelines-agent>.
pub fn azure(line: &str) -> Decoded {
    let start = line.find("##vso[").unwrap() + "##vso[".len();
    let (info, text) = line[start..].split_once(']').unwrap();
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let pairs = properties.split(';').filter(|pair| !pair.is_empty());
    let values = pairs.filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.to_owned(), unescape_azure(value)))
    });
    let values = values.collect();
    Decoded { name: name.to_owned(), values, text: unescape_azure(text) }
}

fn unescape_azure(text: &str) -> String {
    let escapes = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%")];
    escapes.iter().fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

/// Parses a service message of TeamCity: <https://www.jetbrains.com/help/teamcity/service-messages.html#Escaped+Values>.
pub fn teamcity(line: &str) -> Decoded {
    let rest = line.strip_prefix("##teamcity[").unwrap();
    let (name, mut rest) = rest.split_once(' ').unwrap();
    let mut values = Vec::new();
    while let Some((name, after)) = rest.split_once("='") {
        let (mut value, mut chars) = (String::new(), after.char_indices());
        let end = loop {
            match chars.next().expect("the value ends") {
                (at, '\'') => break at,
                (_, '|') => value.push(match chars.next().unwrap().1 {
                    'n' => '\n',
                    'r' => '\r',
                    '0' => {
                        assert_eq!(chars.next().unwrap().1, 'x');
                        let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
                    }
                    c @ ('\'' | '|' | '[' | ']') => c,
                    other => panic!("unknown escape |{other}"),
                }),
                (_, c) => {
                    assert!(!"[]\n\r".contains(c), "{c:?} is escaped in {line}");
                    value.push(c);
                }
            }
        };
        values.push((name.to_owned(), value));
        rest = after[end + 1..].trim_start_matches(' ');
    }
    assert_eq!(rest, "]", "{line}");
    Decoded { name: name.to_owned(), values, text: String::new() }
}

/// Reads comma-separated values by RFC 4180. Each record ends with `\r\n`.
pub fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    let mut is_quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if is_quoted || field.is_empty() => is_quoted = !is_quoted,
            '"' => panic!("a quote in a field without quotes: {text}"),
            ',' if !is_quoted => record.push(std::mem::take(&mut field)),
            '\r' if !is_quoted => {
                assert_eq!(chars.next(), Some('\n'));
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            c => {
                assert!(is_quoted || c != '\n', "a line feed in a field without quotes: {text}");
                field.push(c);
            }
        }
    }
    assert!(record.is_empty() && field.is_empty() && !is_quoted, "the last record has an end");
    records
}

/// A test point of TAP: <https://testanything.org/tap-version-14-specification.html>.
#[derive(Debug)]
pub struct TestPoint {
    pub passes: bool,
    pub number: usize,
    pub description: String,
    /// The values of the YAML block, each of which is JSON.
    pub block: Vec<(String, Value)>,
}

impl TestPoint {
    pub fn value(&self, name: &str) -> &Value {
        self.block.iter().find(|(own, _)| own == name).map_or(&Value::Null, |(_, value)| value)
    }
}

/// Reads a TAP document.
pub fn tap(text: &str) -> Vec<TestPoint> {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("TAP version 14"));
    let (mut points, mut plan): (Vec<TestPoint>, _) = (Vec::new(), None);
    while let Some(line) = lines.next() {
        assert_eq!(plan, None, "the plan is the last line");
        if let Some(count) = line.strip_prefix("1..") {
            plan = Some(count.parse::<usize>().unwrap());
        } else if line == "  ---" {
            let point = points.last_mut().unwrap();
            for line in lines.by_ref().take_while(|line| *line != "  ...") {
                let (name, value) = line.strip_prefix("  ").unwrap().split_once(": ").unwrap();
                point.block.push((name.to_owned(), serde_json::from_str(value).unwrap()));
            }
        } else {
            let passes = !line.starts_with("not ");
            let rest = line.strip_prefix("not ").unwrap_or(line).strip_prefix("ok ").unwrap();
            let (number, rest) = rest.split_once(" - ").unwrap();
            points.push(TestPoint {
                passes,
                number: number.parse().unwrap(),
                description: unescape_tap(rest),
                block: Vec::new(),
            });
        }
    }
    assert_eq!(plan, Some(points.len()));
    assert!(points.iter().zip(1..).all(|(point, number)| point.number == number));
    points
}

/// Removes the escapes of a description, which has no directive.
fn unescape_tap(text: &str) -> String {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().unwrap()),
            '#' => panic!("a directive: {text}"),
            c => out.push(c),
        }
    }
    out
}
