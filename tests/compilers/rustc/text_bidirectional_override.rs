fn main() {
    // A comment with ‮ an override ‬ in it.
    let role = "user‮ ⁦// only for admins⁩ ⁦";
    let letter = '‏';
    println!("{role}{letter}");
}
