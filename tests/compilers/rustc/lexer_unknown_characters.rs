fn main() {
    let price = 3 € 4;
    let path = 5 \ 6;
    let tick = `name`;
    let sign = $3;
    let at = 1 ? 2 : 3;
}
