// vitte.vsix has what the extension needs, and nothing else. `npm run package` makes it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const here = (path) => readFileSync(new URL(`../${path}`, import.meta.url));

/** Returns the names in a ZIP archive, from its central directory (APPNOTE.TXT, 4.3.12 and 4.3.16). */
function names(archive) {
  const end = archive.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const count = archive.readUInt16LE(end + 10);
  const found = [];
  for (let at = archive.readUInt32LE(end + 16); found.length < count; ) {
    const [name, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    found.push(archive.toString("utf8", at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return found;
}

const archive = here("vitte.vsix");
assert.deepEqual(names(archive).sort(), [
  "[Content_Types].xml",
  "extension.vsixmanifest",
  "extension/LICENSE.txt",
  "extension/dist/extension.js",
  "extension/dist/licenses.txt",
  "extension/language-configuration.json",
  "extension/package.json",
  "extension/readme.md",
  "extension/syntaxes/vitte.tmLanguage.json",
]);
assert.ok(archive.length < 200_000, `vitte.vsix has ${archive.length} bytes: what did the bundle get?`);
assert.deepEqual(here("LICENSE"), here("../../LICENSE"));
console.log(`vitte.vsix: ${archive.length} bytes, ${names(archive).length} files`);
