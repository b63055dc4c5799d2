mod model;
mod view {
    pub mod page;
}

use model::Customer;

fn main() {
    let customer = Customer::new("name");
    view::page::render(customer);
    println!("{}", customer.name);
    let other = Customer { name: String::new(), age: 3 };
}
