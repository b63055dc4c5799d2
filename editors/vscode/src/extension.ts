/** Starts the language server that the settings name, when a document for it is open. */

import { type ChildProcess, spawn } from "node:child_process";

import * as vscode from "vscode";
import { CloseAction, type ConfigurationParams, LanguageClient, type LanguageClientOptions, State } from "vscode-languageclient/node";

import { type Command, levelsFor, readCommand, readLanguages, SettingError } from "./settings";

/** The section of the settings of this extension, and the id of the client, which reads `vitte.trace.server`. */
const SECTION = "vitte";

/** How long a server may take until it answers the first request, and until it has ended, in milliseconds. */
const START_LIMIT = 30_000;
const STOP_LIMIT = 2_000;

/** A start that was given up, because the user wants another one or none. */
class Abandoned extends Error {}

/** A client that has not started cannot be stopped. The library tries it when a start fails, and does not handle the error. */
class Client extends LanguageClient {
  override stop(timeout?: number): Promise<void> {
    return this.state === State.Running ? super.stop(timeout) : Promise.resolve();
  }
}

/** One server at a time: a restart waits for the end of the one before. */
class Server {
  private client: Client | undefined;
  private process: ChildProcess | undefined;
  /** Gives up the start that is going on. A program that does not speak the protocol never answers. */
  private abandon: ((reason: Error) => void) | undefined;
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
    this.abandon?.(new Abandoned());
    return this.queue(async () => {
      await this.stop();
      await this.start(isForced);
    });
  }

  /** Stops the server. */
  dispose(): Promise<void> {
    this.abandon?.(new Abandoned());
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
    const command = readCommand(settings.get("command"), folder);
    const client: Client = new Client(SECTION, "Vitte", () => this.spawn(command, folder), {
      ...this.options(documentSelector),
      errorHandler: {
        error: (error, message, count) => usual.error(error, message, count),
        closed: async () => {
          // The client loses the error of a start if it gets an answer here before.
          await started.catch(() => {});
          // A server that has run is started again. One that ends at once would end at once again.
          const mayRestart = this.client === client && !this.hasFailed;
          return mayRestart ? usual.closed() : { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    });
    const usual = client.createDefaultErrorHandler();
    const text = [command.program, ...command.args].join(" ");
    this.output.appendLine(`starting ${text}`);
    this.client = client;
    const started = client.start();
    try {
      await this.orGivenUp(started);
      if (!client.isRunning()) {
        throw new Error("it has ended");
      }
      this.hasFailed = false;
    } catch (error) {
      this.client = undefined;
      this.process?.kill("SIGKILL");
      if (error instanceof Abandoned) {
        throw error;
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new SettingError(
        `cannot start the server \`${text}\`: ${reason}: install it, or change the setting "vitte.server.command"`,
      );
    }
  }

  /** Waits until the server has started, the time is over, or the start is given up. */
  private async orGivenUp(started: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const abandoned = new Promise<never>((_, reject) => {
      this.abandon = reject;
      const late = new Error(`it has not answered for ${START_LIMIT / 1000} seconds, so it may be no language server`);
      timer = setTimeout(() => reject(late), START_LIMIT);
    });
    try {
      await Promise.race([started, abandoned]);
    } finally {
      clearTimeout(timer);
      this.abandon = undefined;
    }
  }

  /** Starts the program in a folder. */
  private spawn({ program, args }: Command, folder: string | undefined): Promise<ChildProcess> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { stdio: "pipe", ...(folder === undefined ? {} : { cwd: folder }) });
      this.process = child;
      child.once("error", reject);
      child.once("spawn", () => resolve(child));
    });
  }

  private async stop(): Promise<void> {
    const { client, process } = this;
    this.client = undefined;
    this.process = undefined;
    this.sections.clear();
    try {
      await client?.dispose(STOP_LIMIT);
    } catch (error) {
      // A server that has crashed cannot be asked to stop.
      this.output.appendLine(`the server did not stop: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (process !== undefined && process.exitCode === null && process.signalCode === null) {
      const timer = setTimeout(() => process.kill("SIGKILL"), STOP_LIMIT);
      process.once("exit", () => clearTimeout(timer));
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
    if (error instanceof Abandoned) {
      return;
    }
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
