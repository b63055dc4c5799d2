#![warn(uncommon_codepoints, confusable_idents, mixed_script_confusables, non_ascii_idents)]

fn main() {
    let scope = 1;
    let ѕсоре = 2;
    let ĳ = 3;
    println!("{scope}{ѕсоре}{ĳ}");
}
