use crate::model::Customer;

pub fn render(
    customer: Customer,
    width: usize,
) -> String {
    format!("{:width$}", customer.age)
}
