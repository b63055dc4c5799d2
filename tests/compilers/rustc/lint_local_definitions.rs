struct Text(String);

trait Show {
    fn show(&self);
}

fn main() {
    impl Show for Text {
        fn show(&self) {
            println!("{}", self.0);
        }
    }
    #[macro_export]
    macro_rules! exported {
        () => {};
    }
    Text(String::new()).show();
}
