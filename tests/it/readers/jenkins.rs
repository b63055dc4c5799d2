//! The xUnit plugin of Jenkins, which validates JUnit reports by `junit-10.xsd`.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};
use vitte_diag::{DiagnosticBag, Format, JunitFamily};

use super::with_options;
use crate::common::root;
use crate::common::ten::ten;
use crate::formats::rich::rich;

/// What the schema says of an element: its attributes, whether each is required, and its children.
#[derive(Default)]
struct Element {
    attributes: BTreeMap<String, bool>,
    children: Vec<String>,
}

fn schema() -> BTreeMap<String, Element> {
    let text = std::fs::read_to_string(root().join("tests/schemas/junit-10.xsd")).unwrap();
    let document = Document::parse(&text).unwrap();
    let elements = document.root_element().children().filter(|node| is(*node, "element"));
    elements.map(|element| (value(element, "name"), definition(element))).collect()
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.tag_name().name() == name
}

fn value(node: Node<'_, '_>, name: &str) -> String {
    node.attribute(name).unwrap_or_default().to_owned()
}

fn definition(element: Node<'_, '_>) -> Element {
    let attributes = element.descendants().filter(|node| is(*node, "attribute"));
    let required = |node: Node<'_, '_>| (value(node, "name"), value(node, "use") == "required");
    let children = element.descendants().filter(|node| node.has_attribute("ref"));
    Element {
        attributes: attributes.map(required).collect(),
        children: children.map(|node| value(node, "ref")).collect(),
    }
}

/// The violations of the schema in a report, except for the order of elements, which it leaves free.
fn violations(report: &str) -> Vec<String> {
    let schema = schema();
    let document = Document::parse(report).unwrap();
    let mut wrong = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let Some(element) = schema.get(name) else {
            wrong.push(format!("<{name}>"));
            continue;
        };
        let unknown = node.attributes().filter(|one| !element.attributes.contains_key(one.name()));
        wrong.extend(unknown.map(|one| format!("{name}@{}", one.name())));
        let missing = element
            .attributes
            .iter()
            .filter(|(one, is_required)| **is_required && !node.has_attribute(one.as_str()));
        wrong.extend(missing.map(|(one, _)| format!("{name} without {one}")));
        let children =
            node.children().filter(Node::is_element).map(|child| child.tag_name().name());
        let unknown = children.filter(|child| !element.children.iter().any(|one| one == child));
        wrong.extend(unknown.map(|child| format!("{name}/{child}")));
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

#[test]
fn the_family_of_jenkins_is_valid_by_its_schema() {
    for input in [ten(), rich(), (rich().0, DiagnosticBag::new())] {
        let report =
            with_options(Format::Junit, &input, |o| o.with_junit_family(JunitFamily::Jenkins));
        assert_eq!(violations(&report), [""; 0], "{report}");
    }
    let located = with_options(Format::Junit, &ten(), |options| options);
    assert_eq!(violations(&located), ["testcase@file", "testcase@line"]);
}

#[test]
fn without_attributes_the_text_has_the_location() {
    let report = with_options(Format::Junit, &ten(), |o| o.with_junit_family(JunitFamily::Jenkins));
    let document = Document::parse(&report).unwrap();
    let failures = document.descendants().filter(|node| is(*node, "failure"));
    let texts: Vec<_> = failures.map(|node| node.text().unwrap()).collect();
    assert_eq!(texts.len(), 6);
    let first = "src/main.vitte:5:10: two parameters have no type\nthis one\n";
    assert!(texts.iter().any(|text| text.starts_with(first)), "{texts:?}");
}
