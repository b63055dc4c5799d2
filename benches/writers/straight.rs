//! The straight writers. Each is a list of pieces.
//!
//! A writer that only copies has all positions, escaped texts and fingerprints already. One that computes has the positions,
//! tests each text for characters to escape, and hashes what a fingerprint is made of. It does not look for equal fingerprints
//! and names of tests, as the emitters of GitLab, SARIF and JUnit have to.

use siphasher::sip128::SipHasher24;

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

/// The output of one diagnostic, and what the writer has computed.
pub(crate) struct Output {
    bytes: Vec<u8>,
    /// Returns true if a byte is one that the format escapes. `None` for a writer that only copies.
    is_escaped: Option<fn(&[u8]) -> bool>,
    hashed: Vec<u8>,
}

/// Returns true if a text has a byte that is not printable ASCII, or one of those. Without an early exit, which is faster.
fn contains<const N: usize>(text: &[u8], special: [u8; N]) -> bool {
    text.iter().fold(false, |found, &byte| {
        let is_special = special.iter().fold(false, |found, &special| found | (byte == special));
        found | is_special | (byte.wrapping_sub(b' ') > b'~' - b' ')
    })
}

/// A text of the diagnostic or of the source, which may need escapes.
struct Text<'a>(&'a str);

/// The fingerprint of a diagnostic.
struct Fingerprint<'a>(&'a Item);

/// A piece of the output.
pub(crate) trait Piece {
    fn push(&self, out: &mut Output);
}

impl Piece for &str {
    #[inline]
    fn push(&self, out: &mut Output) {
        out.bytes.extend_from_slice(self.as_bytes());
    }
}

impl Piece for Text<'_> {
    #[inline]
    fn push(&self, out: &mut Output) {
        let is_escaped = out.is_escaped.is_some_and(|is_escaped| is_escaped(self.0.as_bytes()));
        assert!(!is_escaped, "no text of the benchmark needs an escape");
        out.bytes.extend_from_slice(self.0.as_bytes());
    }
}

impl Piece for Fingerprint<'_> {
    fn push(&self, out: &mut Output) {
        if out.is_escaped.is_none() {
            return self.0.fingerprint.as_str().push(out);
        }
        out.hashed.clear();
        for part in ["E0001", PATH, &self.0.message, self.0.text.trim()] {
            out.hashed.extend_from_slice(part.as_bytes());
            out.hashed.push(0xff);
        }
        out.hashed.extend_from_slice(&0_u64.to_le_bytes());
        let hash = SipHasher24::new().hash(&out.hashed).as_u128();
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(hash.to_be_bytes()) {
            let digit = |digit: u8| b"0123456789abcdef"[usize::from(digit)];
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        out.bytes.extend_from_slice(&digits);
    }
}

impl Piece for u32 {
    fn push(&self, out: &mut Output) {
        let (mut digits, mut rest, mut at) = ([0; 10], *self, 10);
        loop {
            at -= 1;
            digits[at] = b'0' + u8::try_from(rest % 10).unwrap();
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        out.bytes.extend_from_slice(&digits[at..]);
    }
}

macro_rules! push {
    ($out:ident: $($piece:expr),* $(,)?) => {
        $(Piece::push(&$piece, $out);)*
    };
}

pub(crate) fn write(format: &str, computes: bool, items: &[Item], sarif_head: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    // One diagnostic at a time, as the emitters write to any writer.
    let (head, write, tail) = writer(format, sarif_head);
    let is_escaped: fn(&[u8]) -> bool = match format {
        "human" | "short" => |text| contains(text, []),
        "github" => |text| contains(text, [b'%']),
        "junit" => |text| contains(text, *b"&<>\"'"),
        _ => |text| contains(text, [b'"', b'\\']),
    };
    let mut out = Output {
        bytes: Vec::new(),
        is_escaped: computes.then_some(is_escaped),
        hashed: Vec::new(),
    };
    bytes.extend_from_slice(head.as_bytes());
    for (index, item) in items.iter().enumerate() {
        out.bytes.clear();
        write(&mut out, index, item);
        bytes.extend_from_slice(&out.bytes);
    }
    bytes.extend_from_slice(tail.as_bytes());
    bytes
}

type Write = fn(&mut Output, usize, &Item);

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

fn human(out: &mut Output, index: usize, it: &Item) {
    let ([line, next], digits) = (it.line, it.line[1].ilog10() as usize + 1);
    let margin = &"          "[..digits];
    let first_margin = &"          "[..digits - it.line[0].ilog10() as usize - 1];
    push!(out: if index > 0 { "\n" } else { "" }, "error[E0001]: ", Text(&it.message), "\n", margin, "--> ", Text(PATH), ":", line, ":",
        it.col[0], "\n", margin, " |\n", first_margin, line, " | ", Text(&it.text), "\n", margin, " |                       ^ ",
        Text(LABEL), "\n", next, " | ", Text(&it.text), "\n", margin, " |         ----- ", Text(OTHER), "\n", margin, " |\n", margin,
        " = help: ", Text(HELP), "\n");
}

fn json(out: &mut Output, _: usize, it: &Item) {
    push!(out: "{\"severity\":\"error\",\"code\":\"E0001\",\"message\":\"", Text(&it.message), "\",\"primary\":{\"file\":\"", Text(PATH),
        "\",\"lo\":", it.lo[0], ",\"hi\":", it.hi[0], ",\"line\":", it.line[0], ",\"col\":", it.col[0],
        "},\"labels\":[{\"style\":\"primary\",\"file\":\"", Text(PATH), "\",\"lo\":", it.lo[0], ",\"hi\":", it.hi[0],
        ",\"line\":", it.line[0], ",\"col\":", it.col[0], ",\"message\":\"", Text(LABEL),
        "\"},{\"style\":\"secondary\",\"file\":\"", Text(PATH), "\",\"lo\":", it.lo[1], ",\"hi\":", it.hi[1], ",\"line\":",
        it.line[1], ",\"col\":", it.col[1], ",\"message\":\"", Text(OTHER), "\"}],\"help\":\"", Text(HELP), "\",\"notes\":[]}\n");
}

fn short(out: &mut Output, _: usize, it: &Item) {
    push!(out: Text(PATH), ":", it.line[0], ":", it.col[0], ": error[E0001]: ", Text(&it.message), "\n");
}

fn github(out: &mut Output, _: usize, it: &Item) {
    push!(out: "::error file=", Text(PATH), ",line=", it.line[0], ",col=", it.col[0], ",endColumn=", it.end[0],
        ",title=E0001::", Text(&it.message), "%0A", Text(LABEL), "%0A", Text(PATH), ":", it.line[1], ":", it.col[1], ": ", Text(OTHER),
        "%0Ahelp: ", Text(HELP), "\n");
}

fn text(out: &mut Output, end: &'static str, it: &Item) {
    push!(out: Text(&it.message), end, Text(LABEL), end, Text(PATH), ":", it.line[1], ":", it.col[1], ": ", Text(OTHER), end, "help: ", Text(HELP));
}

fn gitlab(out: &mut Output, index: usize, it: &Item) {
    push!(out: if index > 0 { ",\n" } else { "\n" }, "{\"type\":\"issue\",\"check_name\":\"E0001\",\"description\":\"",
        Text(&it.message), "\",\"content\":{\"body\":\"");
    text(out, "\\n", it);
    push!(out: "\"},\"categories\":[\"Bug Risk\"],\"severity\":\"major\",\"fingerprint\":\"", Fingerprint(it),
        "\",\"location\":{\"path\":\"", Text(PATH), "\",\"lines\":{\"begin\":", it.line[0], ",\"end\":", it.line[0], "}}}");
}

fn range(out: &mut Output, it: &Item, n: usize) {
    push!(out: "{\"start\":{\"line\":", it.line[n] - 1, ",\"character\":", it.col[n] - 1, "},\"end\":{\"line\":",
        it.line[n] - 1, ",\"character\":", it.end[n] - 1, "}}");
}

fn lsp(out: &mut Output, index: usize, it: &Item) {
    push!(out: if index > 0 { "," } else { "" }, "{\"range\":");
    range(out, it, 0);
    push!(out: ",\"severity\":1,\"code\":\"E0001\",\"codeDescription\":{\"href\":\"https://mycc.example/codes/E0001\"},",
        "\"source\":\"mycc\",\"message\":\"", Text(&it.message), "\\n", Text(LABEL), "\\nhelp: ", Text(HELP),
        "\",\"relatedInformation\":[{\"location\":{\"uri\":\"", URI, "\",\"range\":");
    range(out, it, 1);
    push!(out: "},\"message\":\"", Text(OTHER), "\"}]}");
}

fn junit(out: &mut Output, _: usize, it: &Item) {
    push!(out: "<testcase classname=\"", Text(PATH), "\" name=\"E0001: ", Text(&it.message), "\" file=\"", Text(PATH), "\" line=\"",
        it.line[0], "\">\n<failure type=\"error\" message=\"", Text(&it.message), "\">");
    text(out, "\n", it);
    push!(out: "</failure>\n</testcase>\n");
}

fn region(out: &mut Output, it: &Item, n: usize) {
    push!(out: "\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"", Text(PATH),
        "\",\"uriBaseId\":\"%SRCROOT%\"},\"region\":{\"startLine\":", it.line[n], ",\"startColumn\":", it.col[n],
        ",\"endLine\":", it.line[n], ",\"endColumn\":", it.end[n], ",\"byteOffset\":", it.lo[n], ",\"byteLength\":",
        it.hi[n] - it.lo[n], "}},\"message\":{\"text\":\"");
}

fn sarif(out: &mut Output, index: usize, it: &Item) {
    push!(out: if index > 0 { ",\n" } else { "\n" }, "{\"ruleId\":\"E0001\",\"level\":\"error\",\"message\":{\"text\":\"",
        Text(&it.message), "\\n", Text(LABEL), "\\nhelp: ", Text(HELP), "\"},\"locations\":[{");
    region(out, it, 0);
    push!(out: Text(LABEL), "\"}}],\"relatedLocations\":[{\"id\":0,");
    region(out, it, 1);
    push!(out: Text(OTHER), "\"}}],\"partialFingerprints\":{\"vitteDiag/v1\":\"", Fingerprint(it), "\"}}");
}
