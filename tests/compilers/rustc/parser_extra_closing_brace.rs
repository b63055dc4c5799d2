fn first() {
    if true {
        println!("one");
    }
    }
}

fn main() {}
