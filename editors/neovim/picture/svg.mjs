// Screens of a terminal as an animated SVG.

const CELL = { width: 8, height: 18 };
const MARGIN = 10;
const TITLE = 30;
const SECONDS = 3.5;
const FOREGROUND = "#d4d4d4";
const BACKGROUND = "#1e1e1e";

/** The first 16 colours; the others are a cube and greys. */
const COLOURS = [
  "#1e1e1e", "#c04040", "#60a060", "#b0903c", "#5080c0", "#a060a0", "#40a0a0", "#d4d4d4",
  "#7a7a7a", "#ff6e6e", "#8fd08f", "#e5c07b", "#7eaef0", "#d08fd0", "#7fd0d0", "#ffffff",
];

const hex = (...parts) => `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;

function colour(index) {
  if (index < 16) {
    return COLOURS[index];
  }
  if (index >= 232) {
    const grey = 8 + 10 * (index - 232);
    return hex(grey, grey, grey);
  }
  const level = (part) => (part === 0 ? 0 : 55 + 40 * part);
  const cube = index - 16;
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** Applies the parameters of a sequence "select graphic rendition" to a style. */
function select(style, parameters) {
  const codes = parameters === "" ? [0] : parameters.split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at];
    const key = { 38: "color", 48: "back" }[code];
    if (code === 0) {
      style = {};
    } else if (key !== undefined) {
      const isIndex = codes[at + 1] === 5;
      style = { ...style, [key]: isIndex ? colour(codes[at + 2]) : hex(...codes.slice(at + 2, at + 5)) };
      at += isIndex ? 2 : 4;
    } else if (code >= 30 && code <= 37) {
      style = { ...style, color: colour(code - 30) };
    } else if (code >= 90 && code <= 97) {
      style = { ...style, color: colour(code - 82) };
    } else if (code >= 40 && code <= 47) {
      style = { ...style, back: colour(code - 40) };
    } else if (code >= 100 && code <= 107) {
      style = { ...style, back: colour(code - 92) };
    } else {
      const flags = { 1: ["bold", true], 3: ["italic", true], 4: ["underline", true], 7: ["reverse", true], 22: ["bold"], 23: ["italic"],
        24: ["underline"], 27: ["reverse"], 39: ["color"], 49: ["back"] };
      const [flag, value] = flags[code] ?? [];
      style = flag === undefined ? style : { ...style, [flag]: value };
    }
  }
  return style;
}

/** The cells that a character has. Only the wide ones of common scripts are known. */
const widthOf = (character) => (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(character) ? 2 : 1);

/** Splits a line into runs of one style: column, number of cells, text. */
function runs(line, style) {
  const found = [];
  let column = 0;
  for (const [part, parameters] of line.matchAll(/\x1b\[([0-9;:]*)m|\x1b[^a-zA-Z]*[a-zA-Z]|[^\x1b]/gu)) {
    if (parameters !== undefined) {
      style = select(style, parameters);
    } else if (!part.startsWith("\x1b")) {
      const last = found.at(-1);
      const run = last?.style === style ? last : { style, column, cells: 0, text: "" };
      if (run !== last) {
        found.push(run);
      }
      run.text += part;
      run.cells += widthOf(part);
      column += widthOf(part);
    }
  }
  return [found, style];
}

const escaped = (text) => text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character]);

function drawRun({ style, column, cells, text }, y) {
  const { reverse, bold, italic, underline } = style;
  const [color, back] = reverse ? [style.back ?? BACKGROUND, style.color ?? FOREGROUND] : [style.color, style.back];
  const x = MARGIN + column * CELL.width;
  const width = cells * CELL.width;
  const box = back === undefined ? "" : `<rect x="${x}" y="${y}" width="${width}" height="${CELL.height}" fill="${back}"/>`;
  const line = underline ? `<path d="M${x} ${y + 16.5}h${width}" stroke="${color ?? FOREGROUND}"/>` : "";
  if (text.trim() === "") {
    return box + line;
  }
  // Blanks at both ends are space, not text.
  const start = x + (text.length - text.trimStart().length) * CELL.width;
  const shown = text.trim();
  const length = [...shown].reduce((sum, character) => sum + widthOf(character), 0) * CELL.width;
  const attributes = [
    color === undefined ? "" : ` fill="${color}"`,
    bold ? ' font-weight="bold"' : "",
    italic ? ' font-style="italic"' : "",
  ].join("");
  return `${box}${line}<text x="${start}" y="${y + 13.5}" textLength="${length}"${attributes}>${escaped(shown)}</text>`;
}

function drawFrame({ title, text }, index, count) {
  let style = {};
  const rows = text.replace(/\n$/, "").split("\n").map((line, row) => {
    const [found, next] = runs(line, style);
    style = next;
    return found.map((run) => drawRun(run, TITLE + row * CELL.height)).join("");
  });
  const caption = `<text x="${MARGIN}" y="20" fill="#9cdcfe" font-weight="bold">${index + 1}/${count}  ${escaped(title)}</text>`;
  return `<g style="animation-delay:${((index - count) * SECONDS).toFixed(1)}s">${caption}${rows.filter(Boolean).join("\n")}</g>`;
}

/**
 * Draws screens, each for some seconds. Without animation the first one is shown. A frame has a `title`, and the `text` of a
 * terminal with its colours.
 */
export function toSvg(frames, columns, rows) {
  const [width, height] = [2 * MARGIN + columns * CELL.width, TITLE + rows * CELL.height + MARGIN];
  const share = 100 / frames.length;
  const style = [
    "text{white-space:pre;font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}",
    "g{visibility:hidden}g:first-of-type{visibility:visible}",
    `@media (prefers-reduced-motion:no-preference){g{animation:f ${frames.length * SECONDS}s step-end infinite both}}`,
    `@keyframes f{0%{visibility:visible}${share}%,100%{visibility:hidden}}`,
  ].join("");
  const label = frames.map(({ title }) => title).join("; ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" fill="${FOREGROUND}" role="img" aria-label="${escaped(label)}">`,
    `<style>${style}</style>`,
    `<rect width="${width}" height="${height}" rx="6" fill="${BACKGROUND}"/>`,
    ...frames.map((frame, index) => drawFrame(frame, index, frames.length)),
    "</svg>\n",
  ].join("\n");
}
