//! The straight writers. Each is a list of pieces.

/// What a straight writer knows of a diagnostic.
pub(crate) struct Item {
    message: String,
    lo: [u32; 2],
    hi: [u32; 2],
    line: [u32; 2],
    col: [u32; 2],
    end: [u32; 2],
    text: String,
    pub(crate) fingerprint: String,
}

const PATH: &str = "src/main.vitte";
const URI: &str = "file:///work/shop/src/main.vitte";
const LABEL: &str = "not expected here";
const OTHER: &str = "the statement starts here";
const HELP: &str = "remove the operator, or add an operand";

impl Item {
    pub(crate) fn new(number: usize, start: usize, line: &str) -> Self {
        let offset = |offset: usize| u32::try_from(offset).unwrap();
        let (first, second) = (offset(start), offset(start + line.len()));
        let row = offset(start / line.len() + 1);
        Self {
            message: format!("unexpected operator `+` in expression {number}"),
            lo: [first + 22, second + 8],
            hi: [first + 23, second + 13],
            line: [row, row + 1],
            col: [23, 9],
            end: [24, 14],
            text: line.trim_end().to_owned(),
            fingerprint: String::new(),
        }
    }
}

/// A piece of the output.
pub(crate) trait Piece {
    fn push(&self, out: &mut Vec<u8>);
}

impl Piece for &str {
    #[inline]
    fn push(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
}

impl Piece for String {
    #[inline]
    fn push(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
}

impl Piece for u32 {
    fn push(&self, out: &mut Vec<u8>) {
        let (mut digits, mut rest, mut at) = ([0; 10], *self, 10);
        loop {
            at -= 1;
            digits[at] = b'0' + u8::try_from(rest % 10).unwrap();
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        out.extend_from_slice(&digits[at..]);
    }
}

macro_rules! push {
    ($out:ident: $($piece:expr),* $(,)?) => {
        $(Piece::push(&$piece, $out);)*
    };
}

pub(crate) fn write(format: &str, items: &[Item], sarif_head: &str) -> Vec<u8> {
    let mut out = Vec::new();
    // One diagnostic at a time, as the emitters write to any writer.
    let mut buffer = Vec::new();
    let (head, write, tail) = writer(format, sarif_head);
    out.extend_from_slice(head.as_bytes());
    for (index, item) in items.iter().enumerate() {
        buffer.clear();
        write(&mut buffer, index, item);
        out.extend_from_slice(&buffer);
    }
    out.extend_from_slice(tail.as_bytes());
    out
}

type Write = fn(&mut Vec<u8>, usize, &Item);

fn writer(format: &str, sarif_head: &str) -> (String, Write, String) {
    let none = String::new;
    let counts = "tests=\"1000\" failures=\"1000\" errors=\"0\"";
    match format {
        "human" => (none(), human, none()),
        "json" => (none(), json, none()),
        "short" => (none(), short, none()),
        "github" => (none(), github, none()),
        "gitlab" => ("[".to_owned(), gitlab, "\n]\n".to_owned()),
        "lsp" => (format!("{{\"uri\":\"{URI}\",\"diagnostics\":["), lsp, "]}\n".to_owned()),
        "junit" => (
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mycc\" {counts}>\n<testsuite name=\"{PATH}\" {counts}>\n"
            ),
            junit,
            "</testsuite>\n</testsuites>\n".to_owned(),
        ),
        _ => (sarif_head.to_owned(), sarif, "\n]}]}\n".to_owned()),
    }
}

fn human(out: &mut Vec<u8>, index: usize, it: &Item) {
    let ([line, next], digits) = (it.line, it.line[1].ilog10() as usize + 1);
    let margin = &"          "[..digits];
    let first_margin = &"          "[..digits - it.line[0].ilog10() as usize - 1];
    push!(out: if index > 0 { "\n" } else { "" }, "error[E0001]: ", it.message, "\n", margin, "--> ", PATH, ":", line, ":",
        it.col[0], "\n", margin, " |\n", first_margin, line, " | ", it.text, "\n", margin, " |                       ^ ",
        LABEL, "\n", next, " | ", it.text, "\n", margin, " |         ----- ", OTHER, "\n", margin, " |\n", margin,
        " = help: ", HELP, "\n");
}

fn json(out: &mut Vec<u8>, _: usize, it: &Item) {
    push!(out: "{\"severity\":\"error\",\"code\":\"E0001\",\"message\":\"", it.message, "\",\"primary\":{\"file\":\"", PATH,
        "\",\"lo\":", it.lo[0], ",\"hi\":", it.hi[0], ",\"line\":", it.line[0], ",\"col\":", it.col[0],
        "},\"labels\":[{\"style\":\"primary\",\"file\":\"", PATH, "\",\"lo\":", it.lo[0], ",\"hi\":", it.hi[0],
        ",\"line\":", it.line[0], ",\"col\":", it.col[0], ",\"message\":\"", LABEL,
        "\"},{\"style\":\"secondary\",\"file\":\"", PATH, "\",\"lo\":", it.lo[1], ",\"hi\":", it.hi[1], ",\"line\":",
        it.line[1], ",\"col\":", it.col[1], ",\"message\":\"", OTHER, "\"}],\"help\":\"", HELP, "\",\"notes\":[]}\n");
}

fn short(out: &mut Vec<u8>, _: usize, it: &Item) {
    push!(out: PATH, ":", it.line[0], ":", it.col[0], ": error[E0001]: ", it.message, "\n");
}

fn github(out: &mut Vec<u8>, _: usize, it: &Item) {
    push!(out: "::error file=", PATH, ",line=", it.line[0], ",col=", it.col[0], ",endColumn=", it.end[0],
        ",title=E0001::", it.message, "%0A", LABEL, "%0A", PATH, ":", it.line[1], ":", it.col[1], ": ", OTHER,
        "%0Ahelp: ", HELP, "\n");
}

fn text(out: &mut Vec<u8>, end: &'static str, it: &Item) {
    push!(out: it.message, end, LABEL, end, PATH, ":", it.line[1], ":", it.col[1], ": ", OTHER, end, "help: ", HELP);
}

fn gitlab(out: &mut Vec<u8>, index: usize, it: &Item) {
    push!(out: if index > 0 { ",\n" } else { "\n" }, "{\"type\":\"issue\",\"check_name\":\"E0001\",\"description\":\"",
        it.message, "\",\"content\":{\"body\":\"");
    text(out, "\\n", it);
    push!(out: "\"},\"categories\":[\"Bug Risk\"],\"severity\":\"major\",\"fingerprint\":\"", it.fingerprint,
        "\",\"location\":{\"path\":\"", PATH, "\",\"lines\":{\"begin\":", it.line[0], ",\"end\":", it.line[0], "}}}");
}

fn range(out: &mut Vec<u8>, it: &Item, n: usize) {
    push!(out: "{\"start\":{\"line\":", it.line[n] - 1, ",\"character\":", it.col[n] - 1, "},\"end\":{\"line\":",
        it.line[n] - 1, ",\"character\":", it.end[n] - 1, "}}");
}

fn lsp(out: &mut Vec<u8>, index: usize, it: &Item) {
    push!(out: if index > 0 { "," } else { "" }, "{\"range\":");
    range(out, it, 0);
    push!(out: ",\"severity\":1,\"code\":\"E0001\",\"codeDescription\":{\"href\":\"https://mycc.example/codes/E0001\"},",
        "\"source\":\"mycc\",\"message\":\"", it.message, "\\n", LABEL, "\\nhelp: ", HELP,
        "\",\"relatedInformation\":[{\"location\":{\"uri\":\"", URI, "\",\"range\":");
    range(out, it, 1);
    push!(out: "},\"message\":\"", OTHER, "\"}]}");
}

fn junit(out: &mut Vec<u8>, _: usize, it: &Item) {
    push!(out: "<testcase classname=\"", PATH, "\" name=\"E0001: ", it.message, "\" file=\"", PATH, "\" line=\"",
        it.line[0], "\">\n<failure type=\"error\" message=\"", it.message, "\">");
    text(out, "\n", it);
    push!(out: "</failure>\n</testcase>\n");
}

fn region(out: &mut Vec<u8>, it: &Item, n: usize) {
    push!(out: "\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"", PATH,
        "\",\"uriBaseId\":\"%SRCROOT%\"},\"region\":{\"startLine\":", it.line[n], ",\"startColumn\":", it.col[n],
        ",\"endLine\":", it.line[n], ",\"endColumn\":", it.end[n], ",\"byteOffset\":", it.lo[n], ",\"byteLength\":",
        it.hi[n] - it.lo[n], "}},\"message\":{\"text\":\"");
}

fn sarif(out: &mut Vec<u8>, index: usize, it: &Item) {
    push!(out: if index > 0 { ",\n" } else { "\n" }, "{\"ruleId\":\"E0001\",\"level\":\"error\",\"message\":{\"text\":\"",
        it.message, "\\n", LABEL, "\\nhelp: ", HELP, "\"},\"locations\":[{");
    region(out, it, 0);
    push!(out: LABEL, "\"}}],\"relatedLocations\":[{\"id\":0,");
    region(out, it, 1);
    push!(out: OTHER, "\"}}],\"partialFingerprints\":{\"vitteDiag/v1\":\"", it.fingerprint, "\"}}");
}
