enum Direction {
    North,
    South,
    East { steps: u32 },
    West(u32),
}

fn steps(direction: Direction) -> u32 {
    match direction {
        Direction::North => 1,
        Direction::South => 2,
    }
}

fn grade(points: u8) -> char {
    match points {
        0..=49 => 'F',
        51..=100 => 'A',
    }
}

fn main() {
    steps(Direction::East { steps: 1 });
    match (true, Some(3)) {
        (true, None) => {}
        (false, Some(_)) => {}
    }
}
