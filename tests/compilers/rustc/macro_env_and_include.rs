fn main() {
    let version = env!("SHOP_VERSION");
    let license = env!("SHOP_LICENSE", "set SHOP_LICENSE to the name of the license");
    let page = include_str!("missing/page.txt");
    let data = include_bytes!("missing.bin");
    include!("missing.rs");
    let joined = concat!("a", version);
    let line = stringify!(a b) + line!();
}
