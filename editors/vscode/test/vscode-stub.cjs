// As much of the module `vscode` as the extension and its client need to run in Node. What it does not define is an
// empty class, so that libraries can derive from it.

const { fileURLToPath, pathToFileURL } = require("node:url");

class Disposable {
  static from(...all) {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
  constructor(dispose = () => {}) {
    this.dispose = dispose;
  }
}

class EventEmitter {
  listeners = new Set();
  event = (listener, self, disposables) => {
    const bound = self === undefined ? listener : listener.bind(self);
    this.listeners.add(bound);
    const disposable = new Disposable(() => this.listeners.delete(bound));
    disposables?.push(disposable);
    return disposable;
  };
  fire(value) {
    return Promise.all([...this.listeners].map((listener) => listener(value)));
  }
  dispose() {
    this.listeners.clear();
  }
}

class CancellationTokenSource {
  cancelled = new EventEmitter();
  token = { isCancellationRequested: false, onCancellationRequested: this.cancelled.event };
  cancel() {
    this.token.isCancellationRequested = true;
    this.cancelled.fire();
  }
  dispose() {}
}

class Uri {
  static parse(text) {
    return new Uri(new URL(text));
  }
  static file(path) {
    return new Uri(pathToFileURL(path));
  }
  constructor(url) {
    this.url = url;
    this.scheme = url.protocol.slice(0, -1);
    this.path = decodeURIComponent(url.pathname);
  }
  get fsPath() {
    return fileURLToPath(this.url);
  }
  toString() {
    return this.url.href;
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(start, end) {
    Object.assign(this, { start, end });
  }
}
Range.prototype.constructor = Range;

class CodeActionKind {
  static Empty = new CodeActionKind("");
  constructor(value) {
    this.value = value;
  }
  append(part) {
    return new CodeActionKind(this.value === "" ? part : `${this.value}.${part}`);
  }
}

class TabInputText {
  constructor(uri) {
    this.uri = uri;
  }
}

class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}

/** Makes an object in which every missing member is an empty class, or an event if its name begins with `on`. */
function complete(known) {
  return new Proxy(known, {
    get(target, name) {
      if (!(name in target) && typeof name === "string") {
        target[name] = /^on[A-Z]/.test(name) ? new EventEmitter().event : class {};
      }
      return target[name];
    },
  });
}

/**
 * Makes the module. `settings` has values by their full names; `folder` is the path of the workspace. What the
 * extension shows and registers is in `seen`.
 */
function makeVscode({ settings, folder, contributes }) {
  const seen = { commands: new Map(), collections: [], errors: [], output: [], watchers: [], configured: settings };
  const opened = new EventEmitter();
  const changed = new EventEmitter();
  const configured = new EventEmitter();
  const defaults = Object.entries(contributes.configuration.properties).map(([name, { default: value }]) => [name, value]);
  const value = (name) => {
    const all = { ...Object.fromEntries(defaults), ...seen.configured };
    if (name in all) {
      return all[name];
    }
    const section = {};
    for (const [full, value] of Object.entries(all).filter(([full]) => full.startsWith(`${name}.`))) {
      const parts = full.slice(name.length + 1).split(".");
      parts.reduce((at, part, index) => (at[part] = index === parts.length - 1 ? value : (at[part] ?? {})), section);
    }
    return Object.keys(section).length > 0 ? section : undefined;
  };
  const vscode = complete({
    CancellationTokenSource,
    CodeActionKind,
    Diagnostic,
    Disposable,
    EventEmitter,
    Position,
    Range,
    TabInputText,
    Uri,
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    DiagnosticTag: { Unnecessary: 1, Deprecated: 2 },
    StatusBarAlignment: { Left: 1, Right: 2 },
    commands: complete({
      registerCommand(name, action) {
        seen.commands.set(name, action);
        return new Disposable(() => seen.commands.delete(name));
      },
    }),
    env: complete({ appName: "test", language: "en" }),
    languages: complete({
      match: (selector, document) =>
        Number(selector.some(({ language, scheme }) => language === document.languageId && scheme === document.uri.scheme)),
      createDiagnosticCollection(name) {
        const diagnostics = new Map();
        const collection = {
          name,
          diagnostics,
          set: (uri, value) => diagnostics.set(uri.toString(), value),
          delete: (uri) => diagnostics.delete(uri.toString()),
          clear: () => diagnostics.clear(),
          has: (uri) => diagnostics.has(uri.toString()),
          dispose: () => diagnostics.clear(),
        };
        seen.collections.push(collection);
        return collection;
      },
      registerCodeActionsProvider: () => new Disposable(),
      registerDocumentLinkProvider: () => new Disposable(),
      registerHoverProvider: () => new Disposable(),
    }),
    version: "1.82.0",
    window: complete({
      activeTextEditor: undefined,
      visibleTextEditors: [],
      tabGroups: complete({ all: [] }),
      createOutputChannel: (name) => ({
        name,
        append: (text) => seen.output.push(text),
        appendLine: (text) => seen.output.push(`${text}\n`),
        dispose() {},
        show() {},
      }),
      showErrorMessage(text) {
        seen.errors.push(text);
        return Promise.resolve(undefined);
      },
    }),
    workspace: complete({
      workspaceFolders: folder === undefined ? undefined : [{ uri: Uri.file(folder), name: "test", index: 0 }],
      textDocuments: [],
      notebookDocuments: [],
      createFileSystemWatcher(pattern) {
        seen.watchers.push(pattern);
        return complete({ dispose() {} });
      },
      getConfiguration: (section) => ({
        get: (name, absent) => value(section === undefined ? name : `${section}.${name}`) ?? absent,
      }),
      onDidOpenTextDocument: opened.event,
      onDidChangeTextDocument: changed.event,
      onDidChangeConfiguration: configured.event,
    }),
  });
  return { vscode, seen, opened, changed, configured };
}

module.exports = { makeVscode };
