//! Writes a page of a build with the HTML report of each crash in it: `embed BUILD.html CRASH.vittecrash…`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use vitte_capsule::Capsule;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let page = arguments.next().ok_or("usage: embed BUILD.html CRASH.vittecrash…")?;
    let mut html = "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
        <meta name=\"color-scheme\" content=\"light dark\">\n<title>Nightly build</title>\n\
        <h1>Nightly build</h1>\n<h2>Crashes</h2>\n"
        .to_owned();
    for path in arguments {
        let capsule = Capsule::from_bytes(&fs::read(&path)?, &path)?;
        html += &capsule.to_html_fragment();
    }
    html += "</html>\n";
    fs::write(page, html)?;
    Ok(())
}
