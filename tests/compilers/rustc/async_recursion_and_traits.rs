// rustc-args: --crate-type=lib
async fn count(n: u32) -> u32 {
    if n == 0 { 0 } else { 1 + count(n - 1).await }
}

pub trait Service {
    async fn call(&self) -> u8;
}

pub async fn wait() {
    3.await;
    let list = [1].iter().map(async |n| n);
}
