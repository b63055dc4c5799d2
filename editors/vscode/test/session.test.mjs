// A whole session with `vittec lsp`, whose messages have the types of the npm package.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { Client, killAll } from "./client.mjs";
import { kindOf, program } from "./message-types.mjs";
import { VITTE, VITTEC } from "./programs.mjs";

const dir = mkdtempSync(join(tmpdir(), "vitte-session-"));
after(() => {
  killAll();
  rmSync(dir, { recursive: true });
});
cpSync(new URL("../../../examples/vittec/demo/", import.meta.url), dir, { recursive: true });

const uri = (name) => pathToFileURL(join(dir, name)).href;
const read = (name) => readFileSync(join(dir, name), "utf8");

/** What a client of version 3.17 may support, as far as it changes what a server sends. */
const CAPABILITIES = {
  general: { positionEncodings: ["utf-16"] },
  textDocument: {
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "source.fixAll"] } },
      dataSupport: true,
      disabledSupport: true,
      isPreferredSupport: true,
      resolveSupport: { properties: ["edit"] },
    },
    diagnostic: { dynamicRegistration: true, relatedDocumentSupport: true },
    documentLink: { tooltipSupport: true },
    hover: { contentFormat: ["markdown", "plaintext"] },
    publishDiagnostics: {
      codeDescriptionSupport: true,
      dataSupport: true,
      relatedInformation: true,
      tagSupport: { valueSet: [1, 2] },
      versionSupport: true,
    },
    synchronization: { didSave: true },
  },
  window: { showDocument: { support: true }, workDoneProgress: true },
  workspace: {
    applyEdit: true,
    configuration: true,
    diagnostics: { refreshSupport: true },
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    workspaceEdit: { changeAnnotationSupport: { groupsOnLabel: true }, documentChanges: true },
    workspaceFolders: true,
  },
};

/** A client of an early version: it pulls nothing. */
const { diagnostic, ...PUSHED } = CAPABILITIES.textDocument;

async function start(textDocument, command = [VITTEC, "lsp"]) {
  const answers = {
    "workspace/configuration": ({ items }) => items.map(() => ({ warn: ["W0100"] })),
    "window/showDocument": () => ({ success: true }),
    "workspace/applyEdit": () => ({ applied: true }),
  };
  const client = new Client(command, { cwd: dir, answers });
  await client.request("initialize", {
    processId: process.pid,
    rootUri: pathToFileURL(dir).href,
    workspaceFolders: [{ uri: pathToFileURL(dir).href, name: "demo" }],
    capabilities: { ...CAPABILITIES, textDocument },
    trace: "off",
  });
  client.notify("initialized", {});
  return client;
}

function open(client, name) {
  client.notify("textDocument/didOpen", {
    textDocument: { uri: uri(name), languageId: "vitte", version: 1, text: read(name) },
  });
}

async function pulled() {
  const client = await start(CAPABILITIES.textDocument);
  open(client, "shapes.vitte");
  const textDocument = { uri: uri("shapes.vitte") };
  const full = await client.request("textDocument/diagnostic", { textDocument });
  assert.deepEqual(full.items.map(({ code }) => code), ["E0011", "E0100"]);
  assert.ok(full.items.every(({ relatedInformation }) => relatedInformation.length > 0));
  const same = await client.request("textDocument/diagnostic", { textDocument, previousResultId: full.resultId });
  assert.equal(same.kind, "unchanged");

  const { range } = full.items[0];
  const context = { diagnostics: [full.items[0]], triggerKind: 1 };
  const actions = await client.request("textDocument/codeAction", { textDocument, range, context });
  const [fixes, pages] = [actions.filter(({ command }) => !command), actions.filter(({ command }) => command)];
  assert.ok(fixes.length > 0 && pages.length > 0);
  for (const action of fixes) {
    const resolved = await client.request("codeAction/resolve", action);
    assert.ok(resolved.edit.documentChanges.length > 0);
  }
  await client.request("textDocument/codeAction", {
    textDocument,
    range,
    context: { diagnostics: [], only: ["source.fixAll"] },
  });
  const hover = await client.request("textDocument/hover", { textDocument, position: range.start });
  assert.match(hover.contents.value, /E0011/);
  assert.equal(await client.request("textDocument/hover", { textDocument, position: { line: 1, character: 0 } }), null);
  const { command, arguments: codes } = pages[0].command;
  assert.deepEqual([command, codes], ["vittec.explain", ["E0011"]]);
  assert.match(await client.request("workspace/executeCommand", { command, arguments: codes }), /^# E0011/);

  open(client, "imports.vitte");
  await client.request("textDocument/diagnostic", { textDocument: { uri: uri("imports.vitte") } });
  const all = await client.request("workspace/diagnostic", { previousResultIds: [] });
  const found = all.items.flatMap(({ items }) => items.map(({ code }) => code));
  assert.deepEqual(found.sort(), ["E0011", "E0100", "E0101", "W0100"]);
  const previousResultIds = all.items.map(({ uri, resultId }) => ({ uri, value: resultId }));
  client.notify("textDocument/didChange", {
    textDocument: { ...textDocument, version: 2 },
    contentChanges: [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "# E0001 👩\n" }],
  });
  const changed = await client.request("workspace/diagnostic", { previousResultIds });
  assert.deepEqual(changed.items.map(({ kind }) => kind).sort(), ["full", "unchanged"]);
  const moved = await client.request("textDocument/diagnostic", { textDocument, previousResultId: full.resultId });
  assert.equal(moved.items[0].range.start.line, range.start.line + 1);
  await client.request("textDocument/documentLink", { textDocument });

  // Other levels change what was pulled.
  client.answers["workspace/configuration"] = ({ items }) => items.map(() => ({ deny: ["warnings"], allow: "no list" }));
  client.notify("workspace/didChangeConfiguration", { settings: null });
  await client.wait("a refresh", ({ method }) => method === "workspace/diagnostic/refresh");
  client.notify("textDocument/didSave", { textDocument });
  client.notify("textDocument/didOpen", {});
  await client.wait("a message for the log", ({ method }) => method === "window/logMessage");
  await assert.rejects(client.request("textDocument/unheardOf", {}), { code: -32601 });
  await assert.rejects(client.request("workspace/executeCommand", { command: "absent" }));
  assert.equal(await client.end(), 0);
  return client.messages;
}

async function pushed() {
  const client = await start(PUSHED);
  const published = (name, from) =>
    client.wait(
      `the diagnostics of ${name}`,
      ({ message: { method, params } }) => method === "textDocument/publishDiagnostics" && params.uri === uri(name),
      from,
    );
  open(client, "imports.vitte");
  const { message } = await published("imports.vitte");
  assert.deepEqual(message.params.diagnostics.map(({ code }) => code), ["W0100", "E0101"]);
  const seen = client.messages.length;
  const textDocument = { uri: uri("imports.vitte"), version: 2 };
  client.notify("textDocument/didChange", { textDocument, contentChanges: [{ text: "module a\n" }] });
  const changed = await published("imports.vitte", seen);
  assert.deepEqual(changed.message.params.diagnostics, []);
  assert.equal(await client.end(), 0);
  return client.messages;
}

/** The server for any compiler, here one whose codes have pages on the web. */
async function ofCommand() {
  const compiler = [VITTEC, "check", "--error-format=json", "{file}"];
  const command = [VITTE, "lsp", "--codes-url", "https://vittec.example/", "--", ...compiler];
  const client = await start(CAPABILITIES.textDocument, command);
  open(client, "characters.vitte");
  const textDocument = { uri: uri("characters.vitte") };
  const { items } = await client.request("textDocument/diagnostic", { textDocument });
  assert.deepEqual(new Set(items.map(({ code }) => code)), new Set(["E0001", "E0002", "E0003", "E0010"]));
  assert.ok(items.every(({ code, codeDescription }) => codeDescription.href === `https://vittec.example/${code}`));
  const links = await client.request("textDocument/documentLink", { textDocument });
  assert.equal(links.length, 5);
  const { range } = items[0];
  await client.request("textDocument/codeAction", { textDocument, range, context: { diagnostics: items } });
  await client.request("textDocument/hover", { textDocument, position: range.start });
  assert.equal(await client.end(), 0);
  return client.messages;
}

/** What a session has to have: without one of these, nothing would be checked of it. */
const KINDS = [
  "client/registerCapability",
  "error of textDocument/unheardOf",
  "error of workspace/executeCommand",
  "result of codeAction/resolve",
  "result of initialize",
  "result of shutdown",
  "result of textDocument/codeAction",
  "result of textDocument/diagnostic full",
  "result of textDocument/diagnostic unchanged",
  "result of textDocument/documentLink",
  "result of textDocument/hover",
  "result of workspace/diagnostic full",
  "result of workspace/diagnostic full and unchanged",
  "result of workspace/executeCommand",
  "textDocument/publishDiagnostics",
  "window/logMessage",
  "window/showDocument",
  "window/showMessage",
  "workspace/configuration",
  "workspace/diagnostic/refresh",
];

/** Checks TypeScript. Returns what the compiler writes. */
function compile(name, text) {
  // Beside the packages, so that the compiler finds the types.
  const dist = new URL("../dist/", import.meta.url);
  mkdirSync(dist, { recursive: true });
  const file = fileURLToPath(new URL(name, dist));
  writeFileSync(file, text);
  const flags = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "--module", "node16", "--types", "node"];
  const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [tsc, ...flags, file], { encoding: "utf8" });
  return status === 0 ? "" : `${stdout}status ${status}`;
}

test("every message of a session has its type", async () => {
  const messages = [...(await pulled()), ...(await pushed()), ...(await ofCommand())];
  const kinds = new Set(messages.map(kindOf));
  assert.deepEqual(KINDS.filter((kind) => !kinds.has(kind)), [], `these were not sent; sent: ${[...kinds].sort().join(", ")}`);
  assert.equal(compile("session.ts", program(messages)), "");
});

test("a wrong message does not have its type", () => {
  const position = { line: 0, character: 0 };
  const range = { start: position, end: position };
  const publish = (diagnostic, more = {}) => ({
    method: "textDocument/publishDiagnostics",
    message: {
      jsonrpc: "2.0",
      method: "textDocument/publishDiagnostics",
      params: { uri: "file:///a", diagnostics: [{ range, message: "m", ...diagnostic }], ...more },
    },
  });
  const right = publish({ severity: 1, code: "E1", source: "vittec", tags: [1], data: { any: [null] } });
  const wrong = [
    publish({ severity: 5 }),
    publish({ severity: null }),
    publish({ codeDescription: "https://a" }),
    publish({ unheardOf: 1 }),
    publish({ relatedInformation: [{ location: { uri: "file:///a", range, more: 1 }, message: "m" }] }),
    publish({}, { version: null }),
  ];
  const found = compile("wrong.ts", program([right, ...wrong])).split("\n").filter((line) => line.includes("error TS"));
  // Two lines of imports, then two for each message.
  const lines = new Set(found.map((line) => Number(/\((\d+),/.exec(line)[1])));
  assert.deepEqual([...lines], wrong.map((_, index) => 6 + 2 * index), found.join("\n"));
  assert.throws(() => program([{ method: "unheard/of", message: { jsonrpc: "2.0", method: "unheard/of", params: {} } }]));
  assert.throws(() => program([{ ...right, message: { ...right.message, more: 1 } }]));
});
