// The bundle, in Node with a stub of the module `vscode`. `npm test` runs it.
//
// It does not use `node:test`, which fails for each rejection that is not handled: the client library does not handle that of
// a message to a server that has just ended. VS Code writes such a rejection to its log.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildSync } from "esbuild";

import { VITTEC } from "./programs.mjs";

const require = createRequire(import.meta.url);
const Module = require("node:module");
const { makeVscode } = require("./vscode-stub.cjs");
const { contributes } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url)));

/** Loads a fresh copy of the bundle, whose module `vscode` is the stub. */
function load(stub) {
  const bundle = require.resolve("../dist/extension.js");
  delete require.cache[bundle];
  const original = Module._load;
  Module._load = (name, ...rest) => (name === "vscode" ? stub.vscode : original(name, ...rest));
  try {
    return require(bundle);
  } finally {
    Module._load = original;
  }
}

const documentOf = (stub, path, languageId, text = "") => ({
  uri: stub.vscode.Uri.file(path),
  languageId,
  version: 1,
  getText: () => text,
});

process.on("unhandledRejection", (error) => {
  if (error.code !== "ERR_STREAM_DESTROYED") {
    throw error;
  }
});

const tests = [];
function test(name, run) {
  tests.push({ name, run });
}

/** Repeats an assertion until it holds. */
async function until(assertion) {
  const end = Date.now() + Number(process.env.TEST_LIMIT ?? 60_000);
  for (;;) {
    try {
      return assertion();
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("no server is started until a document for it is open", async () => {
  const stub = makeVscode({ settings: { "vitte.server.command": ["/absent/server"] }, folder: "/", contributes });
  const extension = load(stub);
  stub.vscode.workspace.textDocuments = [documentOf(stub, "/a.c", "c")];
  await extension.activate({ subscriptions: [] });
  assert.deepEqual(stub.seen.errors, []);
  const commands = contributes.commands.map(({ command }) => command);
  assert.deepEqual([...stub.seen.commands.keys()].sort(), commands.sort());

  const opened = documentOf(stub, "/a.vitte", "vitte");
  stub.vscode.workspace.textDocuments.push(opened);
  await stub.opened.fire(opened);
  const reports = () => stub.seen.errors.filter((error) => error.includes("vitte.server.command"));
  assert.equal(reports().length, 1, stub.seen.errors.join("\n"));
  assert.match(reports()[0], /cannot start the server `\/absent\/server`: .*ENOENT/);
  // A failure is reported once, and again if the user asks for a start.
  await stub.opened.fire(opened);
  assert.equal(reports().length, 1);
  await stub.seen.commands.get("vitte.restartServer")();
  assert.equal(reports().length, 2);
  await extension.deactivate();
});

// The client pulls the diagnostics of a document in a tab itself; the others are in the report of the workspace.
for (const inTab of [true, false]) {
  test(`the diagnostics of vittec, ${inTab ? "in a tab" : "in no tab"}, with the levels of the settings`, async () => {
    const dir = mkdtempSync(join(tmpdir(), "vitte-extension-"));
    const settings = { "vitte.server.command": [VITTEC, "lsp"] };
    const stub = makeVscode({ settings, folder: dir, contributes });
    const text = readFileSync(new URL("../../../examples/vittec/demo/imports.vitte", import.meta.url), "utf8");
    const opened = documentOf(stub, join(dir, "imports.vitte"), "vitte", text);
    stub.vscode.workspace.textDocuments = [opened];
    if (inTab) {
      stub.vscode.window.activeTextEditor = { document: opened };
      stub.vscode.window.tabGroups.all = [{ tabs: [{ input: new stub.vscode.TabInputText(opened.uri) }] }];
    }
    const extension = load(stub);
    await extension.activate({ subscriptions: [] });
    const shown = () => {
      const all = stub.seen.collections.flatMap(({ diagnostics }) => diagnostics.get(opened.uri.toString()) ?? []);
      return all.map(({ code, severity }) => `${code.value ?? code} ${severity}`).sort();
    };
    await until(() => assert.deepEqual(shown(), ["E0101 0", "W0100 1"]));
    // A setting for every compiler, then one for vittec alone.
    stub.seen.configured = { ...settings, "vitte.allow": ["W0100"] };
    await stub.configured.fire({ affectsConfiguration: (section) => section === "vitte" });
    await until(() => assert.deepEqual(shown(), ["E0101 0"]));
    stub.seen.configured = { ...settings, "vitte.allow": ["W0100"], "vittec.allow": [], "vittec.denyWarnings": true };
    await stub.configured.fire({ affectsConfiguration: (section) => section === "vittec" });
    await until(() => assert.deepEqual(shown(), ["E0101 0", "W0100 0"]));
    await extension.deactivate();
    assert.deepEqual(stub.seen.errors, []);
    rmSync(dir, { recursive: true });
  });
}

/** What the parts of a test on one document need. */
function withDocument(settings) {
  const stub = makeVscode({ settings, folder: tmpdir(), contributes });
  const opened = documentOf(stub, join(tmpdir(), "absent.vitte"), "vitte", "fn a\n@\n");
  stub.vscode.workspace.textDocuments = [opened];
  stub.vscode.window.activeTextEditor = { document: opened };
  stub.vscode.window.tabGroups.all = [{ tabs: [{ input: new stub.vscode.TabInputText(opened.uri) }] }];
  const count = () => stub.seen.collections.flatMap(({ diagnostics }) => diagnostics.get(opened.uri.toString()) ?? []).length;
  return { stub, extension: load(stub), count };
}

test("a program that does not answer does not prevent another start", async () => {
  const { stub, extension, count } = withDocument({
    "vitte.server.command": ["sh", "-c", "head -c 2000 >&2; echo asked >&2; exec sleep 1000"],
  });
  const activated = extension.activate({ subscriptions: [] });
  await until(() => assert.match(stub.seen.output.join(""), /asked/));
  stub.seen.configured = { "vitte.server.command": [VITTEC, "lsp"] };
  await stub.seen.commands.get("vitte.restartServer")();
  await activated;
  await until(() => assert.ok(count() > 0));
  await extension.deactivate();
});

test("a program that ends at once is reported, and not started again", async () => {
  const { stub, extension } = withDocument({ "vitte.server.command": ["false"] });
  await extension.activate({ subscriptions: [] });
  const reports = stub.seen.errors.filter((error) => error.includes("cannot start the server `false`"));
  assert.equal(reports.length, 1, stub.seen.errors.join("\n"));
  assert.equal(stub.seen.output.filter((line) => line.startsWith("starting")).length, 1);
  await extension.deactivate();
});

test("a server that was killed is started again", async () => {
  const dir = mkdtempSync(join(tmpdir(), "vitte-extension-"));
  const command = ["sh", "-c", 'echo $$ >>"$0"; exec "$@"', join(dir, "pids"), VITTEC, "lsp"];
  const { extension, count } = withDocument({ "vitte.server.command": command });
  const pids = () => readFileSync(join(dir, "pids"), "utf8").trim().split("\n").map(Number);
  await extension.activate({ subscriptions: [] });
  await until(() => assert.ok(count() > 0));
  process.kill(pids()[0], "SIGKILL");
  await until(() => assert.equal(pids().length, 2));
  await until(() => assert.ok(count() > 0));
  await extension.deactivate();
  await until(() => assert.throws(() => process.kill(pids()[1], 0)));
  rmSync(dir, { recursive: true });
});

test("a wrong setting is an error that names it", async () => {
  for (const [settings, message] of [
    [{ "vitte.server.command": [] }, /"vitte.server.command" has no program/],
    [{ "vitte.server.command": "vittec lsp" }, /"vitte.server.command" has no program/],
    [{ "vitte.server.command": ["${workspaceFolder}/x"] }, /no folder is open/],
    [{ "vitte.server.languages": [] }, /"vitte.server.languages" is empty/],
    [{ "vitte.server.languages": [1] }, /"vitte.server.languages" has the entry 1/],
  ]) {
    const stub = makeVscode({ settings, contributes });
    const extension = load(stub);
    stub.vscode.workspace.textDocuments = [documentOf(stub, "/a.vitte", "vitte")];
    await extension.activate({ subscriptions: [] });
    assert.equal(stub.seen.errors.length, 1, JSON.stringify(settings));
    assert.match(stub.seen.errors[0], message);
    await extension.deactivate();
  }
});

test("settings", async () => {
  const built = buildSync({ entryPoints: ["src/settings.ts"], format: "esm", write: false });
  const code = Buffer.from(built.outputFiles[0].contents).toString("base64");
  const { levelsFor, readCommand, readLanguages } = await import(`data:text/javascript;base64,${code}`);

  const command = ["${workspaceFolder}/bin/x", "-I${workspaceFolder}/a:${workspaceFolder}/b"];
  assert.deepEqual(readCommand(command, "/a $& b"), { program: "/a $& b/bin/x", args: ["-I/a $& b/a:/a $& b/b"] });
  assert.deepEqual(readCommand(["vitte", "lsp"], undefined), { program: "vitte", args: ["lsp"] });

  assert.deepEqual(readLanguages(["c", { pattern: "**/*.my" }, { language: "d", scheme: "untitled" }]), [
    { language: "c", scheme: "file" },
    { pattern: "**/*.my", scheme: "file" },
    { language: "d", scheme: "untitled" },
  ]);

  const general = { allow: [], deny: ["warnings"], denyWarnings: false, server: { command: ["x"] } };
  assert.deepEqual(levelsFor(general, undefined), { allow: [], deny: ["warnings"], denyWarnings: false });
  assert.deepEqual(levelsFor(general, { deny: ["E1"], other: 1 }), { allow: [], deny: ["E1"], denyWarnings: false });
});

test("the extension is off in workspaces that are not trusted", () => {
  const { capabilities } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url)));
  assert.equal(capabilities.untrustedWorkspaces.supported, false);
});

for (const { name, run } of tests) {
  try {
    await run();
  } catch (error) {
    console.error(`${name}: ${error.stack}`);
    process.exitCode = 1;
  }
}
// The servers of a test that has failed do not keep Node from ending.
process.exit();
