struct Config {
    path: String,
    level: Option<String>,
}

impl Config {
    fn level(&mut self) -> String {
        println!("{}", self.path);
        self.level.unwrap()
    }
}

fn main() {
    let configs = vec![Config { path: String::new(), level: None }];
    let first = configs[0];
}
