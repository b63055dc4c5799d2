fn main() {
    let list = vec![1, 2];
    let iterator = list.into_iter();
    for number in iterator {
        println!("{number}");
    }
    println!("{}", iterator.len());
}
