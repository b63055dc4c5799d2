// The bundle, in Node with a stub of the module `vscode`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { buildSync } from "esbuild";

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
