struct Grid<T, const ROWS: usize, const COLUMNS: usize> {
    cells: [[T; COLUMNS]; ROWS],
}

fn double<const N: usize>() -> [u8; N * 2] {
    [0; N * 2]
}

fn choose<const B: bool>() {}

fn main() {
    let grid: Grid<u8, 2> = Grid { cells: [[1, 2], [3, 4]] };
    choose::<3>();
    choose::<1 + 1>();
}
