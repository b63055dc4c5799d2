//! Baskets and prices.

use std::collections::{BTreeMap, HashMap};

/// What a customer wants to buy.
#[derive(Debug, Default)]
pub struct Basket {
    items: Vec<(String, u32)>,
}

impl Basket {
    pub fn new() -> Basket {
        Basket { items: Vec::new() }
    }

    pub fn add(&mut self, name: &str, cents: u32) {
        let mut name = name.to_string();
        self.items.push((name, cents));
    }

    pub fn total(&self) -> u32 {
        let mut total = 0;
        for index in 0..self.items.len() {
            total = total + self.items[index].1;
        }
        return total;
    }

    pub fn is_cheap(&self) -> bool {
        if self.items.len() == 0 {
            return true;
        }
        match self.items.first() {
            Some(item) => item.1 < 100 && !(item.1 >= 50),
            None => false,
        }
    }
}

#[cfg(feature = "reciepts")]
pub fn receipt() {}

pub fn deliver(street: &String, city: &str, number: u32, floor: u32, door: u32, bell: u32, day: u32, hour: u32) -> u32 {
    street.len() as u32 + city.len() as u32 + number + floor + door + bell + day + hour
}

fn never_called(table: &HashMap<String, u32>) -> bool {
    table.get("a").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals() {
        let unused = 1;
        assert_eq!(Basket::new().total(), "0");
    }
}
