// rustc-args: -D dead_code -F unsafe_code -W unused_results -A unused_mut -D missing_docs -W no_such_lint
fn never() {}

fn main() {
    let mut list = vec![1];
    list.pop();
    unsafe { std::hint::unreachable_unchecked() }
}
