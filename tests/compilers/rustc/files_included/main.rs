include!("generated/table.in");

mod parts {
    include!("generated/broken.in");
}

fn main() {
    println!("{}", TABLE[0] + "text");
}
