// The language server's process: found, started, watched, started again.
import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { CloseAction, ErrorAction, LanguageClient, State, type Executable, type LanguageClientOptions } from "vscode-languageclient/node";
import { method, type Checked, type Conversation, type Status } from "../protocol";
import type { Health } from "./health";
import { locate } from "./locate";
import { within } from "./patience";
import { Restarts } from "./restarts";
import { OLDEST, isOld, parseVersion } from "./version";

const PROBE_MS = 10_000;
/** So long a server may take to answer that it is there. */
const START_MS = 20_000;

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private binary: string | undefined;
  private version = "";
  private readonly projects = new Map<string, Checked>();
  private readonly restarts = new Restarts();
  private readonly health_ = new vscode.EventEmitter<Health>();
  private readonly checked_ = new vscode.EventEmitter<Checked>();
  private readonly closed_ = new vscode.EventEmitter<string>();
  private readonly changed_ = new vscode.EventEmitter<Conversation>();
  private readonly disposables: vscode.Disposable[] = [this.health_, this.checked_, this.closed_, this.changed_];
  /** Starts and stops follow each other, never at once. It never fails. */
  private queue: Promise<void> = Promise.resolve();
  private current: Health = { state: "starting" };

  readonly onHealth = this.health_.event;
  readonly onChecked = this.checked_.event;
  /** A project is none of the server's any more. */
  readonly onClosed = this.closed_.event;
  readonly onConversationChanged = this.changed_.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly log: vscode.LogOutputChannel,
  ) {}

  get health(): Health {
    return this.current;
  }

  /** The binary that was found, for tasks and the debugger. */
  get path(): string | undefined {
    return this.binary;
  }

  /** Folders of projects that were checked, as URIs. */
  get checkedProjects(): readonly Checked[] {
    return [...this.projects.values()];
  }

  start(): Promise<void> {
    return this.next(() => this.launch());
  }

  restart(): Promise<void> {
    this.restarts.forget();
    return this.next(async () => {
      await this.end();
      await this.launch();
    });
  }

  /** Ends the process; VS Code calls it when the extension goes. */
  stop(): Promise<void> {
    return this.next(() => this.end());
  }

  /** Does something after what is under way. What fails is told, and does not keep the next from being done. */
  private next(step: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(step).catch((error) => this.stopped(message(error)));
    return this.queue;
  }

  /** Asks the server. What it refuses, it says in plain words: those are the error's message. */
  async ask<Answer>(name: string, params: unknown, token?: vscode.CancellationToken): Promise<Answer> {
    if (this.client?.state !== State.Running) {
      throw new Error("The Flowright server does not run.");
    }
    // Not with an undefined token: it would be sent as a second parameter.
    return token === undefined ? this.client.sendRequest<Answer>(name, params) : this.client.sendRequest<Answer>(name, params, token);
  }

  /** The server's places and edits as VS Code has them. */
  get converter(): LanguageClient["protocol2CodeConverter"] | undefined {
    return this.client?.protocol2CodeConverter;
  }

  private set(health: Health): void {
    this.current = health;
    this.health_.fire(health);
  }

  private async launch(): Promise<void> {
    this.set({ state: "starting" });
    const configuration = vscode.workspace.getConfiguration("flowright");
    const found = locate({
      configured: configuration.get<unknown>("server.path"),
      extensionFolder: this.context.extensionPath,
      workspaceFolder: vscode.workspace.workspaceFolders?.find((folder) => folder.uri.scheme === "file")?.uri.fsPath,
      path: process.env["PATH"],
      platform: process.platform,
      trusted: vscode.workspace.isTrusted,
      isFile,
    });
    if (found.kind === "missing") {
      this.missing(found.why);
      return;
    }
    this.binary = found.path;
    const unfit = await this.unfit(found.path);
    if (unfit !== undefined) {
      this.missing(unfit);
      return;
    }
    this.log.info(`flowright ${this.version} (${found.source}): ${found.path}`);
    const client = this.makeClient(found.path);
    this.client = client;
    try {
      await within(START_MS, client.start(), () => this.giveUp(client));
    } catch (error) {
      // One that ended while it began is started again in a moment: that is known already.
      if (this.current.state !== "restarting") {
        throw error;
      }
    }
  }

  /** A server that does not say that it is there is ended; what is said of it. */
  private giveUp(client: LanguageClient): string {
    if (this.client === client) {
      this.client = undefined;
    }
    // The client does not end one that is starting. It may not hear a polite request either.
    client.serverProcess?.kill("SIGKILL");
    return `it did not answer within ${START_MS / 1000} s, and was ended.`;
  }

  /** Why a binary cannot be used; undefined if it can. */
  private async unfit(path: string): Promise<string | undefined> {
    try {
      const version = parseVersion(await run(path, ["--version"]));
      if (version === undefined) {
        return `${path} is no flowright: it does not say its version.`;
      }
      this.version = version;
      if (isOld(version)) {
        return `${path} is flowright ${version}; this extension needs ${OLDEST} or newer.`;
      }
      await run(path, ["lsp", "--help"]);
      return undefined;
    } catch (error) {
      return `${path} cannot be used as a language server; it may be too old, or built for another system. ${message(error)}`;
    }
  }

  private missing(why: string): void {
    this.log.error(why);
    this.binary = undefined;
    this.set({ state: "missing", why });
    void vscode.window.showErrorMessage(`Flowright: ${why}`, "Choose Server", "Show Log").then((choice) => {
      if (choice === "Choose Server") {
        void vscode.commands.executeCommand("workbench.action.openSettings", "flowright.server.path");
      } else if (choice === "Show Log") {
        this.log.show();
      }
    });
  }

  private makeClient(path: string): LanguageClient {
    const run: Executable = { command: path, args: ["lsp"] };
    // One that is being ended may still say something.
    const isCurrent = () => this.client === client;
    const options: LanguageClientOptions = {
      documentSelector: [{ language: "flow", scheme: "file" }],
      outputChannel: this.log,
      // What a start comes to is told by whoever starts.
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => (isCurrent() ? this.closed() : { action: CloseAction.DoNotRestart, handled: true }),
      },
      middleware: {
        provideCodeLenses: (document, token, next) =>
          vscode.workspace.getConfiguration("flowright", document).get("codeLens.enabled", true) ? next(document, token) : [],
      },
    };
    const client: LanguageClient = new LanguageClient("flowright", "Flowright", { run, debug: run }, options);
    client.onNotification(method.checked, (checked: Checked) => {
      if (!isCurrent()) {
        return;
      }
      this.projects.set(checked.project, checked);
      this.running();
      this.checked_.fire(checked);
    });
    client.onNotification(method.closed, ({ project }: { project: string }) => {
      if (!isCurrent()) {
        return;
      }
      this.projects.delete(project);
      this.running();
      this.closed_.fire(project);
    });
    client.onNotification(method.changed, ({ conversation }: { conversation: Conversation }) => this.changed_.fire(conversation));
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.running();
        void this.askStatus();
      }
    });
    return client;
  }

  private running(): void {
    this.set({ state: "running", version: this.version, projects: this.checkedProjects });
  }

  /** What was checked before anyone listened. */
  private async askStatus(): Promise<void> {
    try {
      const status = await this.ask<Status>(method.status, {});
      for (const project of status.projects) {
        // One that was not checked yet has nothing to say; one that was meanwhile has said it.
        if (project.revision > 0 && !this.projects.has(project.project)) {
          this.projects.set(project.project, project);
        }
      }
      this.running();
    } catch (error) {
      this.log.warn(`no status: ${message(error)}`);
    }
  }

  private async closed(): Promise<{ action: CloseAction; handled: boolean }> {
    this.projects.clear();
    const wait = this.restarts.ended(Date.now());
    if (wait === undefined) {
      this.stopped("it ended again and again.");
      return { action: CloseAction.DoNotRestart, handled: true };
    }
    this.log.warn(`the server ended; it is started again in ${wait} ms`);
    this.set({ state: "restarting", inMs: wait });
    await new Promise((resolve) => setTimeout(resolve, wait));
    return { action: CloseAction.Restart, handled: true };
  }

  private stopped(why: string): void {
    this.log.error(`the server does not run: ${why}`);
    this.set({ state: "stopped", why });
    void vscode.window.showErrorMessage(`Flowright: the server does not run: ${why}`, "Restart", "Show Log").then((choice) => {
      if (choice === "Restart") {
        void this.restart();
      } else if (choice === "Show Log") {
        this.log.show();
      }
    });
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.projects.clear();
    if (client === undefined) {
      return;
    }
    try {
      await client.dispose(STOP_MS);
    } catch (error) {
      // One that is not running, or does not end by itself, is ended by the client.
      this.log.debug(`while ending the server: ${message(error)}`);
    }
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
  }
}

const STOP_MS = 2_000;

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // Not there, or not to be looked at: the same to whoever wants to start it.
  }
}

/** Runs a short command; its standard output. Neither shell nor the workspace's folder. */
export function run(path: string, args: readonly string[], options: { cwd?: string } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(path, args, { timeout: PROBE_MS, killSignal: "SIGKILL", maxBuffer: 4 * 1024 * 1024, cwd: options.cwd ?? join(path, "..") }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
      } else {
        reject(new Error(stderr.trim() || error.message));
      }
    });
  });
}

export function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
