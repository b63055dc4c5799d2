trait Source {
    fn read<'a>(&'a self, name: &str) -> &'a str;
    fn copy<'a>(&self, name: &'a str) -> &'a str;
}

struct Memory(String);

impl Source for Memory {
    fn read<'a>(&'a self, name: &'a str) -> &'a str {
        name
    }

    fn copy(&self, name: &str) -> &'static str {
        ""
    }
}

struct Disk;

impl Source for Disk {
    fn read<'a>(&self, name: &'a str) -> &'a str {
        name
    }

    fn copy<'b, 'c>(&'c self, name: &'b str) -> &'b str {
        name
    }
}

fn main() {}
