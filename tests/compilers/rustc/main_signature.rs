fn main(arguments: Vec<String>) -> u32 {
    arguments.len() as u32
}
