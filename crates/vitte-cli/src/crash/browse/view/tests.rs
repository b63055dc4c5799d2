use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;
use serde_json::json;

use super::super::keys::Key;
use super::super::samples;
use super::*;

/// Draws a state as the terminal would show it.
fn screen(state: &mut State, width: u16, height: u16, has_color: bool) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let draw = |frame: &mut ratatui::Frame<'_>| {
        let area = frame.area();
        let offset = state.fit(Layout::of(area, state.open.is_some()).body);
        draw(state, offset, has_color, area, frame.buffer_mut());
    };
    terminal.draw(draw).unwrap();
    terminal.backend().clone()
}

/// Returns the text of the screen, without blanks at the ends of lines.
fn text(state: &mut State, width: u16, height: u16) -> String {
    let backend = screen(state, width, height, false);
    let buffer = backend.buffer();
    let mut lines = Vec::new();
    for y in 0..height {
        let mut line = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buffer.cell((x, y)).unwrap().symbol();
            line.push_str(symbol);
            x += u16::try_from(width_of(symbol)).unwrap().max(1);
        }
        assert_eq!(width_of(&line), usize::from(width), "{line}");
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n") + "\n"
}

fn opened() -> State {
    let mut state = samples::state();
    state.show(samples::capsule(&json!({})), true);
    state
}

fn press(state: &mut State, keys: &str) {
    keys.chars().for_each(|c| _ = state.press(if c == '\n' { Key::Enter } else { Key::Char(c) }));
}

fn assert_screen(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn screens_match_their_snapshots() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut all = Vec::new();
        let mut state = samples::state();
        press(&mut state, "j");
        all.push(text(&mut state, width, height));
        press(&mut state, "fseg");
        all.push(text(&mut state, width, height));
        let mut state = opened();
        press(&mut state, "jj");
        all.push(text(&mut state, width, height));
        press(&mut state, "/side\nn");
        all.push(text(&mut state, width, height));
        press(&mut state, "?");
        all.push(text(&mut state, width, height));
        let line = format!("{}\n", "=".repeat(width.into()));
        assert_screen(&format!("browse_{width}x{height}"), &all.join(&line));
    }
}

#[test]
fn small_terminals_have_less_or_a_message() {
    let mut state = opened();
    let small = text(&mut state, 60, 14);
    assert!(small.contains("> ") && small.contains("small terminal, best from 80 x 24"), "{small}");
    assert!(!small.contains("-----"), "there is no detail: {small}");
    let tiny = text(&mut state, 20, 5);
    assert!(tiny.starts_with("the terminal has 20\nx 5 cells"), "{tiny}");
    for width in 1..90 {
        for height in 1..30 {
            text(&mut state, width, height);
        }
    }
}

#[test]
fn nothing_depends_on_colours() {
    for mut state in [samples::state(), opened()] {
        press(&mut state, "j");
        let plain = screen(&mut state, 80, 24, false);
        let coloured = screen(&mut state, 80, 24, true);
        let symbols = |backend: &TestBackend| -> Vec<String> {
            backend.buffer().content.iter().map(|cell| cell.symbol().to_owned()).collect()
        };
        assert_eq!(symbols(&plain), symbols(&coloured));
        for cell in &plain.buffer().content {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
        }
        // The selected row is reversed, and begins with a mark.
        let reversed: Vec<_> = plain
            .buffer()
            .content
            .chunks(80)
            .filter(|row| row[0].modifier.contains(Modifier::REVERSED))
            .collect();
        assert_eq!((reversed.len(), reversed[0][0].symbol()), (1, ">"));
    }
}

#[test]
fn hostile_text_is_escaped_and_wide_text_is_aligned() {
    let hostile = "\u{1b}[2J\u{202e}\u{200b}日本語\u{301}\u{301}\r\n\t👩\u{200d}🔬".repeat(50);
    let context = json!([{"name": hostile, "values": [{"key": hostile, "value": hostile}],
        "variables": [{"key": hostile, "value": {&hostile: [hostile]}}],
        "place": {"id": 0, "file": hostile, "lo": 0, "hi": 1, "line": 1, "col": 1}}]);
    let changes = json!({"message": hostile, "thread": hostile, "module": hostile, "version": hostile,
        "timestamp": hostile, "context": context, "backtrace": [hostile], "notes": [hostile]});
    let mut capsule = samples::capsule(&changes);
    capsule.report.id = hostile.clone();
    capsule.environment.insert(hostile.clone(), hostile);
    let mut state = samples::state();
    state.show(capsule, true);
    for _ in 0..40 {
        let text = text(&mut state, 80, 24);
        let is_unsafe = |c: char| c != '\n' && vitte_diag::text::is_unsafe(c);
        assert!(!text.contains(is_unsafe) && !text.contains('\u{200b}'), "{text}");
        press(&mut state, "lj");
    }
}
