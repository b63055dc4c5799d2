fn main() {
    let a = '';
    let b = 'ab';
    let c = '
';
    let d = 'unclosed;
}
