use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::{self, Debug, Display as Show, Write};
use std::io;
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

fn main() {
    let map: HashMap<u8, Rc<u8>> = HashMap::new();
    println!("{}", map.len());
}
