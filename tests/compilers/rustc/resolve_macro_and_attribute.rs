#[derive(Serialize, Debugg)]
#[inlin]
struct Record {
    #[serde(skip)]
    id: u32,
}

#[tset]
fn check() {}

fn main() {
    printn!("text");
    assert_equal!(1, 2);
    let list = vector![1];
    lint::run!();
}
