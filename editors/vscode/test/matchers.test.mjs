// The problem matchers of package.json and of editors/github, on what the programs really write.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { problemsInVsCode, problemsOnGitHub } from "./matching.mjs";
import { isInstalled, run, VITTE, VITTEC } from "./programs.mjs";

const { contributes } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url)));
const github = JSON.parse(readFileSync(new URL("../../github/vitte.json", import.meta.url))).problemMatcher;
const demo = new URL("../../../examples/vittec/demo/", import.meta.url);

const dir = mkdtempSync(join(tmpdir(), "vitte-matchers-"));
after(() => rmSync(dir, { recursive: true }));

/** Directories whose names a careless pattern cuts. */
const DIRS = ["plain", "with spaces", "日本語 ディレクトリ", "👩‍👩‍👧 e\u0301", "a:1:2: b", "(x) [y] error", "a --> b", "C:"];
DIRS.forEach((name) => cpSync(demo, join(dir, name), { recursive: true }));

/** What JSON Lines say of each diagnostic with a location. */
function expected(jsonLines) {
  const diagnostics = jsonLines.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  return diagnostics.filter(({ primary }) => primary && !primary.file.startsWith("<")).map(problem);
}

function problem({ severity, code, message, primary: { file, line, col } }) {
  const shown = { fatal: "error", note: "info" }[severity] ?? severity;
  return { severity: shown, ...(code ? { code } : {}), message: message.trim(), file, line, column: col };
}

const lines = (output) => output.split(/\r?\n/);
const inVsCode = (name, text) => problemsInVsCode(contributes, name, lines(text));
/** The annotations of a file of GitHub have an order for each matcher. A code that is absent is empty. */
function onGitHub(prefix, text) {
  const matchers = github.filter(({ owner }) => owner === prefix || owner === `${prefix}-note`);
  const found = matchers.flatMap((matcher) => problemsOnGitHub(matcher, lines(text)));
  return found.map((one) => ({ ...one, severity: one.severity === "notice" ? "info" : one.severity }));
}

const byPlace = (a, b) => JSON.stringify([a.file, a.line, a.column]).localeCompare(JSON.stringify([b.file, b.line, b.column]));
const sorted = (problems) => [...problems].sort(byPlace);

const FORMATS = [
  ["vitte", ["--error-format", "human"]],
  ["vitte", ["--error-format", "human", "--diagnostic-style", "unicode"]],
  ["vitte", ["--error-format", "human", "--diagnostic-style", "rustc"]],
  ["vitte-short", ["--error-format", "short"]],
];

for (const [name, flags] of FORMATS) {
  test(`vittec check ${flags.join(" ")}`, () => {
    for (const where of DIRS) {
      const json = run(VITTEC, ["check", "--error-format", "json", where], { cwd: dir }).stdout;
      const wanted = expected(json);
      assert.equal(wanted.length, 9, where);
      assert.deepEqual(new Set(wanted.map(({ severity }) => severity)), new Set(["error", "warning"]));
      const { stderr } = run(VITTEC, ["check", ...flags, where], { cwd: dir });
      assert.deepEqual(inVsCode(name, stderr), wanted, where);
      assert.deepEqual(sorted(onGitHub(name, stderr)), sorted(wanted), where);
    }
  });
}

/** `$gcc` of the extension for C++, and the pattern that most programs have for `path:line:col: error: message`. */
const OTHER_MATCHERS = [
  /^(.*):(\d+):(\d+):\s+(?:fatal\s+)?(warning|error):\s+(.*)$/,
  /^(.+?):(\d+):(\d+): (?:fatal )?(warning|error): (.*)$/,
];

test("vittec check --error-format gcc", () => {
  for (const where of DIRS) {
    const wanted = expected(run(VITTEC, ["check", "--error-format", "json", where], { cwd: dir }).stdout);
    const { stderr } = run(VITTEC, ["check", "--error-format", "gcc", where], { cwd: dir });
    // Labels and help are notes of their own.
    const withoutNotes = (problems) => problems.filter(({ severity }) => severity !== "info");
    assert.deepEqual(withoutNotes(inVsCode("vitte-gcc", stderr)), wanted, where);
    assert.deepEqual(sorted(withoutNotes(onGitHub("vitte-gcc", stderr))), sorted(wanted), where);
    for (const regexp of OTHER_MATCHERS) {
      const matches = lines(stderr).map((line) => regexp.exec(line)).filter(Boolean);
      const found = matches.map(([, file, line, column, severity, message]) => [file, +line, +column, severity, message]);
      const shown = ({ file, line, column, severity, message, code }) => [file, line, column, severity, `${message} [${code}]`];
      assert.deepEqual(found, wanted.map(shown), where);
    }
  }
});

const at = (lo, hi, line, col, file = "plain/hello.vitte") => ({ file, lo, hi, line, col });
/** A diagnostic with every field that JSON Lines require. */
function diagnostic(severity, code, message, primary, more = {}) {
  const labels = primary ? [{ style: "primary", ...primary, message: null }] : [];
  return { severity, code, message, primary, labels, help: null, notes: [], ...more };
}

const PARTS = [
  diagnostic("error", null, "without a code", at(0, 6, 1, 1)),
  diagnostic("error", null, "without a location", null),
  diagnostic("error", "E0601", "the program has no `main`", null),
  diagnostic("warning", "unused_variables", "a lint", at(7, 11, 1, 8)),
  diagnostic("warning", "-Wshadow", "a code that begins with a dash", at(12, 17, 1, 13)),
  diagnostic("note", "N1", "a note: with a colon", at(19, 22, 3, 1)),
  diagnostic("note", null, "a note without a location", null),
  diagnostic("fatal", "F1", "the compiler crashed", at(23, 26, 3, 5)),
  diagnostic("fatal", null, "plain/hello.vitte:1:1: error: in a message", null),
  diagnostic("error", null, "[E1]: brackets [-Wx]", at(27, 29, 3, 9)),
  diagnostic("warning", null, "the file is empty", null, { file: "plain/hello.vitte" }),
  diagnostic("error", "E2", "in no file of the disk", at(0, 1, 1, 1, "<stdin>")),
];

for (const [name, format] of [["vitte", "human"], ["vitte-short", "short"], ["vitte-gcc", "gcc"]]) {
  test(`all that a diagnostic may lack, in the format ${format}`, () => {
    // In the text of GCC, brackets at the end of a message are its code.
    const parts = PARTS.filter(({ message }) => format !== "gcc" || !message.endsWith("]"));
    const input = parts.map((part) => JSON.stringify(part)).join("\n");
    const written = run(VITTE, ["diag", "convert", "--to", format], { cwd: dir, input }).stdout;
    const wanted = sorted(expected(input));
    assert.equal(wanted.length, format === "gcc" ? 5 : 6);
    parts.forEach(({ message }) => assert.ok(written.includes(message), message));
    assert.deepEqual(sorted(inVsCode(name, written)), wanted);
    assert.deepEqual(sorted(onGitHub(name, written)), wanted);
  });
}

test("the note of a child is an information at its own location", () => {
  const child = { level: "note", message: "defined here", labels: [{ style: "primary", ...at(19, 22, 3, 1), message: null }] };
  const input = JSON.stringify(diagnostic("error", "E1", "an error", at(0, 6, 1, 1), { children: [child] }));
  const written = run(VITTE, ["diag", "convert", "--to", "human"], { cwd: dir, input }).stdout;
  const [error, note, ...others] = inVsCode("vitte", written);
  assert.deepEqual([error.severity, error.line, error.column], ["error", 1, 1]);
  assert.deepEqual([note.severity, note.message, note.line, note.column], ["info", "defined here", 3, 1]);
  assert.deepEqual(others, []);
});

test("messages of several lines", () => {
  const words = (count) => Array(count).fill("word").join(" ");
  const messages = ["one line", "first\nsecond", words(15), words(30), "first\n--> plain/hello.vitte:9:9"];
  const places = [at(0, 6, 1, 1), at(7, 11, 1, 8), at(12, 17, 1, 13), at(19, 22, 3, 1), at(23, 26, 3, 5)];
  const input = messages.map((message, index) => JSON.stringify(diagnostic("error", "E1", message, places[index])));
  const args = ["diag", "convert", "--diagnostic-width", "70", "--to"];
  const human = run(VITTE, [...args, "human"], { cwd: dir, input: input.join("\n") }).stdout;
  const found = ["vitte", "vitte-2-lines", "vitte-3-lines"].map((name) => inVsCode(name, human));
  assert.deepEqual(found.map((problems) => problems.length), [1, 2, 1]);
  const inOneLine = ({ message, ...other }) => ({ ...other, message: message.replaceAll(/\s+/g, " ") });
  // A line of a message that looks like a location is not shown at a wrong one.
  const wanted = expected(input.slice(0, 4).join("\n"));
  assert.deepEqual(sorted(found.flat()).map(inOneLine), sorted(wanted).map(inOneLine));
  assert.deepEqual(onGitHub("vitte", human), wanted.slice(0, 1));

  const short = run(VITTE, [...args, "short"], { cwd: dir, input: input.join("\n") }).stdout;
  const escaped = expected(input.join("\n")).map((one) => ({ ...one, message: one.message.replaceAll("\n", "\\n") }));
  assert.deepEqual(sorted(inVsCode("vitte-short", short)), sorted(escaped));
});

const C = `#include <stdio.h>
int shadow(int é) { int unused; { int é = 2; printf("日本語 👩 %d", é) } return é; }
int other(void) { return missing; }
`;

test("the text of GCC", { skip: !isInstalled("gcc") && "gcc is not installed" }, () => {
  for (const where of DIRS) {
    mkdirSync(join(dir, where), { recursive: true });
    writeFileSync(join(dir, where, "main.c"), C);
    writeFileSync(join(dir, where, "fatal.c"), '#include "absent.h"\n');
    const args = ["-fsyntax-only", "-Wall", "-Wshadow", "-x", "c", `./${where}/main.c`, `./${where}/fatal.c`];
    const json = run("gcc", ["-fdiagnostics-format=json", ...args], { cwd: dir }).stderr;
    const wanted = lines(json).filter((line) => line.startsWith("[")).flatMap((line) => JSON.parse(line)).flatMap(
      (diagnostic) => [diagnostic, ...(diagnostic.children ?? [])].map(({ kind, option, message, locations: [{ caret }] }) => ({
        severity: { "fatal error": "error", note: "info" }[kind] ?? kind,
        ...(option ? { code: option } : {}),
        message,
        file: caret.file,
        line: caret.line,
        column: caret.column,
      })),
    );
    assert.ok(wanted.length >= 6, json);
    const { stderr } = run("gcc", args, { cwd: dir });
    assert.deepEqual(sorted(inVsCode("vitte-gcc", stderr)), sorted(wanted), where);
    assert.deepEqual(sorted(onGitHub("vitte-gcc", stderr)), sorted(wanted), where);
  }
});

test("paths of Windows", () => {
  const file = "C:\\a b\\x.vitte";
  const wanted = [{ severity: "error", code: "E1", message: "m: n", file, line: 3, column: 14 }];
  const { code, ...withoutCode } = wanted[0];
  for (const [name, text, expected] of [
    ["vitte-short", `${file}:3:14: error[E1]: m: n`, wanted],
    ["vitte", `error[E1]: m: n\n  --> ${file}:3:14`, wanted],
    ["vitte-gcc", `${file}:3:14: error: m: n`, [withoutCode]],
  ]) {
    assert.deepEqual(inVsCode(name, text), expected, name);
    assert.deepEqual(onGitHub(name, text), expected, name);
  }
});

test("text of GCC without a column, and lines that are no diagnostics", () => {
  const text = [
    "main.c:3: warning: no column [-Wold]",
    "cc1: error: unrecognized argument",
    "gcc: fatal error: no input files",
    "In file included from main.c:1:",
    "                 from other.c:2:1:",
    "<command-line>:1:1: error: in a macro",
    "<built-in>: note: this is the location",
    "main.c: In function 'main':",
    "   12 | main.c:1:1: error: in a string",
    "make: *** [Makefile:2: all] Error 1",
    "/usr/bin/ld: main.o: in function `main':",
    "main.c:(.text+0x5): undefined reference to `f'",
  ].join("\n");
  const wanted = [{ file: "main.c", line: 3, severity: "warning", message: "no column", code: "-Wold" }];
  assert.deepEqual(inVsCode("vitte-gcc", text), wanted);
  assert.deepEqual(onGitHub("vitte-gcc", text), wanted);
});

test("source lines that look like messages are not matched", () => {
  const lookalike = 'say "x"\nerror[E1]: x\n  --> a.vitte:1:1\na.vitte:1:1: error: x @\n';
  mkdirSync(join(dir, "lookalike"));
  writeFileSync(join(dir, "lookalike", "main.vitte"), lookalike);
  for (const [name, flags] of FORMATS) {
    const json = run(VITTEC, ["check", "--error-format", "json", "lookalike"], { cwd: dir }).stdout;
    assert.ok(expected(json).length > 0);
    const { stderr } = run(VITTEC, ["check", "--context-lines", "9", ...flags, "lookalike"], { cwd: dir });
    assert.deepEqual(inVsCode(name, stderr), expected(json));
  }
});

test("each matcher has a pattern, and GitHub accepts its file", () => {
  const owners = github.map(({ owner }) => owner);
  assert.equal(new Set(owners).size, owners.length);
  for (const { severity, pattern } of github) {
    assert.ok(["error", "warning", "notice"].includes(severity));
    assert.equal(pattern.filter(({ message }) => message !== undefined).length, 1);
    for (const { regexp, ...groups } of pattern) {
      // What .NET understands in the mode for ECMAScript: neither lookbehind nor classes of Unicode.
      assert.doesNotMatch(regexp, /\(\?<[=!]|\\p\{/);
      const count = new RegExp(`${regexp}|`).exec("").length;
      Object.values(groups).forEach((group) => assert.ok(group < count));
    }
  }
  contributes.problemMatchers.forEach(({ pattern }) => {
    assert.ok(contributes.problemPatterns.some(({ name }) => `$${name}` === pattern), pattern);
  });
});
