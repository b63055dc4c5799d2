// TypeScript in which each message of a server is a literal of its type in `vscode-languageserver-protocol`. The compiler then
// finds wrong values, absent members, and members that the type does not have.

/** The types of results. Null is a result of its own. */
const RESULTS = {
  // The type has an index signature, so it would allow every member.
  initialize: "Pick<lsp.InitializeResult, 'capabilities' | 'serverInfo'>",
  "codeAction/resolve": "lsp.CodeAction",
  "textDocument/codeAction": "lsp.CodeAction[]",
  "textDocument/diagnostic": "lsp.DocumentDiagnosticReport",
  "textDocument/documentLink": "lsp.DocumentLink[]",
  "textDocument/hover": "lsp.Hover | null",
  "workspace/diagnostic": "lsp.WorkspaceDiagnosticReport",
  "workspace/executeCommand": "lsp.LSPAny",
  shutdown: "null",
};

const PARAMS = {
  "client/registerCapability": "lsp.RegistrationParams",
  "client/unregisterCapability": "lsp.UnregistrationParams",
  "textDocument/publishDiagnostics": "lsp.PublishDiagnosticsParams",
  "window/logMessage": "lsp.LogMessageParams",
  "window/showDocument": "lsp.ShowDocumentParams",
  "window/showMessage": "lsp.ShowMessageParams",
  "window/showMessageRequest": "lsp.ShowMessageRequestParams",
  "window/workDoneProgress/create": "lsp.WorkDoneProgressCreateParams",
  "workspace/applyEdit": "lsp.ApplyWorkspaceEditParams",
  "workspace/configuration": "lsp.ConfigurationParams",
  "workspace/diagnostic/refresh": "undefined",
  "$/logTrace": "lsp.LogTraceParams",
};

const REGISTERED = {
  "workspace/didChangeConfiguration": "lsp.DidChangeConfigurationRegistrationOptions",
  "workspace/didChangeWatchedFiles": "lsp.DidChangeWatchedFilesRegistrationOptions",
};

const PROGRESS = {
  begin: "lsp.WorkDoneProgressBegin",
  report: "lsp.WorkDoneProgressReport",
  end: "lsp.WorkDoneProgressEnd",
};

/** The type of a message, and the value that has it: what the method says. */
function typed({ message, method }) {
  if (message.error !== undefined) {
    return ["ReturnType<lsp.ResponseError<lsp.LSPAny>['toJson']>", message.error];
  }
  if (message.method === undefined) {
    return [RESULTS[method], message.result];
  }
  if (method === "$/progress") {
    const value = PROGRESS[message.params.value.kind] ?? "lsp.WorkspaceDiagnosticReportPartialResult";
    return [`lsp.ProgressParams<${value}>`, message.params];
  }
  return [PARAMS[method], message.params];
}

/** What a message is: the method, and if it has several forms, which one. */
export function kindOf({ message, method }) {
  if (message.error !== undefined) {
    return `error of ${method}`;
  }
  if (message.method !== undefined) {
    const kind = method === "$/progress" ? message.params.value.kind : undefined;
    return kind === undefined ? method : `${method} ${kind}`;
  }
  const kinds = {
    "textDocument/diagnostic": () => message.result.kind,
    "workspace/diagnostic": () => [...new Set(message.result.items.map(({ kind }) => kind))].sort().join(" and "),
  };
  const kind = kinds[method]?.();
  return `result of ${method}${kind ? ` ${kind}` : ""}`;
}

/** Returns the program. It compiles if every message has its type. */
export function program(messages) {
  const lines = ['import type * as lsp from "vscode-languageserver-protocol";', ""];
  const add = (type, value, from) => {
    if (type === undefined) {
      throw new Error(`no type is known for ${from}`);
    }
    lines.push(`// ${from}`, `export const m${lines.length}: ${type} = ${JSON.stringify(value)};`);
  };
  for (const recorded of messages) {
    const from = kindOf(recorded);
    add(...typed(recorded), from);
    if (recorded.method === "client/registerCapability") {
      for (const { method, registerOptions } of recorded.message.params.registrations) {
        add(REGISTERED[method], registerOptions, `${from} ${method}`);
      }
    }
    // The envelope of JSON-RPC.
    const { result, params, error, ...envelope } = recorded.message;
    const members = recorded.message.method === undefined ? { id: 0 } : { method: "", ...("id" in envelope ? { id: 0 } : {}) };
    const expected = Object.keys({ jsonrpc: "", ...members }).sort();
    if (envelope.jsonrpc !== "2.0" || Object.keys(envelope).sort().join() !== expected.join()) {
      throw new Error(`not a message of JSON-RPC: ${JSON.stringify(recorded.message)}`);
    }
    if (recorded.message.method === undefined && (result === undefined) === (error === undefined)) {
      throw new Error(`a response has a result or an error: ${JSON.stringify(recorded.message)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
