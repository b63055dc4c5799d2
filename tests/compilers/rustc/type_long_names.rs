use std::collections::HashMap;
use std::rc::Rc;

type Table = HashMap<String, Vec<Option<Result<Rc<str>, Box<dyn std::error::Error>>>>>;

fn build() -> Vec<HashMap<String, HashMap<Table, Vec<(Table, Table)>>>> {
    Vec::new()
}

fn main() {
    let tables: Vec<HashMap<String, HashMap<Table, Vec<(Table, String)>>>> = build();
    let iterator = (0u8..9).map(|n| n).filter(|n| *n > 1).skip(1).take(3).chain(0u8..2).zip(0u8..3).rev().enumerate();
    let number: u32 = (tables, iterator.peekable(), build());
}
