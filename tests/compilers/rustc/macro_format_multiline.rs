fn main() {
    let total = 3;
    println!(
        "{total}
         {average}
         {}",
    );
    panic!(
        "{} of {} \
         items: {}",
        total,
        4,
    );
}
