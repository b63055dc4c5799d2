// Makes docs/recordings/neovim.svg: a session of Neovim with `vittec lsp` in tmux, as an animated SVG.
//
//   cargo build -p vittec && node editors/neovim/picture/record.mjs target/debug/vittec

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { toSvg } from "./svg.mjs";

const COLUMNS = 96;
const ROWS = 20;
const LIMIT = 60_000;

/** What is typed, the text that is then on the screen, and what the frame shows. */
const FRAMES = [
  { keys: [], shows: "is defined twice", title: "vittec's errors, while you type" },
  { keys: ["/if side", "Enter", ":noh | lua vim.lsp.buf.hover()", "Enter"], shows: "never closed", title: ":lua vim.lsp.buf.hover()" },
  { keys: ["j", "k", ":lua vim.lsp.buf.code_action()", "Enter"], shows: "Type number", title: ":lua vim.lsp.buf.code_action()" },
  { keys: ["1", "Enter"], shows: /\.end[^]*\.end[^]*\.end/, lacks: /no `\.end`|Type number/, title: "the fix is applied, one error is left" },
];

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const vittec = resolve(process.argv[2] ?? "target/debug/vittec");
const dir = mkdtempSync(join(tmpdir(), "vitte-picture-"));
const tmux = (...args) => execFileSync("tmux", ["-L", `vitte-${process.pid}`, "-f", "/dev/null", ...args], { encoding: "utf8" });

/** Waits until the screen is as it should be and two looks at it are the same. Returns it with its colours. */
async function screen({ shows, lacks }) {
  const end = Date.now() + LIMIT;
  let before;
  for (;;) {
    const plain = tmux("capture-pane", "-p");
    const isShown = typeof shows === "string" ? plain.includes(shows) : shows.test(plain);
    if (isShown && !lacks?.test(plain) && plain === before) {
      return tmux("capture-pane", "-p", "-e", "-N");
    }
    if (Date.now() > end) {
      throw new Error(`the screen does not show ${shows}:\n${plain}`);
    }
    before = plain;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

copyFileSync(join(repository, "examples/vittec/demo/shapes.vitte"), join(dir, "shapes.vitte"));
const env = ["-e", `VITTE_REPOSITORY=${repository}`, "-e", `VITTEC=${vittec}`, "-e", `XDG_STATE_HOME=${dir}`, "-e", "LC_ALL=C.UTF-8"];
const init = join(repository, "editors/neovim/picture/init.lua");
try {
  tmux("new-session", "-d", "-x", `${COLUMNS}`, "-y", `${ROWS}`, "-c", dir, ...env, "nvim", "-u", init, "-i", "NONE", "shapes.vitte");
  tmux("set-option", "-g", "status", "off");
  const frames = [];
  for (const frame of FRAMES) {
    frame.keys.forEach((key) => tmux("send-keys", ...(key === "Enter" ? [key] : ["-l", key])));
    frames.push({ title: frame.title, text: await screen(frame) });
  }
  const svg = toSvg(frames, COLUMNS, ROWS);
  writeFileSync(join(repository, "docs/recordings/neovim.svg"), svg);
  console.log(`docs/recordings/neovim.svg: ${Buffer.byteLength(svg)} bytes, ${frames.length} frames`);
} finally {
  try {
    tmux("kill-server");
  } catch {
    // Neovim has ended by itself.
  }
  rmSync(dir, { recursive: true });
}
