mod bank {
    pub struct Account {
        balance: i64,
        pub owner: String,
    }

    impl Account {
        pub fn open(owner: &str) -> Account {
            Account { balance: 0, owner: owner.to_string() }
        }

        fn audit(&self) -> bool {
            self.balance >= 0
        }

        pub fn balance(&self) -> i64 {
            self.balance
        }
    }
}

fn main() {
    let mut account = bank::Account::open("me");
    account.balance = 100;
    account.audit();
    let other = bank::Account { balance: 1, owner: String::new() };
    let bank::Account { balance, owner } = other;
}
