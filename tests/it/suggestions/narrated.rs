//! Suggestions in sentences.

use super::support::scene;

fn told(marked: &str, new: &[&str]) -> String {
    scene(marked, new).narrated().trim_start().to_owned()
}

#[test]
fn whole_words_are_quoted() {
    let told_words = told("a.⟦lenth⟧()\n", &["length"]);
    assert_eq!(told_words, "In line 1, column 3, replace \"lenth\" with \"length\"");
    let told_type = told("f(a: ⟦&String⟧)\n", &["&'a String"]);
    assert_eq!(told_type, "In line 1, column 7, insert \"'a\" and a space");
    assert_eq!(told("a ⟦=⟧ b\n", &["=="]), "In line 1, column 4, insert \"=\"");
    let mark = told("caf⟦e⟧ b\n", &["e\u{301}"]);
    assert_eq!(mark, "In line 1, column 1, replace \"cafe\" with \"cafe\u{301}\"");
    let twice = told("a⟦⟧b⟦⟧c\n", &["x", "y"]);
    assert_eq!(
        twice, "In line 1, column 2, insert \"x\"\n  In line 1, column 3, insert \"y\"",
        "two changes of one word"
    );
}

#[test]
fn blanks_are_told() {
    assert_eq!(told("a⟦  \t⟧\nb\n", &[""]), "In line 1, column 2, remove 2 spaces and a tab");
    assert_eq!(told("⟦\t⟧a\n", &["    "]), "In line 1, column 1, replace a tab with 4 spaces");
    assert_eq!(told("a⟦\r\n⟧b\r\n", &["\n"]), "In line 1, column 2, remove a carriage return");
    assert_eq!(
        told("x {⟦⟧}\n", &["\n    y\n"]),
        "In line 1, column 4, insert a line break, 4 spaces, \"y\" and a line break"
    );
    let ends = told("⟦a\r\nb\r\nc\r\n⟧", &["a\nb\nc\n"]);
    assert_eq!(ends, "In line 1, column 2, remove the carriage returns of 3 lines");
    let ends = told("⟦a\nb\n⟧", &["a\r\nb\r\n"]);
    assert_eq!(ends, "In line 1, column 2, insert the carriage returns of 2 lines");
    let one = told("⟦a\nb⟧", &["a\r\nb"]);
    assert_eq!(one, "In line 1, column 2, insert a carriage return");
}

#[test]
fn whole_lines_are_lines() {
    let added = "Before line 2, insert the line \"    use b;\"";
    assert_eq!(told("a\n    ⟦⟧c\n", &["use b;\n"]), added);
    assert_eq!(told("a⟦⟧\nc\n", &["\n  .end"]), "After line 1, insert the line \"  .end\"");
    assert_eq!(
        told("⟦⟧a\n", &["use b;\n\n"]),
        "Before line 1, insert the lines \"use b;\" and an empty line"
    );
    assert_eq!(told("a\n⟦b\n⟧c\n", &[""]), "From line 2 on, remove the line \"b\"");
    assert_eq!(told("a\n⟦\n\n⟧c\n", &[""]), "From line 2 on, remove 2 empty lines");
    assert_eq!(
        told("⟦⟧a\n", &["b\n".repeat(9).as_str()]),
        "Before line 1, insert the lines \"b\", \"b\", \"b\", \"b\", \"b\" and 4 more lines"
    );
}

#[test]
fn the_line_feed_at_the_end_of_a_file_is_told() {
    let end = "At the end of the file, after line 1,";
    assert_eq!(told("a⟦⟧", &["\n"]), format!("{end} insert a line break"));
    assert_eq!(told("a⟦\r\n⟧", &[""]), format!("{end} remove a line break"));
    assert_eq!(told("a\n⟦⟧", &["\n"]), "Before line 2, insert an empty line");
}

#[test]
fn a_change_without_effect_is_told() {
    assert_eq!(told("⟦same⟧\n", &["same"]), "The text does not change");
}

#[test]
fn the_number_of_omitted_changes_is_told() {
    let marked = "⟦a⟧\n".repeat(25);
    let told = told(&marked, &["b"; 25]);
    assert_eq!(told.lines().count(), 21);
    assert!(told.ends_with("\n  And 5 more changes"), "{told}");
}
