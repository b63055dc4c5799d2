//! Which codes have a case.

use crate::Toy;

#[test]
fn codes_of_annotations_and_goldens_count() {
    let files = [("a.toy", "error T0001 a //~ error[T0001]\n"), ("b.toy", "error T0002 b\n")];
    let toy = Toy::new(&files).with("TOY_CODES", "report");
    toy.write(
        "b.stderr",
        "error[T0002]: b\n --> ui/b.toy:1:1\n  |\n1 | error T0002 b\n  | ^^^^^^^^^^^^^ here\n",
    );
    let ran = toy.run(&[]);
    assert!(ran.stdout.ends_with("codes: 2 of 3 have a case; without one: T0003\n\n"), "{ran:#?}");
    assert_eq!(ran.code, Some(0));
    assert_eq!(toy.run(&["--codes"]).stdout, "T0001  a.toy\nT0002  b.toy\nT0003  no case\n");
}

#[test]
fn a_code_without_a_case_can_fail() {
    let toy =
        Toy::new(&[("a.toy", "error T0001 a //~ error[T0001]\n")]).with("TOY_CODES", "require");
    let ran = toy.run(&[]);
    assert!(
        ran.code == Some(101) && ran.stdout.contains("these codes have no case: T0002\n"),
        "{ran:#?}"
    );
    assert_eq!(
        toy.run(&["--codes"]).stdout,
        "T0001  a.toy\nT0002  no case\nT0003  exempt: it is new\n"
    );
    toy.write("b.toy", "error T0002 b //~ error[T0002]\n");
    toy.passes();
    toy.write("c.toy", "warning T0003 c //~ warning[T0003]\n");
    assert!(toy.run(&[]).stdout.contains("these codes are exempt, but have a case: T0003\n"));
    toy.write("c.toy", "error T0009 c //~ error[T0009]\n");
    assert!(
        toy.run(&[]).stdout.contains("cases have codes that the compiler does not have: T0009\n")
    );
}

#[test]
fn the_table_needs_the_codes_of_the_compiler() {
    let ran = Toy::new(&[("a.toy", "")]).run(&["--codes"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("call `Suite::codes`"), "{ran:#?}");
}
