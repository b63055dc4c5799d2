//! The page of a crash: what is in it, what can be done with it in a browser, and that nothing of a crash
//! is run by it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

#[path = "crash_html/pages.rs"]
mod pages;

use pages::{common, with_texts, HOSTILE};

#[test]
fn a_common_page_is_small() {
    let page = common().to_html();
    pages::write("common.html", &page);
    pages::write("hostile.html", &with_texts(HOSTILE).to_html());
    let start = std::time::Instant::now();
    for _ in 0..20 { common().to_html(); }
    println!("{} {:?}", page.len(), start.elapsed() / 20);
    assert!(page.len() <= 100 << 10, "{} bytes", page.len());
}
