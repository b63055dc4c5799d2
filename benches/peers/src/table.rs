//! Markdown tables.

use std::time::Duration;

/// Prints a table: the first column is text, all others are numbers.
pub fn print(title: &str, header: &[&str], rows: &[Vec<String>]) {
    let cells = |row: &[String]| format!("| {} |", row.join(" | "));
    let header: Vec<String> = header.iter().map(ToString::to_string).collect();
    println!("\n{title}\n\n{}", cells(&header));
    println!("|---|{}", "---:|".repeat(header.len() - 1));
    for row in rows {
        println!("{}", cells(row));
    }
}

/// Converts the seconds of `count` items to the microseconds of one item.
pub fn micros_each(seconds: f64, count: usize) -> f64 {
    seconds * 1e6 / f64::from(u32::try_from(count).unwrap())
}

/// Formats a number with two to four significant digits.
pub fn number(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        0.1.. => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// Formats a duration as milliseconds.
pub fn millis(time: Duration) -> String {
    number(time.as_secs_f64() * 1e3)
}

/// Formats the ratio of two times.
pub fn ratio(time: f64, base: f64) -> String {
    format!("{} ×", number(time / base))
}

/// Formats an integer with commas.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
