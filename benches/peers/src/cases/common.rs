//! Case a: 20,000 typical errors in a small, a medium and a very large file.
//!
//! Each has a primary label with a message, a secondary one with a message three lines below, and help. A slow
//! library gets fewer of them, distributed over the same file; the table states the number.

use super::{lane, print_share};
use crate::check;
use crate::libraries::{ALL, Library, Settings, WholeSource};
use crate::measure::{Measured, Scale, in_turns, once};
use crate::table;
use crate::work::{Program, Work, common};

/// The maximum time of one run of a library, in seconds. A slower library gets fewer diagnostics.
const MAX_RUN_SECONDS: f64 = 1.0;

/// Runs the case and prints its tables.
pub fn run(scale: Scale) {
    let count = scale.pick(20_000, 200);
    for lines in scale.pick(&[100, 10_000, 1_000_000][..], &[100, 1_000]) {
        let work = common(&Program::new(*lines), count);
        let mut libraries = ALL.to_vec();
        if *lines == 100 {
            libraries.push(&WholeSource);
        }
        let works: Vec<_> = libraries.iter().map(|&library| bounded(library, &work)).collect();
        let (plain, color) = measure(&libraries, &works, scale);
        let title = format!(
            "**a.** {} diagnostics in a file of {} lines, µs per diagnostic",
            table::count(count),
            table::count(*lines),
        );
        print(&title, &works, &plain, &color);
        print_share(&work);
    }
}

/// Reduces `work` to what the library does in about [`MAX_RUN_SECONDS`], but not below 20 diagnostics.
fn bounded(library: &dyn Library, work: &Work) -> Work {
    let probe = work.spread(20);
    let mut prepared = library.prepare(&probe, Settings::default());
    let mut run = || once(&mut *prepared).expect("no library panics here").0;
    // The first run is slower than the next ones.
    let time = run().min(run());
    let all = work.diagnostics.len();
    let estimate = time.as_secs_f64() * f64::from(u32::try_from(all / 20).unwrap());
    let part = [all, 2_000, 200, 20];
    let fits = |count: usize| estimate * count as f64 / all as f64 <= MAX_RUN_SECONDS;
    work.spread(part.into_iter().find(|&count| fits(count)).unwrap_or(20))
}

/// Measures all libraries without and with colours, in the same turns.
fn measure(
    libraries: &[&dyn Library],
    works: &[Work],
    scale: Scale,
) -> (Vec<Measured>, Vec<Measured>) {
    let lanes = [false, true].into_iter().flat_map(|color| {
        let settings = Settings { color, ..Settings::default() };
        libraries.iter().zip(works).map(move |(&library, work)| lane(library, work, settings))
    });
    let mut plain = in_turns(lanes, scale.rounds(), |name, output| {
        let index = libraries.iter().position(|library| library.name() == name).unwrap();
        check::all_drawn(name, output, &works[index]);
    });
    let color = plain.split_off(libraries.len());
    for (plain, color) in plain.iter().zip(&color) {
        assert!(plain.bytes < color.bytes, "{}: the coloured output has no colours", color.name);
    }
    (plain, color)
}

fn print(title: &str, works: &[Work], plain: &[Measured], color: &[Measured]) {
    let each =
        |one: &Measured, work: &Work| table::micros_each(one.seconds(), work.diagnostics.len());
    let (plain_base, color_base) = (each(&plain[0], &works[0]), each(&color[0], &works[0]));
    let rows = works.iter().zip(plain.iter().zip(color)).map(|(work, (plain, color))| {
        let count = work.diagnostics.len();
        vec![
            plain.name.clone(),
            table::number(each(plain, work)),
            table::ratio(each(plain, work), plain_base),
            table::number(each(color, work)),
            table::ratio(each(color, work), color_base),
            table::count(plain.bytes / count),
            table::count(color.bytes / count),
            table::count(count),
        ]
    });
    let header = [
        "library",
        "plain",
        "to vitte-diag",
        "coloured",
        "to vitte-diag",
        "bytes each, plain",
        "bytes each, coloured",
        "diagnostics",
    ];
    table::print(title, &header, &rows.collect::<Vec<_>>());
}
