#![feature(let_chains, never_type)]
#![feature(not_a_feature)]

fn main() {}
