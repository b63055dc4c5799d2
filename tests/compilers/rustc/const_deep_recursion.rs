const fn depth(level: u64) -> u64 {
    if level == 0 { LEVELS[0] } else { 1 + depth(level - 1) }
}

const LEVELS: [u64; 0] = [];
const DEEP: u64 = depth(9);
const fn endless(level: u64) -> u64 {
    endless(level + 1)
}

const NEVER: u64 = endless(0);

fn main() {
    println!("{DEEP} {NEVER}");
}
