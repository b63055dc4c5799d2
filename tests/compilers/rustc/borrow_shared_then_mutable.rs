fn main() {
    let mut scores = vec![3, 1, 2];
    let best = scores.iter().max();
    scores.push(4);
    println!("{best:?}");

    for score in &scores {
        if *score > 2 {
            scores.clear();
        }
    }
}
