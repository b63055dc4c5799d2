// rustc-args: --crate-type=lib
pub struct Account {
    pub id: u32,
    pub owner: String,
}

pub fn open() -> Account {
    Account(1, String::new())
}

pub fn transfer(from: &Account, to: &Account, cents: i64) -> bool {
    from.id != to.id && cents > 0
}

pub fn run(account: &Account) {
    transfer(account);
    let Account { id } = account;
}
