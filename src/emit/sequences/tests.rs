use super::*;
use crate::emit::canvas::{AnsiCanvas, Canvas as _};
use crate::emit::role::{Role, SyntaxRole};
use crate::emit::sgr::tests::{interpret, normalized};
use crate::emit::style::Style;
use crate::emit::text_style::{Color, TextStyle};
use crate::terminal::Background;

fn sequence(sequences: &LevelSequences, from: Style, to: Style) -> Vec<u8> {
    let mut out = Vec::new();
    sequences.push(from as usize, to as usize, &mut out);
    out
}

fn terminals() -> impl Iterator<Item = Terminal> {
    let backgrounds = [Background::Unknown, Background::Dark, Background::Light];
    backgrounds.into_iter().flat_map(|background| {
        [false, true].map(|true_color| {
            let mut terminal = Terminal::default().with_background(background);
            terminal.true_color = true_color;
            terminal
        })
    })
}

fn themes() -> impl Iterator<Item = Theme> {
    let style = TextStyle::new().with_color(Color::Rgb(1, 2, 3)).underline();
    let custom = Theme::new().with_style(Role::Header(ChildLevel::Error), style);
    Theme::names().map(|name| name.parse().unwrap()).chain([custom])
}

#[test]
fn each_style_looks_as_the_theme_says() {
    for (theme, terminal) in
        themes().flat_map(|theme| terminals().map(move |it| (theme.clone(), it)))
    {
        let all = Sequences::new(&theme, terminal);
        for severity in Severity::ALL {
            let sequences = all.of_diagnostic(severity);
            let level = match severity {
                Severity::Note => ChildLevel::Note,
                Severity::Warning => ChildLevel::Warning,
                Severity::Error | Severity::Fatal => ChildLevel::Error,
            };
            let look = |style: Style| {
                let role = style.role(level);
                let look = role.map(|role| theme.style(role, terminal)).unwrap_or_default();
                assert_eq!(sequences.is_underlined(style as usize), look.underline, "{style:?}");
                normalized(look)
            };
            for (from, to) in Style::ALL.iter().flat_map(|&from| Style::ALL.map(|to| (from, to))) {
                let written = sequence(sequences, from, to);
                assert_eq!(interpret(look(from), &written), look(to), "{theme} {from:?} {to:?}");
            }
        }
    }
}

#[test]
fn a_child_has_the_colors_of_its_level() {
    let all = Sequences::new(&Theme::new(), Terminal::default());
    for (level, severity) in [
        (ChildLevel::Note, Severity::Note),
        (ChildLevel::Warning, Severity::Warning),
        (ChildLevel::Error, Severity::Error),
    ] {
        let mut canvas = AnsiCanvas::new(Vec::new(), &all, Severity::Error);
        let outer = canvas.begin_child(level);
        canvas.style(Style::Plain, Style::Primary);
        canvas.end_child(outer);
        canvas.style(Style::Plain, Style::Primary);
        let primary =
            |severity| sequence(all.of_diagnostic(severity), Style::Plain, Style::Primary);
        assert_eq!(canvas.out, [primary(severity), primary(Severity::Error)].concat(), "{level}");
    }
    let help = all.of_child(ChildLevel::Help);
    let plain_to = |style| sequence(help, Style::Plain, style);
    let error = all.of_diagnostic(Severity::Error);
    assert_eq!(plain_to(Style::Header), sequence(error, Style::Plain, Style::Help));
    assert_ne!(plain_to(Style::Primary), plain_to(Style::Secondary));
}

#[test]
fn each_style_has_its_own_class() {
    let mut classes: Vec<_> = Style::ALL.iter().filter_map(|style| style.class()).collect();
    let count = classes.len();
    classes.sort_unstable();
    classes.dedup();
    assert_eq!((classes.len(), count), (Style::ALL.len() - 1, Style::ALL.len() - 1));
    assert!(
        SyntaxRole::ALL
            .iter()
            .all(|&role| { Style::from(role).role(ChildLevel::Note) == Some(Role::Syntax(role)) })
    );
}
