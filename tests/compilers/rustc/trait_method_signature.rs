use std::cmp::Ordering;

struct Version(u32, u32);

impl PartialEq for Version {
    fn eq(&self, other: Version) -> bool {
        self.0 == other.0
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl Drop for Version {
    fn drop(self) {}
}

impl Iterator for Version {
    type Item = u32;
    fn next(&mut self, step: u32) -> Option<u32> {
        Some(step)
    }
}

fn main() {}
