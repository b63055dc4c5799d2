//! A library for the programs that use two crates.

/// A range of numbers.
#[derive(Debug)]
pub struct Interval {
    pub low: i32,
    high: i32,
}

impl Interval {
    pub fn new(low: i32, high: i32) -> Interval {
        Interval { low, high }
    }

    pub fn scale<T: Into<i32>>(&self, factor: T) -> i32 {
        self.high * factor.into()
    }
}

#[deprecated(since = "0.2.0", note = "use `Interval::new`")]
pub fn interval(low: i32) -> Interval {
    Interval { low, high: low }
}

#[non_exhaustive]
pub enum Parity {
    Even,
    Odd,
}

#[macro_export]
macro_rules! double {
    ($value:expr) => {
        $value * 2u8
    };
}

pub trait Measure {
    fn measure(&self) -> i32;
}
