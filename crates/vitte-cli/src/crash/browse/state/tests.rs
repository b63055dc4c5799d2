use serde_json::json;

use super::super::samples;
use super::*;

/// Presses keys: a character each, and names in angle brackets.
fn press(state: &mut State, keys: &str) -> Action {
    let mut action = Action::None;
    for key in keys.split_inclusive('>').flat_map(|part| {
        let (chars, name) = part.split_once('<').unwrap_or((part, ""));
        let named = match name.trim_end_matches('>') {
            "up" => Some(Key::Up),
            "down" => Some(Key::Down),
            "left" => Some(Key::Left),
            "right" => Some(Key::Right),
            "enter" => Some(Key::Enter),
            "esc" => Some(Key::Escape),
            "back" => Some(Key::Backspace),
            "home" => Some(Key::Home),
            "end" => Some(Key::End),
            "pagedown" => Some(Key::PageDown),
            "pageup" => Some(Key::PageUp),
            "ctrl-c" => Some(Key::Interrupt),
            "ctrl-u" => Some(Key::HalfPageUp),
            _ => None,
        };
        chars.chars().map(Key::Char).chain(named).collect::<Vec<_>>()
    }) {
        action = state.press(key);
    }
    action
}

fn opened() -> State {
    let mut state = samples::state();
    state.show(samples::capsule(&json!({})), true);
    state.fit(10);
    state
}

/// Returns the label of the selected node.
fn label(state: &State) -> String {
    state.open.as_ref().unwrap().tree.selected().unwrap().node.label.clone()
}

/// Returns the labels of all rows.
fn labels(state: &State) -> Vec<String> {
    let tree = &state.open.as_ref().unwrap().tree;
    (0..tree.len()).map(|row| tree.row(row).unwrap().node.label.clone()).collect()
}

#[test]
fn the_cursor_moves_and_stays_in_the_list() {
    let mut state = samples::state();
    state.fit(2);
    let id = |state: &State| state.crashes.selected().unwrap().to_owned();
    assert_eq!(id(&state), "2025-10-22T13-05-42", "the newest is the first");
    press(&mut state, "k<up>");
    assert_eq!(id(&state), "2025-10-22T13-05-42");
    press(&mut state, "jjjj<down>");
    assert_eq!(id(&state), "2025-10-20T08-00-00");
    assert_eq!(state.fit(2), 1, "the cursor is visible");
    for (keys, row) in
        [("g", 0), ("G", 2), ("<home>", 0), ("<end>", 2), ("<pageup>", 0), ("<pagedown>", 2)]
    {
        press(&mut state, keys);
        assert_eq!(state.crashes.cursor(), row, "{keys}");
    }
    let load = Action::Load("2025-10-20T08-00-00".to_owned());
    for keys in ["<enter>", " ", "l", "<right>"] {
        assert_eq!(press(&mut state, keys), load, "{keys}");
    }
}

#[test]
fn keys_quit_and_go_back() {
    for keys in ["q", "<ctrl-c>", "/abc<ctrl-c>", "?<ctrl-c>"] {
        assert_eq!(press(&mut samples::state(), keys), Action::Quit, "{keys}");
        assert_eq!(press(&mut opened(), keys), Action::Quit, "{keys}");
    }
    for keys in ["<esc>", "<back>", "h", "<left>"] {
        let mut state = opened();
        press(&mut state, keys);
        assert!(state.open.is_none(), "{keys}");
        assert_eq!(press(&mut state, keys), Action::None, "{keys}");
    }
    // There is no list to go back to.
    let mut state = samples::state();
    state.show(samples::capsule(&json!({})), false);
    press(&mut state, "<esc>");
    assert!(state.open.is_some() && state.message.contains("q quits"));
    let mut state = samples::state();
    press(&mut state, "?");
    assert_eq!(state.mode, Mode::Help);
    assert_eq!(press(&mut state, "jx"), Action::None);
    assert_eq!(press(&mut state, "q"), Action::None);
    assert_eq!(state.mode, Mode::Normal, "q leaves the help, and not the program");
}

#[test]
fn nodes_open_and_close() {
    let mut state = opened();
    assert_eq!(label(&state), "panic: attempt to subtract with overflow");
    press(&mut state, "j");
    assert_eq!(label(&state), "contexts, the innermost first (2)");
    press(&mut state, "jjj");
    assert_eq!(label(&state), "scope: 2 entries");
    let before = labels(&state).len();
    press(&mut state, "<enter>");
    assert_eq!(labels(&state).len(), before + 2);
    press(&mut state, "l");
    assert_eq!(label(&state), "depth: 2");
    press(&mut state, "jll");
    assert_eq!(label(&state), "[0]: \"area\"");
    // Left moves to the parent, then closes it.
    press(&mut state, "h");
    assert_eq!(label(&state), "names: 2 items");
    press(&mut state, "hhh");
    assert_eq!(label(&state), "scope: 2 entries");
    assert_eq!(labels(&state).len(), before);
    // What was open below is open again.
    press(&mut state, " ");
    assert_eq!(labels(&state).len(), before + 2);
    press(&mut state, "hhhhh");
    assert!(state.open.as_ref().is_some_and(|_| label(&state).starts_with("contexts")));
    press(&mut state, "h");
    assert!(state.open.is_none(), "left of the first level is the list");
}

#[test]
fn a_search_opens_what_contains_the_place() {
    let mut state = opened();
    press(&mut state, "/side<enter>");
    assert_eq!(label(&state), "[1]: \"side\"");
    press(&mut state, "n");
    assert_eq!(label(&state), "    2 |     side: int", "a line of a source that was closed");
    press(&mut state, "N");
    assert_eq!(label(&state), "[1]: \"side\"");
    press(&mut state, "nnnn");
    assert_eq!(label(&state), "[1]: \"side\"", "after the last one, the first one follows");
    press(&mut state, "/SIDE<enter>");
    assert_eq!(state.message, "nothing was found");
    press(&mut state, "/<enter>");
    assert_eq!(state.message, "nothing was found", "an empty text repeats the search");
    let mut state = samples::state();
    press(&mut state, "n");
    assert!(state.message.contains("no search yet"));
    press(&mut state, "/segv<enter>");
    assert_eq!(state.crashes.selected(), Some("2025-10-21T09-00-00"));
    press(&mut state, "n");
    assert_eq!(state.crashes.selected(), Some("2025-10-21T09-00-00"));
    press(&mut state, "/panic<enter>");
    assert_eq!(state.crashes.selected(), Some("2025-10-20T08-00-00"));
    press(&mut state, "N");
    assert_eq!(state.crashes.selected(), Some("2025-10-22T13-05-42"));
}

#[test]
fn a_filter_leaves_what_matches() {
    let mut state = samples::state();
    press(&mut state, "fsegv");
    assert_eq!(state.crashes.len(), 1, "at once");
    press(&mut state, "<enter>");
    assert_eq!((state.crashes.len(), state.filter()), (1, "segv"));
    press(&mut state, "fx");
    assert_eq!((state.crashes.len(), state.crashes.selected()), (0, None));
    assert_eq!(press(&mut state, "<enter><enter>jG"), Action::None);
    press(&mut state, "<esc>");
    assert_eq!((state.crashes.len(), state.filter()), (3, ""));
    press(&mut state, "fsegv<ctrl-u>panic<back><back><esc>");
    assert_eq!((state.crashes.len(), &state.mode), (3, &Mode::Normal));

    let mut state = opened();
    press(&mut state, "fside<enter>");
    assert_eq!(
        labels(&state),
        [
            "contexts, the innermost first (2)",
            "type-checking (fn: area) at src/shapes.vitte:5:6",
            "scope: 2 entries",
            "names: 2 items",
            "[1]: \"side\"",
            "sources (1)",
            "src/shapes.vitte (7 lines)",
            "    2 |     side: int",
            "    5 |     let side = shape.side;",
            "    6 |     side * side",
        ]
    );
    press(&mut state, "G<esc>");
    assert_eq!(state.filter(), "");
    assert!(labels(&state).len() > 10 && state.open.is_some());
    assert_eq!(label(&state), "    6 |     side * side", "the cursor stays");
    press(&mut state, "gfnames<enter>G<enter>");
    assert!(state.message.contains("Esc removes the filter"), "{:?}", labels(&state));
}

#[test]
fn a_hostile_crash_is_shown_in_parts() {
    let long = "x".repeat(10 << 20);
    let mut deep = json!(1);
    (0..100).for_each(|_| deep = json!([deep]));
    let context = json!([{"name": "\u{1b}", "values": [{"key": "k", "value": ""}],
        "variables": [
            {"key": "many", "value": null},
            {"key": "deep", "value": deep},
            {"key": "\u{1b}[2J", "value": "\u{202e}\n\u{200b}"},
        ],
        "place": {"id": 0, "file": "\u{1b}", "lo": 0, "hi": 1, "line": 4_000_000_000_u32, "col": 4_000_000_000_u32}}]);
    let mut capsule = samples::capsule(&json!({"context": context}));
    // Set here, because the limits of a new capsule do not hold for one that is read.
    let context = &mut capsule.report.contexts[0];
    context.name.clone_from(&long);
    context.fields[0].key.clone_from(&long);
    context.fields[0].value.clone_from(&long);
    context.variables[0].value = (0..1_000_000).collect::<Vec<_>>().into();
    capsule.report.message = long;
    let lines = vitte_capsule::CapsuleSource::new("\u{1b}", "\n".repeat(4 << 20));
    capsule.sources.push(lines);
    let mut state = samples::state();
    state.show(capsule, true);
    press(&mut state, "/many<enter>");
    assert_eq!(label(&state), "many: 1000000 items");
    press(&mut state, "ll");
    assert_eq!(label(&state), "0 to 999");
    press(&mut state, "<end>");
    press(&mut state, "/99999<enter>");
    assert!(labels(&state).len() < 10_000);
    for label in labels(&state) {
        assert!(label.chars().count() < 8 * 500 + 20);
        assert!(!label.contains(vitte_diag::text::is_unsafe), "{label}");
    }
    // The long message opens, and none of it is lost.
    press(&mut state, "g<enter>j");
    assert_eq!(label(&state), "line 1");
}
