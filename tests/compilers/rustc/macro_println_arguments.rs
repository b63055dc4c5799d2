fn main() {
    let name = "n";
    println!("{} {}", name);
    println!("{}", name, 3);
    println!("{0} {2}", 1, 2);
    println!("{missing} {name}");
    println!("%d items in %s", 3, name);
    println!(name);
    print!("{count}", cuont = 3);
}
