//! Parses workflow commands like the runner of GitHub Actions: `ActionCommand.TryParseV2` of
//! <https://github.com/actions/runner>.

/// `::name key=value,key=value::message`, decoded.
#[derive(Debug)]
pub struct Command {
    pub name: String,
    pub properties: Vec<(String, String)>,
    pub message: String,
}

impl Command {
    pub fn parse(line: &str) -> Self {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let property = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap();
            (key.to_owned(), unescape(value, &[("%3A", ":"), ("%2C", ",")]))
        };
        Self {
            name: name.to_owned(),
            properties: properties.split(',').map(property).collect(),
            message: unescape(message, &[]),
        }
    }

    pub fn property(&self, key: &str) -> Option<String> {
        self.properties.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
    }
}

/// Decodes escapes. `%25` is the last one, so that a decoded `%` does not begin another escape.
fn unescape(text: &str, more: &[(&str, &str)]) -> String {
    let all = more.iter().chain(&[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]);
    all.fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}
