//! Any sources and diagnostics.

use proptest::prelude::*;
use vitte_diag::{
    Applicability, Child, ChildLevel, Code, Diagnostic, Edit, FileId, Frame, Severity, SourceMap,
    Span, Suggestion, Tag, TraceKind, TraceStep, code,
};

pub const CODE: Code = code!("E0001");

const CODES: [Option<Code>; 5] = [
    Some(CODE),
    Some(code!("W0100")),
    Some(code!("unused_variables")),
    Some(code!("a::b,c%d&e|f;g\\h/i#j=k")),
    None,
];

/// Pieces of sources and messages: plain text, and characters that are hard to display.
const PIECES: [&str; 36] = [
    "a",
    "let x = 1",
    " ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "é",
    "日本",
    "e\u{301}",
    "\u{301}",
    "🎉",
    "👩\u{200d}🔬",
    "\u{200b}",
    "\u{feff}",
    "\u{0}",
    "\u{1b}[31m",
    "\u{1b}]8;;x\u{7}",
    "\u{7f}",
    "\u{85}",
    "\u{9b}1m",
    "\u{90}",
    "\u{202e}",
    "\u{2066}",
    "\u{2069}",
    "\u{200e}",
    "\u{2028}",
    "\u{61c}",
    "|",
    "^",
    "\"",
    "\\",
    "\u{e000}",
    "\u{ad}",
];

pub fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..12)
        .prop_map(|pieces| pieces.concat())
}

/// Any bytes: text, text with one byte replaced, or random bytes.
pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let text = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60)
        .prop_map(|pieces| pieces.concat().into_bytes());
    let cut = (text.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(
        |(mut bytes, at, noise)| {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = noise;
            }
            bytes
        },
    );
    prop_oneof![text, cut, prop::collection::vec(any::<u8>(), 0..200)]
}

/// Any span: most are in or near a file's text, some far past its end or in an unknown file.
pub fn span() -> impl Strategy<Value = Span> {
    let offset = || prop_oneof![9 => 0..200_u32, 1 => any::<u32>()];
    (0..4_u32, offset(), offset()).prop_map(|(file, a, b)| {
        Span::new(FileId::new(file), a.min(b), a.max(b)).expect("in order")
    })
}

fn severity() -> impl Strategy<Value = Severity> {
    use Severity::{Error, Fatal, Note, Warning};
    prop::sample::select(vec![Note, Warning, Error, Fatal])
}

/// Frames of every form, with any text in them.
fn frame() -> impl Strategy<Value = Frame> {
    let text = || {
        prop_oneof![words(), prop::sample::select(&["std::f", "main"][..]).prop_map(str::to_owned)]
    };
    let (line, col) = (any::<u32>(), prop::option::of(any::<u32>()));
    prop_oneof![
        text().prop_map(Frame::new),
        (text(), words(), line, col)
            .prop_map(|(function, file, line, col)| Frame::at(&function, &file, line, col)),
        (text(), words(), any::<u64>())
            .prop_map(|(function, module, at)| Frame::in_module(&function, &module, at)),
        any::<u64>().prop_map(Frame::omitted),
    ]
}

fn applicability() -> impl Strategy<Value = Applicability> {
    use Applicability::{HasPlaceholders, MachineApplicable, MaybeIncorrect, Unspecified};
    prop::sample::select(vec![MachineApplicable, MaybeIncorrect, HasPlaceholders, Unspecified])
}

/// A suggestion of one to three alternatives, each with one to three edits that do not overlap.
fn suggestion() -> impl Strategy<Value = Option<Suggestion>> {
    let edit = (span(), words()).prop_map(|(span, text)| Edit::replace(span, text));
    let alternative = prop::collection::vec(edit, 1..4);
    (words(), prop::collection::vec(alternative, 1..4), applicability()).prop_map(
        |(message, alternatives, applicability)| {
            Suggestion::with_alternatives(message, alternatives, applicability).ok()
        },
    )
}

fn suggestions() -> impl Strategy<Value = Vec<Suggestion>> {
    prop::collection::vec(suggestion(), 0..3).prop_map(|all| all.into_iter().flatten().collect())
}

prop_compose! {
    fn child()(
        level in prop::sample::select(vec![
            ChildLevel::Note, ChildLevel::Help, ChildLevel::Warning, ChildLevel::Error,
        ]),
        message in words(),
        labels in prop::collection::vec((any::<bool>(), span(), words()), 0..4),
        suggestions in suggestions(),
    ) -> Child {
        let mut child = Child::new(level, message);
        for (is_secondary, span, message) in labels {
            if is_secondary {
                child.add_secondary(span, message);
            } else {
                child.add_label(span, message);
            }
        }
        suggestions.into_iter().fold(child, Child::with_suggestion)
    }
}

prop_compose! {
    fn step()(
        kind in prop::sample::select(vec![
            TraceKind::Include, TraceKind::Macro, TraceKind::Call, TraceKind::Import, TraceKind::Analysis,
        ]),
        message in words(),
        span in prop::option::of(span()),
    ) -> TraceStep {
        let step = TraceStep::new(kind, message);
        match span {
            Some(span) => step.with_span(span),
            None => step,
        }
    }
}

/// The rarely used parts of a diagnostic.
#[derive(Clone, Debug)]
struct Rare {
    children: Vec<Child>,
    trace: Vec<TraceStep>,
    tags: Vec<Tag>,
    suggestions: Vec<Suggestion>,
    frames: Vec<Frame>,
}

prop_compose! {
    fn rare()(
        children in prop::collection::vec(child(), 0..3),
        trace in prop::collection::vec(step(), 0..4),
        tags in prop::sample::subsequence(vec![Tag::Unnecessary, Tag::Deprecated], 0..=2),
        suggestions in suggestions(),
        frames in prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(frame(), 1..5)],
    ) -> Rare {
        Rare { children, trace, tags, suggestions, frames }
    }
}

impl Rare {
    const NONE: Self = Self {
        children: Vec::new(),
        trace: Vec::new(),
        tags: Vec::new(),
        suggestions: Vec::new(),
        frames: Vec::new(),
    };

    fn add_to(self, mut diagnostic: Diagnostic) -> Diagnostic {
        let Self { children, trace, tags, suggestions, frames } = self;
        children.into_iter().for_each(|child| _ = diagnostic.add_child(child));
        trace.into_iter().for_each(|step| _ = diagnostic.add_step(step));
        tags.into_iter().for_each(|tag| _ = diagnostic.add_tag(tag));
        suggestions.into_iter().for_each(|suggestion| _ = diagnostic.add_suggestion(suggestion));
        diagnostic.with_backtrace(frames.into_iter().collect())
    }
}

prop_compose! {
    pub fn diagnostic()(
        severity in severity(),
        code in prop::sample::select(&CODES[..]),
        place in prop_oneof![
            8 => span().prop_map(|span| (Some(span), None)),
            1 => (0..4_u32).prop_map(|file| (None, Some(FileId::new(file)))),
            1 => Just((None, None)),
        ],
        (message, label) in (words(), words()),
        secondary in prop::collection::vec((span(), words()), 0..5),
        notes in prop::collection::vec(words(), 0..3),
        help in prop::option::of(words()),
        rare in prop_oneof![1 => Just(Rare::NONE), 1 => rare()],
    ) -> Diagnostic {
        let mut diagnostic = match place {
            (Some(primary), _) => Diagnostic::new(severity, code, primary, message),
            (None, Some(file)) => Diagnostic::for_file(severity, code, file, message),
            (None, None) => Diagnostic::without_location(severity, code, message),
        };
        diagnostic.set_label(label);
        for (span, message) in secondary {
            diagnostic.add_secondary(span, message);
        }
        for note in notes {
            diagnostic.add_note(note);
        }
        if let Some(help) = help {
            diagnostic.add_help(help);
        }
        rare.add_to(diagnostic)
    }
}

pub fn sources() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    prop::collection::vec((words(), bytes()), 1..4)
}

pub fn map(files: &[(String, Vec<u8>)]) -> SourceMap {
    let mut sources = SourceMap::new();
    for (index, (path, bytes)) in files.iter().enumerate() {
        sources.add(format!("{index}{path}"), bytes.clone()).expect("small");
    }
    sources
}
