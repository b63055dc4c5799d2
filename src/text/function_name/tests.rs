use proptest::prelude::*;

use super::*;

/// One name for each rule, and its short name.
#[test]
fn names_of_each_language_are_shortened() {
    let hash = "h0123456789abcdef";
    for (name, expected) in [
        // Rust, legacy mangling.
        ("vittec::driver::Check::check_file::{{closure}}", "vittec::driver::Check::check_file"),
        (&format!("vittec::driver::check_file::{hash}"), "vittec::driver::check_file"),
        (
            "<rayon::iter::Map<I,F> as rayon::iter::ParallelIterator>::drive",
            "rayon::iter::Map::drive",
        ),
        (
            "<alloc::boxed::Box<F,A> as core::ops::function::FnOnce<Args>>::call_once",
            "alloc::boxed::Box::call_once",
        ),
        (
            "<F as core::ops::function::FnOnce<()>>::call_once",
            "core::ops::function::FnOnce::call_once",
        ),
        ("<&mut T as core::fmt::Display>::fmt", "core::fmt::Display::fmt"),
        ("<&'a mut vittec::Name as core::fmt::Display>::fmt", "vittec::Name::fmt"),
        ("<[T] as alloc::slice::Join<S>>::join", "alloc::slice::Join::join"),
        ("<(A, B) as vittec::Show>::show", "vittec::Show::show"),
        ("<u32 as vittec::Show>::show", "vittec::Show::show"),
        ("<dyn vittec::Node + Send as vittec::Show>::show", "vittec::Node::show"),
        ("<*const core::ffi::CStr as vittec::X>::x", "core::ffi::CStr::x"),
        ("<Self as vittec::X>::x", "vittec::X::x"),
        ("vittec::<impl vittec::Show for vittec::List<u8>>::show", "vittec::List::show"),
        ("core::ptr::mut_ptr::<impl *mut T>::write_volatile", "core::ptr::mut_ptr::write_volatile"),
        ("core::str::<impl str>::parse::<u8>", "core::str::parse"),
        ("alloc::slice::<impl [T]>::concat", "alloc::slice::concat"),
        ("vittec::<impl vittec::List<u8>>::push", "vittec::List::push"),
        ("core::ptr::drop_in_place<vittec::List<u8>>", "core::ptr::drop_in_place"),
        (
            "core::ops::function::FnOnce::call_once{{vtable.shim}}",
            "core::ops::function::FnOnce::call_once",
        ),
        // Rust, v0 mangling.
        (
            "<vittec[846817f741e54dfd]::front::Parser as vittec[84]::Visit>::block::{closure#0}",
            "vittec::front::Parser::block",
        ),
        ("<<vittec::A<u8> as vittec::B>::C as vittec::D>::e", "vittec::A::C::e"),
        ("<vittec::A as vittec::B>::run::{closure#0}::{closure#1}::<u8>", "vittec::A::run"),
        ("vittec::f::<fn(u8) -> u8>::g", "vittec::f::g"),
        // Rust, line tables and Windows.
        ("{closure#1}<alloc::string::String>", "{closure}"),
        ("{{closure}}", "{closure}"),
        ("{async_fn_env#0}", "{async_fn_env}"),
        ("{impl#3}::fmt<u8>", "fmt"),
        ("check_file<u8, vittec::X>", "check_file"),
        ("vittec::vec::impl$1::push::closure$0", "vittec::vec::push"),
        // C++.
        (
            "mycc::Parser::parse(std::vector<int, std::allocator<int> > const&) const",
            "mycc::Parser::parse",
        ),
        ("void mycc::(anonymous namespace)::emit<int>(int, char const*)", "mycc::emit"),
        ("(anonymous namespace)::f()", "f"),
        (
            "std::unique_ptr<mycc::Node, std::default_delete<mycc::Node> > mycc::make<mycc::Node>(int&&)",
            "mycc::make",
        ),
        ("mycc::Parser::operator()(int) const", "mycc::Parser::operator()"),
        (
            "std::ostream& mycc::operator<< <char>(std::ostream&, mycc::X const&)",
            "mycc::operator<<",
        ),
        ("mycc::X::operator<(mycc::X const&) const", "mycc::X::operator<"),
        ("mycc::X::operator->() const", "mycc::X::operator->"),
        ("mycc::X::operator bool() const", "mycc::X::operator bool"),
        ("operator new(unsigned long)", "operator new"),
        ("main::{lambda(int)#1}::operator()(int) const", "main"),
        ("f(int)::{lambda()#2}::operator()() const", "f"),
        ("f(int) const::Local::run()", "f::Local::run"),
        ("std::__cxx11::to_string[abi:cxx11](int)", "std::__cxx11::to_string"),
        ("mycc::Parser::~Parser()", "mycc::Parser::~Parser"),
        ("parse(char const*) [clone .cold]", "parse"),
        ("mycc::operators(int)", "mycc::operators"),
        ("mycc::f(int)::$_0::operator()(char) const", "mycc::f"),
        ("f::{lambda(std::string)#1}::operator()(std::string) const", "f"),
        ("f(int)::'lambda'(int)::operator()(int) const", "f"),
        ("decltype(auto) mycc::g<int>(int)", "mycc::g"),
        ("operator\"\"_kb(unsigned long long)", "operator\"\"_kb"),
        ("operator delete[](void*, unsigned long)", "operator delete[]"),
        ("std::function<void (int)>::operator()(int) const", "std::function::operator()"),
        ("non-virtual thunk to mycc::X::f()", "mycc::X::f"),
        ("vtable for mycc::X", "vtable for mycc::X"),
        ("vittec::check::{async_block#0}::{closure#0}", "vittec::check"),
        ("public: void __cdecl mycc::Parser::parse(int)", "mycc::Parser::parse"),
        // C.
        ("yyparse", "yyparse"),
        ("parse.constprop.0.isra.0", "parse"),
        ("parse.cold", "parse"),
        ("parse.llvm.12345", "parse"),
        ("memcpy@plt", "memcpy@plt"),
        // Swift, Go, Objective-C, D.
        ("mycc.Parser.parse(_: Swift.Int) -> Swift.String", "mycc.Parser.parse"),
        ("closure #1 in mycc.main() -> ()", "mycc.main"),
        ("closure #1 (Swift.Int) -> () in mycc.main() -> ()", "mycc.main"),
        ("static mycc.X.make(a: Swift.Int) throws -> mycc.X", "mycc.X.make"),
        ("specialized mycc.f(_:)", "mycc.f"),
        ("mycc.X.name.getter : Swift.String", "mycc.X.name.getter"),
        ("main.(*Parser).parse", "main.(*Parser).parse"),
        ("-[Parser parse:]", "-[Parser parse:]"),
        ("app.main(string[])", "app.main"),
        // Just in time, unknown, and names in no known form.
        ("<unknown>", "<unknown>"),
        ("<unknown address 0x12>", "<unknown address 0x12>"),
        ("0x7f0012345678", "0x7f0012345678"),
        ("LazyCompile:*parse /srv/a.js:1:2", "LazyCompile:*parse /srv/a.js:1:2"),
        ("py::parse:/srv/a.py", "py::parse:/srv/a.py"),
        ("$s4mycc6ParserV5parseyyF", "$s4mycc6ParserV5parseyyF"),
        ("_ZN4mycc", "_ZN4mycc"),
        ("構文::解析", "構文::解析"),
        ("", ""),
        ("<", "<"),
        ("(", "("),
        (")", ")"),
        ("operator", "operator"),
        ("{", "{}"),
        ("a b(", "b"),
    ] {
        assert_eq!(short(name), expected, "{name}");
    }
}

#[test]
fn the_method_of_a_type_with_long_parameters_is_found() {
    let name = format!("<rayon::Map<{}> as rayon::Drive>::drive", "a::B<c::D>,".repeat(500));
    assert_eq!(short(&name), "rayon::Map::drive");
    let nested =
        format!("<rayon::Map{}{} as rayon::Drive>::drive", "<a::B".repeat(50), ">".repeat(50));
    assert_eq!(short(&nested), "rayon::Map::drive");
}

/// Would take minutes if the time were quadratic.
#[test]
fn hostile_names_take_linear_time() {
    let pieces = [
        "<",
        ">",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "->",
        "::",
        " in ",
        " as ",
        "<impl ",
        "operator",
        "operator<",
        "{closure#0}::",
        "(anonymous namespace)::",
        " [clone .a]",
        ".cold",
        "closure #1 ",
        "specialized ",
        "&",
        "'a ",
        "<a as b>::",
        "a(b)::",
        "<{([",
    ];
    for piece in pieces {
        for name in [piece.repeat(10_000_000 / piece.len()), format!("a{}b", piece.repeat(4_000))] {
            let short = short(&name);
            assert!(short.len() <= MAX_BYTES + 2, "{piece}: {}", short.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn any_text_has_a_short_name(
        name in "(\\PC{0,3}|[<>(){}\\[\\]&]|::|->| as | in |<impl | for |operator|\\.cold|#|~|'|\n){0,16}",
    ) {
        let short = short(&name);
        prop_assert!(short.len() <= name.len() + 2);
        prop_assert_eq!(short.is_empty(), name.trim().is_empty());
    }
}
