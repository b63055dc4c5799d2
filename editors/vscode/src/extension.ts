/** Starts the language server that the settings name, when a document for it is open. */

import * as vscode from "vscode";
import {
  type ConfigurationParams,
  type Executable,
  LanguageClient,
  type LanguageClientOptions,
} from "vscode-languageclient/node";

import { levelsFor, readCommand, readLanguages, SettingError } from "./settings";

/** The section of the settings of this extension, and the id of the client, which reads `vitte.trace.server`. */
const SECTION = "vitte";

/** One server at a time: a restart waits for the end of the one before. */
class Server {
  private client: LanguageClient | undefined;
  /** The start failed. It is tried again when the settings change or the user asks for it. */
  private hasFailed = false;
  /** The sections that the server asked for. Each has the name of a tool, such as `vittec`. */
  private readonly sections = new Set<string>();
  /** The last start or stop; the next one begins after it. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly output: vscode.OutputChannel,
    private readonly trace: vscode.OutputChannel,
  ) {}

  /** Starts the server if it is not running and a document that it checks is open. */
  startIfNeeded(): Promise<void> {
    return this.queue(async () => {
      if (this.client === undefined && !this.hasFailed) {
        await this.start(false);
      }
    });
  }

  /** Stops the server if it is running, and starts it with the present settings. */
  restart(isForced: boolean): Promise<void> {
    return this.queue(async () => {
      await this.stop();
      await this.start(isForced);
    });
  }

  /** Stops the server. */
  dispose(): Promise<void> {
    return this.queue(() => this.stop());
  }

  /** Sends the levels to the server if the change concerns them. */
  async configurationChanged(event: vscode.ConfigurationChangeEvent): Promise<void> {
    const concerned = [SECTION, ...this.sections].some((section) => event.affectsConfiguration(section));
    if (this.client === undefined || !this.client.isRunning() || !concerned) {
      return;
    }
    const settings = Object.fromEntries([...this.sections].map((section) => [section, this.levels(section)]));
    await this.client.sendNotification("workspace/didChangeConfiguration", { settings });
  }

  private queue(step: () => Promise<void>): Promise<void> {
    this.last = this.last.then(step).catch((error: unknown) => this.report(error));
    return this.last;
  }

  /** Starts the server if it is forced to, or a document that the server checks is open. */
  private async start(isForced: boolean): Promise<void> {
    this.hasFailed = true;
    const settings = vscode.workspace.getConfiguration(`${SECTION}.server`);
    const folder = vscode.workspace.workspaceFolders?.find((folder) => folder.uri.scheme === "file")?.uri.fsPath;
    const documentSelector = readLanguages(settings.get("languages"));
    const isChecked = (document: vscode.TextDocument) => vscode.languages.match(documentSelector, document) > 0;
    if (!isForced && !vscode.workspace.textDocuments.some(isChecked)) {
      this.hasFailed = false;
      return;
    }
    const { program, args } = readCommand(settings.get("command"), folder);
    const server: Executable = {
      command: program,
      args,
      ...(folder === undefined ? {} : { options: { cwd: folder } }),
    };
    const client = new LanguageClient(SECTION, "Vitte", server, this.options(documentSelector));
    this.output.appendLine(`starting ${[program, ...args].join(" ")}`);
    this.client = client;
    try {
      await client.start();
      this.hasFailed = false;
    } catch (error) {
      this.client = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      throw new SettingError(
        `cannot start the server \`${[program, ...args].join(" ")}\`: ${reason}: ` +
          'install it, or change the setting "vitte.server.command"',
      );
    }
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.sections.clear();
    try {
      await client?.dispose();
    } catch (error) {
      // A server that has crashed cannot be asked to stop.
      this.output.appendLine(`the server did not stop: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private options(documentSelector: LanguageClientOptions["documentSelector"] & {}): LanguageClientOptions {
    return {
      documentSelector,
      outputChannel: this.output,
      traceOutputChannel: this.trace,
      diagnosticCollectionName: SECTION,
      diagnosticPullOptions: { onChange: true, onSave: true },
      markdown: { isTrusted: false, supportHtml: false },
      middleware: {
        workspace: {
          configuration: (params: ConfigurationParams) =>
            params.items.map(({ section, scopeUri }) => {
              if (section === undefined) {
                return null;
              }
              this.sections.add(section);
              return this.levels(section, scopeUri === undefined ? undefined : vscode.Uri.parse(scopeUri));
            }),
        },
      },
    };
  }

  /** Returns the levels of a tool for a document, or for the workspace. */
  private levels(section: string, uri?: vscode.Uri): Record<string, unknown> {
    const settings = vscode.workspace.getConfiguration(undefined, uri);
    return levelsFor(settings.get(SECTION), settings.get(section));
  }

  private report(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.output.appendLine(message);
    const buttons = error instanceof SettingError ? ["Open Settings", "Show Output"] : ["Show Output"];
    void vscode.window.showErrorMessage(`Vitte: ${message}`, ...buttons).then((button) => {
      if (button === "Open Settings") {
        return vscode.commands.executeCommand("workbench.action.openSettings", `${SECTION}.server`);
      }
      if (button === "Show Output") {
        this.output.show(true);
      }
      return undefined;
    });
  }
}

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("Vitte");
  const trace = vscode.window.createOutputChannel("Vitte Trace");
  const started = new Server(output, trace);
  server = started;
  context.subscriptions.push(
    output,
    trace,
    vscode.commands.registerCommand("vitte.restartServer", () => started.restart(true)),
    vscode.commands.registerCommand("vitte.showOutput", () => output.show(true)),
    vscode.workspace.onDidOpenTextDocument(() => started.startIfNeeded()),
    vscode.workspace.onDidChangeConfiguration((event) =>
      event.affectsConfiguration(`${SECTION}.server`) ? started.restart(false) : started.configurationChanged(event),
    ),
  );
  await started.startIfNeeded();
}

export async function deactivate(): Promise<void> {
  await server?.dispose();
  server = undefined;
}
