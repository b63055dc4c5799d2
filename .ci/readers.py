"""What programs in Python read from the formats. `.ci/readers` runs it."""

import collections
import csv
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

INPUTS = ["ten", "rich", "names", "hostile", "none"]


def check(condition, *about):
    if not condition:
        sys.exit(" ".join(["readers.py:", *map(str, about)]))


def equal(found, expected, *about):
    check(found == expected, *about, "is", repr(found), "instead of", repr(expected))


def quickfix(path):
    """The list of errors of Neovim has each located error and warning of the format `gcc`."""
    found = json.loads(pathlib.Path(path + ".quickfix").read_text())
    wanted = [
        one
        for one in json.loads(pathlib.Path(path + ".expected").read_text())
        if one["has_location"] and one["severity"] != "note"
    ]
    problems = [one for one in found if one["type"] in ("e", "w")]
    equal(len(problems), len(wanted), path, "number of problems")
    for one, expected in zip(problems, wanted):
        file = one["file"].removeprefix("./")
        equal((file, one["type"]), (expected["file"], expected["severity"][0]), path)
        code = f" [{expected['code']}]" if expected["code"] else ""
        equal(one["text"], expected["message"].replace("\n", "\\n") + code, path)


def multitool(path):
    """No rule of GitHub is violated, and of the others only those that the input or a service is responsible for."""
    allowed = {
        "GHAzDO1019": "the task that publishes a log adds the properties of the pipeline",
        "GHAzDO1020": "and the id of the build",
        "SARIF2017": "a whole file has no region",
    }
    results = json.loads(pathlib.Path(path).read_text(encoding="utf-8-sig"))["runs"][0]["results"]
    counts = collections.Counter()
    for result in results:
        rule, level = result["ruleId"], result.get("level", "warning")
        if level in ("error", "warning"):
            check(rule in allowed, rule, json.dumps(result)[:1000])
            counts[rule] += 1
    check(counts["GHAzDO1019"], "the rules of Azure DevOps have run")


def read_csv(path, expected):
    with path.open(newline="", encoding="utf-8") as file:
        records = list(csv.reader(file, strict=True))
    header, *records = records
    equal(len(records), len(expected), path, "number of records")
    for record, wanted in zip(records, expected):
        equal(len(record), len(header), path, "number of fields")
        fields = dict(zip(header, record))
        equal(fields["severity"], wanted["severity"], path)
        for value in record:
            is_name = re.fullmatch("(-+|@)[A-Za-z][-A-Za-z0-9_=/.]*", value)
            check(is_name or not value.startswith(("=", "+", "-", "@", "\t", "\r")), path, "a formula:", value)
        if wanted["message"].isprintable() and not wanted["message"].startswith(("=", "+", "-", "@")):
            equal(fields["message"], wanted["message"], path)


def read_xml(path):
    """Two parsers, of which one is strict about names and characters."""
    from lxml import etree

    text = path.read_bytes()
    ElementTree.fromstring(text)
    return etree.fromstring(text)


def read_junit(path, expected):
    from junitparser import JUnitXml

    root = read_xml(path)
    equal(len(root.findall(".//testcase")), max(len(expected), 1), path, "number of cases")
    suites = JUnitXml.fromfile(str(path))
    bad = collections.Counter(one["severity"] for one in expected)
    equal((suites.failures, suites.errors), (bad["error"], bad["fatal"]), path)
    return root


def read_jenkins(path, expected):
    from lxml import etree

    schema = etree.XMLSchema(file="tests/schemas/junit-10.xsd")
    root = read_junit(path, expected)
    check(schema.validate(root), path, schema.error_log)


def read_checkstyle(path, expected):
    root = read_xml(path)
    errors = [error for file in root.findall("file") for error in file.findall("error")]
    equal(len(errors), len(expected), path, "number of errors")
    names = {"fatal": "error", "error": "error", "warning": "warning", "note": "info"}
    for error, wanted in zip(errors, expected):
        equal(error.get("severity"), names[wanted["severity"]], path)


def read_tap(path, expected):
    import yaml
    from tap.parser import Parser

    lines = list(Parser().parse_file(str(path)))
    tests = [line for line in lines if line.category == "test"]
    equal(len(tests), max(len(expected), 1), path, "number of test points")
    check(not any(line.category == "unknown" for line in lines), path, "an unknown line")
    (plan,) = [line for line in lines if line.category == "plan"]
    equal(plan.expected_tests, len(tests), path, "the plan")
    for test, wanted in zip(tests, expected):
        equal(test.ok, wanted["severity"] not in ("error", "fatal"), path)
        check(not test.skip and not test.todo, path, "a directive:", test)
        equal(test.yaml_block["message"], wanted["message"], path)
        equal(test.yaml_block.get("code"), wanted["code"], path)
    # Another parser, for each block alone.
    blocks = re.findall(r"(?ms)^  ---\n(.*?)^  \.\.\.\n", path.read_text(encoding="utf-8"))
    for block, wanted in zip(blocks, expected):
        equal(yaml.safe_load(block)["message"], wanted["message"], path)


def read_sarif(path, expected):
    from sarif import loader

    records = loader.load_sarif_file(str(path)).get_records()
    equal(len(records), len(expected), path, "number of records")
    levels = {"fatal": "error", "error": "error", "warning": "warning", "note": "note"}
    for record, wanted in zip(records, expected):
        equal(record["Severity"], levels[wanted["severity"]], path)
        shown = wanted["message"].replace("](", "] (")
        # `sarif-tools` removes blanks around a text.
        check(record["Description"].startswith(shown.strip()), path, record, wanted)


def read_lines(path, expected):
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    equal([line["message"].startswith(one["message"]) for line, one in zip(lines, expected)], [True] * len(expected), path)


def read_issues(path, expected):
    report = json.loads(path.read_text(encoding="utf-8"))
    rules = {rule["id"] for rule in report["rules"]}
    for issue, wanted in zip(report["issues"], expected, strict=True):
        equal(issue["ruleId"], wanted["code"] or wanted["severity"], path)
        check(issue["ruleId"] in rules, path, issue["ruleId"])


def read_insights(path, expected):
    report = json.loads(path.read_text(encoding="utf-8"))
    annotations = [one for group in report["annotations"] for one in group]
    equal(len(annotations), len(expected), path)
    equal(len({one["external_id"] for one in annotations}), len(expected), path, "number of ids")


READERS = {
    "csv": read_csv,
    "junit": read_junit,
    "jenkins": read_jenkins,
    "checkstyle": read_checkstyle,
    "tap": read_tap,
    "sarif": read_sarif,
    "rdjsonl": read_lines,
    "rustc": read_lines,
    "json": read_lines,
    "sonarqube": read_issues,
    "bitbucket": read_insights,
}


def main(arguments):
    match arguments:
        case ["--quickfix", path]:
            return quickfix(path)
        case ["--multitool", path]:
            return multitool(path)
    directory = pathlib.Path(arguments[0])
    for name in INPUTS:
        expected = json.loads((directory / f"{name}.expected").read_text(encoding="utf-8"))
        for format, read in READERS.items():
            read(directory / f"{name}.{format}", expected)


main(sys.argv[1:])
