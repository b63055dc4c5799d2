//! A picture: panels in two columns, each a terminal with a caption.
//!
//! ```text
//! ┌─────────────┬────────────┐
//! │ caption     │ caption    │
//! │ terminal    │ terminal   │
//! ├─────────────┼────────────┤
//! │ …           │            │
//! ```

use std::fmt::Write as _;

use anstyle_svg::{Term, WIN10_CONSOLE};

/// The distance between panels, in pixels.
const GAP: usize = 14;

/// The height of a caption, in pixels.
const CAPTION: usize = 26;

/// What a library draws, with colours.
pub struct Panel {
    /// The name of the library.
    pub caption: String,
    /// The output, with ANSI escape sequences.
    pub output: String,
}

/// A terminal as an SVG element with its size in pixels.
struct Drawn {
    caption: String,
    svg: String,
    width: usize,
    height: usize,
}

fn drawn(panel: &Panel) -> Drawn {
    let term = Term::new().palette(WIN10_CONSOLE).background(false).min_width_px(0);
    let svg = term.render_svg(panel.output.trim_end());
    let size = |name: &str| {
        let (_, behind) = svg.split_once(&format!(r#" {name}=""#)).unwrap();
        behind.split_once("px").unwrap().0.parse().unwrap()
    };
    let (width, height) = (size("width"), size("height"));
    Drawn { caption: panel.caption.clone(), width, height, svg }
}

/// Returns a picture of the panels.
pub fn picture(panels: &[Panel]) -> String {
    let drawn: Vec<Drawn> = panels.iter().map(drawn).collect();
    let rows: Vec<&[Drawn]> = drawn.chunks(2).collect();
    let column = |at: usize| rows.iter().filter_map(|row| Some(row.get(at)?.width)).max();
    let columns = [column(0).unwrap_or(0), column(1).unwrap_or(0)];
    let mut body = String::new();
    let mut y = GAP;
    for row in rows {
        let height = row.iter().map(|panel| panel.height).max().unwrap_or(0);
        let mut x = GAP;
        for (panel, width) in row.iter().zip(columns) {
            let (text_y, top) = (y + CAPTION - 9, y + CAPTION);
            writeln!(
                body,
                r#"<text x="{x}" y="{text_y}" class="caption">{}</text>"#,
                panel.caption
            )
            .unwrap();
            writeln!(
                body,
                r#"<rect x="{x}" y="{top}" width="{width}" height="{height}" rx="4" class="panel"/>"#
            )
            .unwrap();
            body.push_str(&panel.svg.replacen("<svg", &format!(r#"<svg x="{x}" y="{top}""#), 1));
            x += width + GAP;
        }
        y += CAPTION + height + GAP;
    }
    let width = GAP * 3 + columns.iter().sum::<usize>();
    // The view box lets a browser scale the picture to the width of a page.
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}">
<style>
.page {{ fill: #30363d }}
.panel {{ fill: #0c0c0c }}
.caption {{ fill: #f0f6fc; font: bold 14px sans-serif }}
</style>
<rect width="{width}" height="{y}" class="page"/>
{body}</svg>
"#
    )
}
