//! The example front end: it reports each error once, and nothing else.

use vitte_diag::{Policy, SourceMap};
use vittec::front;

/// Returns the diagnostics of a source, one per line: `CODE line:col message`.
fn check(text: &str) -> String {
    check_bytes(text.as_bytes())
}

fn check_bytes(text: &[u8]) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", text).unwrap();
    let bag = front::check(sources.file(file).unwrap(), &Policy::default());
    assert_eq!(bag.validate(&sources), []);
    let line = |entry: &vitte_diag::Entry<'_>| {
        let diagnostic = entry.diagnostic;
        let at = sources.location(diagnostic.primary().unwrap().span()).unwrap();
        format!("{} {}:{} {}", diagnostic.code().unwrap(), at.line, at.col, diagnostic.message())
    };
    bag.ordered().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn assert_valid(text: &str) {
    assert_eq!(check(text), "", "{text}");
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(check(&crlf), "", "with carriage returns: {text}");
}

#[test]
fn valid_sources_have_no_diagnostics() {
    assert_valid("");
    assert_valid("\u{feff}");
    assert_valid("# only a comment");
    assert_valid("/* nested /* comments */ end */ // and here\n");
    assert_valid("module a.b.c\n");
    assert_valid(
        "mod a/b/c\nuse std/time/instant\nimport x.y\nexport instant\nexport from a/b { X, y }\n",
    );
    assert_valid(
        "let a: u8 = 0b1010_1010 + 0o17 + 0xFF + 1_000 + 2.5e-3 + 1e9 + 1u8\nlet b = 1..2 + 1..=2\n",
    );
    assert_valid("let s = \"a # no comment \\\" \\\\\"\nlet c = '\\'' + '\"' + '\\n'\n");
    assert_valid("say \"a\" + \"日本\"\ndo f(\n  1,\n  2\n)\nset x.y = 3\n");
    assert_valid("extern fn puts(s: &str) -> i32\nexport fn f() -> void\n.end\n");
    assert_valid(
        "type F = fn(u8) -> u8\ntype G = Vec[fn(u8) -> u8]\nstruct S\n  f: fn(u8) -> u8\n.end\n",
    );
    assert_valid("type Poll[T] = enum\n  Pending\n  Ready(T)\n.end\n");
}

#[test]
fn blocks_open_and_close() {
    assert_valid(
        "fn f(a: u8) -> u8\n  if a > 1\n    ret 1\n  elif a > 0\n    ret 2\n  else\n    ret 3\n  .end\n.end\n",
    );
    assert_valid(
        "fn f() -> void\n  while a\n    for x in y\n      loop\n        break\n      .end\n    .end\n  .end\n.end\n",
    );
    assert_valid(
        "fn f() -> u8\n  match g()\n    A::B(x) if x > 1 => ret 1\n    A::C =>\n      say \"c\"\n      ret 2\n  .end\n  when x\n    1 => ret 3\n  .end\n.end\n",
    );
    assert_valid(
        "trait Future[T]\n  fn poll(self: &mut Self) -> Poll[T]\n  fn name(self: &Self) -> &str\n.end\n",
    );
    assert_valid(
        "impl Future[u8] for Task\n  fn poll(self: &mut Self) -> Poll[u8]\n    ret Poll::Pending\n  .end\n.end\n",
    );
    assert_valid("test \"adds\"\n  assert(1 + 1 == 2)\n.end\nscenario works\n  say \"x\"\n.end\n");
    assert_valid(
        "fn f() -> u8 { ret 1 }\nfn g() -> u8 {\n  if x { ret 1 }\n  if y\n    ret 2\n  .end\n  ret 3\n}\n",
    );
    assert_valid("fn f() -> u8\n{\n  ret 1\n}\n");
    assert_valid("fn f(\n  a: fn(u8) -> u8,\n  b: fn() -> void\n) -> void\n  a(1)\n.end\n");
    assert_valid("fn make() -> fn() -> void\n  ret g\n.end\n");
    assert_valid("fn f() -> void\n    x()\n  .end\n");
}

#[test]
fn a_conditional_on_one_line_does_not_open_a_block() {
    assert_valid(
        "fn f(a: u8) -> u8\n  let n = if a < 1 then a else 1\n  ret if n > 1 then f(if a > 1 then 1 else 2) else 3\n.end\n",
    );
    assert_valid(
        "fn f() -> u8\n  let n =\n    if a\n      1\n    else\n      2\n    .end\n  ret future::then[A](n)\n.end\n",
    );
    assert_valid("fn f() -> u8\n  if a ret 1 .end\n  ret 2\n.end\n");
}

#[test]
fn literals_open_blocks_depending_on_what_follows() {
    assert_valid(
        "fn f() -> Task\n  ret Task\n    id: 1\n    meta: Meta[u8]\n      iters: 2\n\n      # and so on\n      warm: if a then 1 else 2\n    .end\n  .end\n.end\n",
    );
    assert_valid(
        "fn f() -> void\n  results.push(BenchResult\n    name: n\n  .end)\n  ret result::Ok(Regex\n    pat: p\n  .end)\n.end\n",
    );
    assert_valid(
        "fn f(b: &mut B) -> void\n  b.case(\"x\", fn(b: &mut B) -> void\n    b.iter(fn() -> void\n      g()\n    .end)\n  .end)\n  b.iter(fn() -> void\n  .end)\n.end\n",
    );
}

#[test]
fn keywords_are_names_where_a_name_is_expected() {
    assert_valid(
        "struct S\n  match: u8\n  test: bool\n  if_: u8\n  when: Time\n.end\nfn S::set(self: &mut S, loop: u8, for: u8) -> void\n  self.match = self.when.test\n  span.end = other.end\n.end\n",
    );
    assert_valid(
        "fn then[A](fut: A) -> A\n  ret fut\n.end\nfn Runner::test(self: &Runner) -> void\n  test::case(1)\n.end\n",
    );
}

#[test]
fn conditions_and_guards_continue_on_the_next_line() {
    assert_valid(
        "fn f() -> u8\n  let x = if a &&\n      b then c else d\n  if g(\n    a\n  ) then c else d\n  if any(fn(y: u8) -> bool\n    ret y\n  .end) then c else d\n.end\n",
    );
    assert_valid(
        "fn f() -> u8\n  let x = if a then if b then 1 else 2 else 3\n  let y = if (if a then b else c) then 1 else match y\n    A => 2\n  .end\n.end\n",
    );
    assert_valid(
        "fn f() -> u8\n  match x\n    A(v) if v > 1 &&\n            v < 2 => ret 1\n    B\n      if v => ret 2\n    C if m::match(v) =>\n      ret 3\n    D => if v\n      ret 4\n    .end\n  .end\n.end\n",
    );
    assert_valid(
        "fn f() -> u8\n  let z = if any(a, (y) => y > 1)\n    1\n  .end\n  let w = when\n    a > b => 1\n    else => 2\n  .end\n  let l = loop\n    break 1\n  .end\n.end\n",
    );
}

#[test]
fn function_types_and_literals_are_distinguished() {
    assert_valid(
        "type F =\n  fn(u8) -> u8\ntype G = Option[\n  fn(u8) -> u8\n]\nextern fn reg(\n  fn(u8) -> u8,\n  u8\n)\n",
    );
    assert_valid("struct S\nf: fn(u8) -> u8\n.end\nstruct T\n  f: fn(u8) -> u8\n  .end\n");
    assert_valid(
        "fn f() -> void\n  let a = [fn() -> void\n    b()\n  .end, fn() -> void\n    c()\n  .end]\n  g(&mut fn() -> void\n    b()\n  .end)\n  a(\n    fn(x: u8) -> u8\n      ret x\n    .end,\n    fn(x: u8) -> u8 ret x .end\n  )\n.end\n",
    );
    assert_valid(
        "trait A\n  fn a(x: u8)\n    -> u8\n  fn b()\n    where T: B\n.end\nextern fn c(x: u8)\n  -> void\n",
    );
}

#[test]
fn braces_close_what_they_open() {
    assert_valid(
        "trait A {\n  fn a() -> u8\n  fn b()\n}\nstruct S\n{\n  a: u8\n}\nfn f()\n\n{\n  if a\n  {\n    b()\n  }\n  else\n  {\n    c()\n  }\n}\n",
    );
    assert_valid("fn f(\na: u8\n) -> u8 {\nret a\n}\n");
    assert_valid(
        "fn f() -> S\n  for Point { x, y } in ps\n    a()\n  .end\n  if s == S { a: 1 }\n    a()\n  .end\n  ret S {\n    a: 1,\n    b: T { c: 1 }\n  }\n.end\n",
    );
    assert_eq!(check("fn f() {\n  a()\n.end\nconst a = 1\n"), "E0011 1:1 this `{` has no `}`");
}

/// Forms that are in real files but not in the language's description.
#[test]
fn undocumented_forms_are_accepted() {
    assert_valid("program std.core.main\n  let rc = f()\n  ret rc\n.end\nscn smoke\n  f()\n.end\n");
    assert_valid(
        "fn f(x: u8) -> u8\n  match x\n    0 => do\n      say \"0\"\n    .end\n    _ => do\n      # nothing\n    .end\n  .end\n.end\n",
    );
    assert_valid(
        "fn f(x: u8) -> u8\n  when x > 0\n    ret 1\n  else when x == 0\n    ret 2\n  else\n    ret 3\n  .end\n  let y = if a then 1 else when x\n    1 => 2\n  .end\n.end\n",
    );
    assert_valid(
        "type Opts\n  help: bool\n.end\ntype Empty\n.end\nenum E\n  B\n    x: u8\n  C(u8)\n  D\n    x: u8\n  .end\n.end\nexport all\n",
    );
}

#[test]
fn items_continue_on_the_next_line() {
    assert_valid(
        "export type X = enum\n  A\n.end\npub type Y = struct\n  a: u8\n.end\nexport const Z =\n  1\nexport let w = a +\n  b\n",
    );
    assert_valid(
        "let x = T\n  id: 1\n.end\n  .clone()\nuse a/b {\n  c\n}\nuse a/b {\n  d\n}\ndo c(d)\nlet _ = f()\nlet _ = g()\n",
    );
    assert_valid(
        "use ::a::b\nuse std/regex/match\nexport match\nexport from a/b {\n  X,\n  test\n}\nsay b\n",
    );
    assert_valid(
        "enum K\n  test\n  loop\n  when\n.end\nfn f()\n  test(1)\n  test += 1\n  let y = when + 1\n  ret span()?.end\n.end\n",
    );
    assert_valid(
        "impl Future[u8]\n  for Task\n  fn poll() -> u8\n    ret 1\n  .end\n.end\nimpl T for fn(u8) -> u8\n  fn call()\n  .end\n.end\n",
    );
}

#[test]
fn blocks_without_indentation_are_matched_by_their_ends() {
    assert_valid("impl A\nfn a()\nif x\nret 1\n.end\n.end\nfn b()\n.end\n.end\n");
    assert_eq!(
        check("impl A\nfn a()\nret 1\n.end\n.end\nfn z()\nif q\nr()\n.end\n"),
        "E0011 6:1 this `fn` has no `.end`"
    );
}

#[test]
fn a_missing_end_is_one_error_at_its_block() {
    let item = "fn g() -> u8\n  ret 1\n.end\n";
    assert_eq!(
        check(&format!("fn f() -> u8\n  ret 1\n{item}{item}")),
        "E0011 1:1 this `fn` has no `.end`\nE0100 6:4 the name `g` is defined twice"
    );
    assert_eq!(
        check("fn f()\n  if a\n    b()\n  c()\n.end\n"),
        "E0011 2:3 this `if` has no `.end`"
    );
    assert_eq!(
        check("fn f()\n  while a\n    if a\n      b()\n    c()\n  .end\n.end\n"),
        "E0011 3:5 this `if` has no `.end`"
    );
    assert_eq!(check("fn f()\n  if a\n    b()\n.end\n"), "E0011 2:3 this `if` has no `.end`");
    assert_eq!(
        check("struct S\n  a: u8\nenum E\n  A\n.end\n"),
        "E0011 1:1 this `struct` has no `.end`"
    );
    assert_eq!(check("fn f() -> S\n  ret S\n    a: 1\n.end\n"), "E0011 2:3 this `S` has no `.end`");
    assert_eq!(check("fn f() {\n  a()\n"), "E0011 1:1 this `{` has no `}`");
    assert_eq!(check("fn f()\n  a()"), "E0011 1:1 this `fn` has no `.end`");
}

#[test]
fn a_stray_end_is_one_error() {
    assert_eq!(
        check("fn f()\n.end\n.end\n.end\nfn g()\n.end\n"),
        "E0010 3:1 this `.end` closes nothing"
    );
    assert_eq!(
        check("fn f()\n  a()\n  .end\n  b()\n.end\n"),
        "E0010 3:3 this `.end` closes nothing"
    );
    assert_eq!(check("  ret 1\n.end\nfn f()\n.end\n"), "E0010 1:3 expected an item, found `ret`");
}

#[test]
fn a_missing_end_and_a_stray_one_are_two_errors() {
    let text = "fn f()\n  if a\n    b()\n  c()\n.end\nfn g()\n  d()\n.end\n.end\n";
    assert_eq!(
        check(text),
        "E0011 2:3 this `if` has no `.end`\nE0010 9:1 this `.end` closes nothing"
    );
}

#[test]
fn a_line_that_is_not_an_item_is_one_error() {
    assert_eq!(
        check("const a = 1\nfoo bar\n  baz\nqux\nconst a = 2\n?\n"),
        "E0010 2:1 expected an item, found `foo`\nE0100 5:7 the name `a` is defined twice\nE0010 6:1 expected an item, found `?`"
    );
    assert_eq!(check("if a\n  b()\n.end\nconst a = 1\n"), "E0010 1:1 expected an item, found `if`");
}

#[test]
fn a_damaged_line_causes_no_further_errors() {
    assert_eq!(
        check("n f()\n  let a = 1\n  b()\n  let c = 2\n.end\nfn g()\n.end\n"),
        "E0010 1:1 expected an item, found `n`"
    );
    assert_eq!(check("fn f()\n  a()\nend\nfn g()\n.end\n"), "E0011 1:1 this `fn` has no `.end`");
    assert_eq!(check("struct S\n  a: u64\n  $ b: u64\n.end\n"), "E0001 3:3 illegal character `$`");
    assert_eq!(check("fn f()\n  if a\n    say \"a\n"), "E0002 3:9 unterminated string literal");
    let utf16: Vec<u8> =
        "\u{feff}fn f()\n.end\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(check_bytes(&utf16), "E0001 1:1 this file looks like UTF-16");
}

#[test]
fn consecutive_illegal_characters_are_one_error() {
    assert_eq!(
        check("let a = @@@ 1 $\n"),
        "E0001 1:9 illegal characters `@@@`\nE0001 1:15 illegal character `$`"
    );
    assert_eq!(check("let a = \u{7}\u{202e} 1\n"), "E0001 1:9 illegal characters U+0007, U+202E");
    assert_eq!(check("let a =\u{a0}1\n"), "E0001 1:8 illegal character U+00A0");
    assert_eq!(check("let a = `\n"), "E0001 1:9 illegal character U+0060");
    assert_eq!(check("let a = @`\n"), "E0001 1:9 illegal characters `@`, U+0060");
    assert_eq!(check("@fn f()\n.end\n"), "E0001 1:1 illegal character `@`");
    assert_eq!(check_bytes(b"let a = \xe9 1\n"), "E0001 1:9 illegal byte 0xE9");
    assert_eq!(check_bytes(b"let a = @\xe9\n"), "E0001 1:9 illegal characters `@`, byte 0xE9");
    assert_eq!(check_bytes(b"let a = \xff\xfe?\n"), "E0001 1:9 illegal bytes 0xFF, 0xFE");
    assert_eq!(
        check_bytes(b"# caf\xe9 \"\xff\"\nlet a = 1\n"),
        "",
        "comments may contain any bytes"
    );
    assert_eq!(check("let a\r= 1\n"), "E0001 1:6 illegal character U+000D");
}

#[test]
fn an_unterminated_literal_hides_no_other_errors() {
    let text = "use std/a\nlet s = \"a + b(\nlet s = 'x\nlet t = 1 @\nfn f()\n  a()\n.end\n";
    assert_eq!(
        check(text),
        "E0002 2:9 unterminated string literal\nE0100 3:5 the name `s` is defined twice\n\
         E0002 3:9 unterminated character literal\nE0001 4:11 illegal character `@`"
    );
    assert_eq!(
        check("let s = \"abc\\\"\r\nlet t = 1\r\n"),
        "E0002 1:9 unterminated string literal"
    );
    assert_eq!(check("fn f()\n  a()\n/* .end\n/* */\n"), "E0003 3:1 unterminated block comment");
    assert_eq!(
        check("use std/a\n@\n/* a"),
        "E0001 2:1 illegal character `@`\nE0003 3:1 unterminated block comment"
    );
}

#[test]
fn names_and_imports() {
    assert_eq!(check("struct A\n.end\nfn A::new() -> A\n.end\nfn B::new() -> B\n.end\n"), "");
    assert_eq!(check("fn From[u8]::from() -> A\n.end\nfn From[u16]::from() -> A\n.end\n"), "");
    assert_eq!(
        check("fn f[T](a: T)\n.end\nexport fn f[U](a: U)\n.end\n"),
        "E0100 3:11 the name `f` is defined twice"
    );
    assert_eq!(check("let (a, b) = c\nlet (a, b) = c\n"), "");
    assert_eq!(check("use a/b\nimport a.b\nlet x = b\n"), "E0101 2:1 `a/b` is imported twice");
    assert_eq!(check("use a/b { c }\nuse a/b { d }\nuse a/b as e\nlet x = c + d + e\n"), "");
    assert_eq!(check("use a/b as c\nlet b = 1\n"), "W0100 1:1 the import `c` is never used");
    assert_eq!(check("use a/b\n# b\nsay \"b\"\n"), "W0100 1:1 the import `b` is never used");
    assert_eq!(check("use a/b\nexport b\n"), "");
}

#[test]
fn ten_thousand_levels_do_not_overflow_the_stack() {
    let opened: String =
        (1..=10_000).map(|depth| format!("{}if a\n", " ".repeat(depth % 64))).collect();
    let text = format!("fn f()\n{opened}{}.end\n", ".end\n".repeat(10_000));
    let small_stack = std::thread::Builder::new().stack_size(128 * 1024);
    let checked = small_stack.spawn(move || {
        assert_eq!(check(&text), "");
        assert_eq!(check(&"/*".repeat(10_000)).lines().count(), 1);
        assert!(!check(&"(".repeat(10_000)).is_empty());
    });
    checked.unwrap().join().unwrap();
}
