/// Adds everything.
fn main() {
    /// The first value.
    let first = 1;
    /** A block
     * of lines. */
    println!("{first}");
    match first {
        /// The arm.
        1 => {}
        _ => {}
    }
    /// Nothing follows.
    if first == 1 {}
}

/// A macro.
macro_rules! nothing {
    () => {};
}

/// A call.
nothing!();
