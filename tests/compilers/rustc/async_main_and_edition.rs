// rustc-args: --edition=2015
async fn fetch() -> u8 {
    1
}

async fn main() {
    let value = fetch().await;
}
