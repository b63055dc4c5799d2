use super::*;
use crate::emit::text_style::Color;
use crate::model::ChildLevel;

#[test]
fn roles_have_different_indices() {
    assert_eq!(
        Role::all().map(Role::index).collect::<Vec<_>>(),
        (0..Role::COUNT).collect::<Vec<_>>()
    );
}

#[test]
fn names_are_parsed_back() {
    for name in Theme::names() {
        let theme: Theme = name.parse().unwrap();
        assert_eq!((theme.name(), theme.to_string().as_str()), (name, name));
        for (suffix, background) in [("-dark", Background::Dark), ("-light", Background::Light)] {
            let pinned: Theme = [name, suffix].concat().parse().unwrap();
            assert_eq!(pinned, theme.clone().on(background), "{name}");
            assert_eq!(pinned.to_string().parse(), Ok(pinned.clone()));
            let on_dark = Terminal::default().with_background(Background::Dark);
            let on_background = Terminal::default().with_background(background);
            let header = Role::Header(ChildLevel::Error);
            assert_eq!(pinned.style(header, on_dark), theme.style(header, on_background));
        }
    }
    let error = "solarized\n".parse::<Theme>().unwrap_err().to_string();
    assert_eq!(
        error,
        "unknown theme `solarized\\n`; expected one of default, high-contrast, color-blind, ansi, \
         optionally followed by -dark or -light"
    );
    assert!("-dark".parse::<Theme>().is_err());
}

#[test]
fn styles_are_set_for_all_or_some_backgrounds() {
    let red = TextStyle::new().with_color(Color::Rgb(255, 0, 0));
    let on = |background| Terminal::default().with_background(background);
    let (dark, light) = (on(Background::Dark), on(Background::Light));
    let all = Theme::new().with_style(Role::Gutter, red);
    assert_eq!((all.style(Role::Gutter, dark), all.style(Role::Gutter, light)), (red, red));
    let some = Theme::new().with_style_on(Background::Dark, Role::Gutter, red);
    assert_eq!(some.style(Role::Gutter, dark), red);
    assert_eq!(some.style(Role::Gutter, light), Theme::new().style(Role::Gutter, light));
    assert_eq!(some.style(Role::Message, dark), Theme::new().style(Role::Message, dark));
    assert_ne!(all, some);
    let same = Theme::new().with_style(Role::Gutter, red);
    assert_eq!(all, same);
    let unchanged = Theme::new().style(Role::Path, dark);
    assert_eq!(Theme::new(), Theme::new().with_style(Role::Path, unchanged));
}
