//! The contrast of the themes, and how far apart their colours are for people with a colour vision deficiency.
//!
//! The palettes are the defaults of xterm (`XTerm-col.ad`), of the Windows console and Windows Terminal (Campbell), and
//! of the terminal of VS Code (`terminalColorRegistry.ts`).

mod vision;

use vitte_diag::{Background, ChildLevel, Color, Format, Role, Terminal, TextStyle, Theme, html};

use self::vision::{Rgb, Vision, contrast, difference};
use crate::common;

/// The 16 colours, the text and the background of a terminal.
struct Palette {
    name: &'static str,
    background: Background,
    ansi: [u32; 16],
    text: u32,
    backgrounds: &'static [u32],
}

const XTERM: [u32; 16] = [
    0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5,
    0x7f_7f7f, 0xff_0000, 0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
];
const CAMPBELL: [u32; 16] = [
    0x0c_0c0c, 0xc5_0f1f, 0x13_a10e, 0xc1_9c00, 0x00_37da, 0x88_1798, 0x3a_96dd, 0xcc_cccc,
    0x76_7676, 0xe7_4856, 0x16_c60c, 0xf9_f1a5, 0x3b_78ff, 0xb4_009e, 0x61_d6d6, 0xf2_f2f2,
];
const VS_CODE_DARK: [u32; 16] = [
    0x00_0000, 0xcd_3131, 0x0d_bc79, 0xe5_e510, 0x24_72c8, 0xbc_3fbc, 0x11_a8cd, 0xe5_e5e5,
    0x66_6666, 0xf1_4c4c, 0x23_d18b, 0xf5_f543, 0x3b_8eea, 0xd6_70d6, 0x29_b8db, 0xe5_e5e5,
];
const VS_CODE_LIGHT: [u32; 16] = [
    0x00_0000, 0xcd_3131, 0x00_bc00, 0x94_9800, 0x04_51a5, 0xbc_05bc, 0x05_98bc, 0x55_5555,
    0x66_6666, 0xcd_3131, 0x14_ce14, 0xb5_ba00, 0x04_51a5, 0xbc_05bc, 0x05_98bc, 0xa5_a5a5,
];

const BLACK: u32 = 0x00_0000;
const WHITE: u32 = 0xff_ffff;

const PALETTES: [Palette; 6] = [
    Palette {
        name: "xterm on black",
        background: Background::Dark,
        ansi: XTERM,
        text: 0xe5_e5e5,
        backgrounds: &[BLACK],
    },
    Palette {
        name: "xterm on white",
        background: Background::Light,
        ansi: XTERM,
        text: BLACK,
        backgrounds: &[WHITE],
    },
    Palette {
        name: "Windows on black",
        background: Background::Dark,
        ansi: CAMPBELL,
        text: 0xcc_cccc,
        backgrounds: &[BLACK, 0x0c_0c0c],
    },
    Palette {
        name: "Windows on white",
        background: Background::Light,
        ansi: CAMPBELL,
        text: 0x0c_0c0c,
        backgrounds: &[WHITE],
    },
    Palette {
        name: "VS Code on black",
        background: Background::Dark,
        ansi: VS_CODE_DARK,
        text: 0xcc_cccc,
        backgrounds: &[BLACK, 0x1e_1e1e],
    },
    Palette {
        name: "VS Code on white",
        background: Background::Light,
        ansi: VS_CODE_LIGHT,
        text: 0x33_3333,
        backgrounds: &[WHITE],
    },
];

impl Palette {
    fn rgb(&self, style: TextStyle) -> Rgb {
        match style.color {
            None => Rgb::new(self.text),
            Some(Color::Rgb(red, green, blue)) => Rgb([red, green, blue]),
            Some(Color::Ansi(color)) => Rgb::new(self.ansi[usize::from(color.index())]),
            Some(Color::Indexed(index @ 0..16)) => Rgb::new(self.ansi[usize::from(index)]),
            Some(Color::Indexed(index @ 16..232)) => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let cube = index - 16;
                Rgb([level(cube / 36), level(cube / 6 % 6), level(cube % 6)])
            }
            Some(Color::Indexed(index)) => Rgb([8 + 10 * (index - 232); 3]),
        }
    }
}

/// The built-in themes with colours of their own.
fn themes() -> [Theme; 3] {
    [Theme::new(), Theme::high_contrast(), Theme::color_blind()]
}

fn terminals(background: Background) -> [Terminal; 2] {
    [false, true].map(|true_color| {
        let mut terminal = Terminal::default().with_background(background);
        terminal.true_color = true_color;
        terminal
    })
}

/// Checks a theme on terminals whose background is known, or not known. Returns the least contrast.
fn least_contrast(theme: &Theme, is_known: bool) -> f64 {
    let mut least = f64::MAX;
    for palette in &PALETTES {
        let background = if is_known { palette.background } else { Background::Unknown };
        // A colour for an unknown background is measured on black and on white. No colour has a contrast of 4.5:1
        // to both white and a dark grey.
        let backgrounds = if is_known { palette.backgrounds } else { &palette.backgrounds[..1] };
        for terminal in terminals(background) {
            for (role, &behind) in
                Role::all().flat_map(|role| backgrounds.iter().map(move |behind| (role, behind)))
            {
                let color = palette.rgb(theme.style(role, terminal));
                let ratio = contrast(color, Rgb::new(behind));
                let name = palette.name;
                assert!(ratio >= 4.5, "{theme}, {name} {behind:06x}, {role:?} {color:?}: {ratio}");
                least = least.min(ratio);
            }
        }
    }
    least
}

#[test]
fn all_text_has_the_contrast_of_wcag() {
    for theme in themes() {
        least_contrast(&theme, false);
        least_contrast(&theme, true);
    }
    assert!(least_contrast(&Theme::high_contrast(), false) >= 7.0);
    assert!(least_contrast(&Theme::high_contrast(), true) >= 7.0);
}

/// Why the default theme does not have rustc's colours if the background is not known.
#[test]
fn the_colors_of_rustc_cannot_be_read_on_white() {
    let warning = Theme::ansi().style(Role::Header(ChildLevel::Warning), Terminal::default());
    let ratios =
        PALETTES.map(|palette| contrast(palette.rgb(warning), Rgb::new(palette.backgrounds[0])));
    assert!(ratios[0] > 19.0 && ratios[1] < 1.1, "{ratios:?}");
}

#[test]
fn labels_and_bullets_are_bold() {
    for (theme, background) in themes().into_iter().flat_map(|theme| {
        [Background::Unknown, Background::Dark, Background::Light].map(|it| (theme.clone(), it))
    }) {
        for terminal in terminals(background) {
            let style = |role| theme.style(role, terminal);
            let is_plain = theme.name() == "high-contrast" && background == Background::Unknown;
            for level in
                [ChildLevel::Note, ChildLevel::Help, ChildLevel::Warning, ChildLevel::Error]
            {
                assert!(style(Role::Header(level)).bold, "{theme} {terminal:?}");
                assert!(style(Role::Primary(level)).bold || is_plain, "{theme} {terminal:?}");
            }
            assert!(style(Role::Bullet).bold && style(Role::Message).bold, "{theme}");
            assert!(style(Role::Secondary).bold || is_plain, "{theme} {terminal:?}");
            let (secondary, gutter) = (style(Role::Secondary), style(Role::Gutter));
            assert!(secondary != gutter || is_plain, "{theme} {terminal:?}");
        }
    }
}

#[test]
fn notes_are_green() {
    for background in [Background::Unknown, Background::Dark, Background::Light] {
        for terminal in terminals(background) {
            let note = Theme::new().style(Role::Header(ChildLevel::Note), terminal);
            let Rgb([red, green, blue]) = PALETTES[0].rgb(note);
            assert!(green > red && green >= blue, "{terminal:?} {note:?}");
        }
    }
}

/// Pieces of output whose colours have to differ.
const DIFFERENT: [Role; 5] = [
    Role::Header(ChildLevel::Error),
    Role::Header(ChildLevel::Warning),
    Role::Header(ChildLevel::Note),
    Role::Header(ChildLevel::Help),
    Role::Secondary,
];

/// The least difference between two styles for someone with this vision. Styles that differ in more than colour are far
/// apart.
fn style_difference(palette: &Palette, a: TextStyle, b: TextStyle, vision: Vision) -> f64 {
    if (a.italic, a.underline) != (b.italic, b.underline) || a.color.is_some() != b.color.is_some()
    {
        return f64::MAX;
    }
    difference(palette.rgb(a), palette.rgb(b), vision)
}

#[test]
fn color_blind_people_can_tell_the_colors_of_their_theme_apart() {
    let theme = Theme::color_blind();
    for palette in &PALETTES {
        for background in [palette.background, Background::Unknown] {
            for (terminal, vision) in terminals(background)
                .into_iter()
                .flat_map(|it| Vision::ALL.map(|vision| (it, vision)))
            {
                let check = |a: Role, b: Role| {
                    let (a_style, b_style) = (theme.style(a, terminal), theme.style(b, terminal));
                    let found = style_difference(palette, a_style, b_style, vision);
                    let name = palette.name;
                    assert!(found >= 0.09, "{vision:?}, {name}, {terminal:?}: {a:?} {b:?} {found}");
                };
                for (index, &a) in DIFFERENT.iter().enumerate() {
                    DIFFERENT.iter().skip(index + 1).for_each(|&b| check(a, b));
                }
                check(Role::Added, Role::Removed);
                check(Role::Added, Role::Secondary);
                check(Role::Removed, Role::Secondary);
                for level in
                    [ChildLevel::Note, ChildLevel::Help, ChildLevel::Warning, ChildLevel::Error]
                {
                    check(Role::Primary(level), Role::Secondary);
                }
            }
        }
    }
}

/// Why there is a theme for colour-blind people.
#[test]
fn the_default_theme_is_not_for_color_blind_people() {
    let dark = Terminal::default().with_background(Background::Dark);
    let style = |level| Theme::new().style(Role::Header(level), dark);
    let (warning, note) = (style(ChildLevel::Warning), style(ChildLevel::Note));
    let seen = |vision| style_difference(&PALETTES[0], warning, note, vision);
    assert!(seen(Vision::Normal) > 0.15 && seen(Vision::Protanopia) < 0.09);
}

/// The variables of the style sheet for a theme, in light and in dark pages.
fn css_variables(theme: &Theme) -> [Vec<(&'static str, Rgb)>; 2] {
    let (light, dark) =
        html::STYLESHEET.split_once("@media (prefers-color-scheme: dark) {").unwrap();
    let own = match theme.name() {
        "default" => String::new(),
        name => format!(".vd-{name}"),
    };
    let block = |css: &'static str, own: &str| {
        let rules = css.split('}').filter_map(|rule| rule.split_once('{'));
        let selector = format!(".vitte-diag{own}");
        let found = rules.filter(|(head, body)| head.trim() == selector && body.contains("--vd-"));
        let body = found.map(|(_, body)| body).next_back().unwrap();
        let declarations = body.split(';').filter_map(|it| it.split_once(": "));
        let parse =
            |hex: &str| Rgb::new(u32::from_str_radix(hex.strip_prefix('#').unwrap(), 16).unwrap());
        declarations.map(|(name, hex)| (name.trim(), parse(hex))).collect::<Vec<_>>()
    };
    [light, dark].map(|css| {
        let (mut all, own) = (block(css, ""), block(css, &own));
        all.retain(|(name, _)| !own.iter().any(|(other, _)| other == name));
        all.extend(own);
        all
    })
}

#[test]
fn the_colors_of_html_have_the_contrast_of_wcag() {
    for theme in themes() {
        let least = if theme.name() == "high-contrast" { 7.0 } else { 4.5 };
        let [light, dark] = css_variables(&theme);
        for variables in [&light, &dark] {
            let find = |wanted: &str| variables.iter().find(|(name, _)| *name == wanted).unwrap().1;
            let background = find("--vd-background");
            assert_eq!(variables.len(), 16, "{variables:?}");
            for (name, color) in variables.iter().filter(|(name, _)| *name != "--vd-background") {
                let ratio = contrast(*color, background);
                assert!(ratio >= least, "{theme} {name} {color:?}: {ratio}");
            }
            if theme.name() == "color-blind" {
                let names = ["error", "warning", "note", "help", "secondary"];
                let colors = names.map(|name| (name, find(&format!("--vd-color-{name}"))));
                for (index, (a_name, a)) in colors.into_iter().enumerate() {
                    for &(b_name, b) in &colors[index + 1..] {
                        let found = Vision::ALL.map(|vision| difference(a, b, vision));
                        assert!(found.iter().all(|it| *it >= 0.09), "{a_name} {b_name} {found:?}");
                    }
                }
            }
        }
        let names = |variables: &[(&'static str, Rgb)]| {
            let mut names: Vec<_> = variables.iter().map(|(name, _)| *name).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(names(&light), names(&dark));
    }
}

/// A rule of a theme in light pages has precedence over one without theme in dark pages.
#[test]
fn dark_pages_set_what_light_pages_set() {
    let (light, dark) = html::STYLESHEET.split_once("@media").unwrap();
    for theme in ["high-contrast", "color-blind"] {
        let names = |css: &str| {
            let (_, body) = css.split_once(&format!(".vd-{theme} {{")).unwrap();
            let (body, _) = body.split_once('}').unwrap();
            body.split(';').filter_map(|it| it.split_once(':')).count()
        };
        assert_eq!(names(light), names(dark), "{theme}");
    }
}

#[test]
fn the_theme_of_html_is_a_class() {
    let scene = common::scene("let ⟦x⟧ = 1");
    for (theme, class) in themes().into_iter().zip([
        "vitte-diag",
        "vitte-diag vd-high-contrast",
        "vitte-diag vd-color-blind",
    ]) {
        let options = vitte_diag::EmitterOptions::default().with_theme(theme);
        let html = common::write(Format::Html, &scene.sources, &scene.bag(), &options);
        assert!(html.starts_with(&format!("<div class=\"{class}\">\n")), "{html}");
    }
}
