//! Reports of anyhow, shown by `main`.

use anyhow::{Context, Result, bail};

const TEXT: &str = "width = 3\nheight = 3x\n";

/// Returns the number of a line such as `width = 3`.
fn number(line: &str) -> Result<u32> {
    let Some((name, value)) = line.split_once('=') else {
        bail!("expected `name = number`, found `{line}`");
    };
    let context = || format!("the value of `{}` is not a number", name.trim());
    value.trim().parse().with_context(context)
}

fn area(text: &str) -> Result<u32> {
    let mut area = 1;
    for (index, line) in text.lines().enumerate() {
        area *= number(line).with_context(|| format!("in line {}", index + 1))?;
    }
    Ok(area)
}

fn main() -> Result<()> {
    let area = area(TEXT).context("cannot compute the area of `shop.conf`")?;
    println!("{area}");
    Ok(())
}
