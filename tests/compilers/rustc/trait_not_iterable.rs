struct Basket {
    fruits: Vec<String>,
}

fn main() {
    let basket = Basket { fruits: vec![] };
    for fruit in basket {
        println!("{fruit}");
    }
    for (number, fruit) in basket.fruits {
        println!("{number} {fruit}");
    }
    let total: u32 = ["a", "b"].iter().sum();
}
