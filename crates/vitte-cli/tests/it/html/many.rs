//! The index entries of many crashes.

use serde_json::json;
use vitte_capsule::{CrashGroup, CrashOverview, IndexEntry};

/// A deterministic pseudo-random generator.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

const PHASES: [&str; 8] =
    ["lexer", "parser", "resolve", "typeck", "borrow", "lower", "codegen", "link"];
const VERBS: [&str; 10] = [
    "unify",
    "visit_expr",
    "check_block",
    "lookup",
    "instantiate",
    "emit_call",
    "fold_constants",
    "expand_macro",
    "intern",
    "layout_of",
];
const MESSAGES: [&str; 10] = [
    "index out of bounds: the len is {} but the index is {}",
    "called `Option::unwrap()` on a `None` value",
    "attempt to subtract with overflow",
    "internal error: entered unreachable code: type {} was not resolved before lowering",
    "no entry found for key `local_{}`",
    "assertion `left == right` failed: operand {} has another type",
    "already borrowed: BorrowMutError",
    "byte index {} is not a char boundary; it is inside 'é' (bytes 4..6)",
    "called `Result::unwrap()` on an `Err` value: UnknownSymbol(\"sym_{}\")",
    "range end index {} out of range for slice of length {}",
];

/// Returns an entry: crash `number` of `count`, which are spread over 110 days.
fn entry(
    number: usize,
    count: usize,
    defect: usize,
    message: &str,
    random: &mut Random,
) -> IndexEntry {
    let day = number * 110 / count;
    let date = format!("2025-{:02}-{:02}", 7 + day / 28, day % 28 + 1);
    let second = number * 110 % count * 86_400 / count;
    let time = [second / 3600, second / 60 % 60, second % 60].map(|part| format!("{part:02}"));
    let id = format!("{date}T{}-000-{number:08x}", time.join("-"));
    let hash = (defect as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (phase, verb) = (PHASES[defect % 8], VERBS[defect / 8 % 10]);
    let is_signal = defect % 9 == 4;
    let own = format!("vittec::front::{phase}::{verb}_{}::{{{{closure}}}}", defect / 80);
    serde_json::from_value(json!({
        "id": id, "timestamp": format!("{date}T{}.000Z", time.join(":")),
        "kind": if is_signal { "signal" } else { "panic" }, "code": if is_signal { "F0002" } else { "F0001" },
        "signal": is_signal.then_some("SIGSEGV"), "fingerprint": format!("{hash:016x}").repeat(4),
        "module": "vittec", "version": format!("0.{}.{}", 3 + day / 40, random.below(1 + day % 40 / 10)),
        "thread": "main", "session": format!("{number:016x}"), "message": message,
        "functions": ["core::panicking::panic_fmt", own, "vittec::driver::run"],
        "files": [format!("src/front/{phase}.rs")],
        "place": format!("examples/{}.vitte:{}:{}", VERBS[random.below(10)], random.below(300) + 1, 5),
        "bytes": 9000, "path": format!("panic/{date}/{:08x}/{id}.vittecrash", hash >> 32),
    }))
    .unwrap()
}

/// Returns `count` crashes of 400 defects, of which some are much more frequent than others.
pub fn realistic(count: usize) -> Vec<IndexEntry> {
    let mut random = Random(1);
    let one = |number| {
        let defect = random.below(400) * random.below(400) / 400;
        let message = MESSAGES[defect % 10].replace("{}", &(defect * 37 % 1009).to_string());
        entry(number, count, defect, &message, &mut random)
    };
    (0..count).map(one).collect()
}

/// Returns `count` crashes of as many defects, with a long text in each field.
pub fn hostile(count: usize, text: &str) -> Vec<IndexEntry> {
    let mut random = Random(1);
    let one = |number| {
        let mut entry = entry(number, count, number, text, &mut random);
        let text = vitte_diag::text::truncate(&text.repeat(200), 190).to_owned();
        (entry.message, entry.program, entry.location) =
            (format!("{number}{text}"), format!("{text}{}", number % 50), Some(text.clone()));
        (entry.version, entry.signal) = (format!("{number}{text}"), Some(text.clone()));
        (entry.timestamp, entry.functions) = (text.clone(), vec![format!("{number}{text}")]);
        entry
    };
    (0..count).map(one).collect()
}

pub fn page(entries: impl IntoIterator<Item = IndexEntry>) -> String {
    CrashOverview::new(CrashGroup::of(entries)).to_html()
}
