// VS Code's API as far as the extension's modules use it, for tests without VS Code. What a module
// shows or asks is kept in `seen`; what it is given is set in `given`.
import { posix } from "node:path";

type Listener<T> = (event: T) => unknown;

export class Disposable {
  constructor(private readonly undo: () => void) {}
  static from(...all: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
  dispose(): void {
    this.undo();
  }
}

export class EventEmitter<T> {
  readonly listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>): Disposable => {
    this.listeners.add(listener);
    return new Disposable(() => this.listeners.delete(listener));
  };
  fire(event: T): void {
    [...this.listeners].forEach((listener) => listener(event));
  }
  dispose(): void {
    this.listeners.clear();
  }
}

/** Written as VS Code writes it: a drive's letter is small, its colon encoded. */
export class Uri {
  private constructor(
    readonly scheme: string,
    readonly path: string,
  ) {}
  static parse(text: string): Uri {
    const [, scheme, path] = /^([a-z][\w+.-]*):(?:\/\/)?(.*)$/i.exec(text) ?? [];
    return new Uri(scheme ?? "file", decodeURIComponent(path ?? text));
  }
  static from({ scheme, path }: { scheme: string; path: string }): Uri {
    return new Uri(scheme, path);
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri(base.scheme, posix.join(base.path, ...parts));
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    const path = this.path.replace(/^\/[A-Z]:/, (drive) => drive.toLowerCase());
    return `${this.scheme}:${path.startsWith("/") ? "//" : ""}${path.split("/").map(encodeURIComponent).join("/")}`;
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(line: number, character: number, endLine: number, endCharacter: number) {
    this.start = new Position(line, character);
    this.end = new Position(endLine, endCharacter);
  }
}

export class Selection {
  constructor(
    readonly anchor: Position,
    readonly active: Position,
  ) {}
}

export class Location {
  constructor(
    readonly uri: Uri,
    readonly range: Range,
  ) {}
}

export const ViewColumn = { One: 1, Beside: -2 };
export const TextEditorRevealType = { InCenterIfOutsideViewport: 2 };

/** An editor with its cursor at the beginning of a line. */
export interface Editor {
  document: { uri: Uri; languageId: string; getText(): string };
  selection: Selection;
}

export function editor(uri: string, text: string, line = 0): Editor {
  const at = new Position(line, 0);
  return { document: { uri: Uri.parse(uri), languageId: "flow", getText: () => text }, selection: new Selection(at, at) };
}

/** A panel: what its page was told is in `told`, and `say` is the page's. */
export class Panel {
  title = "";
  isDisposed = false;
  readonly told: { type: string; [more: string]: unknown }[] = [];
  private readonly said = new EventEmitter<unknown>();
  private readonly gone = new EventEmitter<void>();
  readonly onDidDispose = this.gone.event;
  readonly webview = {
    html: "",
    cspSource: "https://*.vscode-cdn.net",
    options: {} as Record<string, unknown>,
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: this.said.event,
    postMessage: async (message: { type: string }) => this.told.push(message),
  };
  /** The page says something. Returns when it was dealt with. */
  async say(message: unknown): Promise<void> {
    await Promise.all([...this.said.listeners].map((listener) => listener(message)));
  }
  reveal(): void {}
  dispose(): void {
    this.isDisposed = true;
    this.gone.fire();
  }
}

interface Serializer {
  deserializeWebviewPanel(panel: unknown, state: unknown): Promise<void>;
}

const none = () => ({
  trusted: true,
  settings: {} as Record<string, unknown>,
  /** What the next dialog for a text answers. */
  input: async (): Promise<string | undefined> => undefined,
  /** Whether a debugger starts, and what happens meanwhile. */
  startDebugging: async (_configuration: Record<string, unknown>): Promise<boolean> => true,
});
const nothing = () => ({
  panels: [] as Panel[],
  serializers: new Map<string, Serializer>(),
  errors: [] as string[],
  commands: new Map<string, (...args: unknown[]) => Promise<void>>(),
  adapters: [] as { createDebugAdapterDescriptor(session: unknown): unknown }[],
  controllers: [] as Controller[],
});
export const given = none();
export const seen = nothing();

/** Forgets all that happened. */
export function reset(): void {
  Object.assign(given, none());
  Object.assign(seen, nothing());
  Object.assign(window, { activeTextEditor: undefined, visibleTextEditors: [] });
  Object.values(events).forEach((emitter) => emitter.dispose());
}

export const events = {
  selection: new EventEmitter<{ textEditor: Editor }>(),
  editor: new EventEmitter<Editor | undefined>(),
  trust: new EventEmitter<void>(),
  debugEnded: new EventEmitter<{ configuration: Record<string, unknown> }>(),
};

export const window = {
  activeTextEditor: undefined as Editor | undefined,
  visibleTextEditors: [] as Editor[],
  onDidChangeTextEditorSelection: events.selection.event,
  onDidChangeActiveTextEditor: events.editor.event,
  createWebviewPanel(_type: string, title: string): Panel {
    const panel = new Panel();
    panel.title = title;
    seen.panels.push(panel);
    return panel;
  },
  registerWebviewPanelSerializer(type: string, serializer: Serializer): Disposable {
    seen.serializers.set(type, serializer);
    return new Disposable(() => seen.serializers.delete(type));
  },
  showInputBox: () => given.input(),
  async showErrorMessage(text: string): Promise<undefined> {
    seen.errors.push(text);
  },
};

export const workspace = {
  get isTrusted(): boolean {
    return given.trusted;
  },
  workspaceFolders: undefined,
  onDidGrantWorkspaceTrust: events.trust.event,
  getWorkspaceFolder: () => undefined,
  asRelativePath: (uri: Uri) => uri.path,
  registerTextDocumentContentProvider: () => new Disposable(() => undefined),
  getConfiguration: (section: string) => ({
    get: (name: string, otherwise?: unknown) => given.settings[`${section}.${name}`] ?? otherwise,
  }),
};

export const commands = {
  registerCommand(name: string, does: (...args: unknown[]) => Promise<void>): Disposable {
    seen.commands.set(name, does);
    return new Disposable(() => seen.commands.delete(name));
  },
};

export class DebugAdapterExecutable {
  constructor(
    readonly command: string,
    readonly args: string[],
    readonly options?: { cwd?: string },
  ) {}
}
export const DebugConfigurationProviderTriggerKind = { Initial: 1, Dynamic: 2 };
export const debug = {
  onDidTerminateDebugSession: events.debugEnded.event,
  startDebugging: (_folder: unknown, configuration: Record<string, unknown>) => given.startDebugging(configuration),
  registerDebugConfigurationProvider: () => new Disposable(() => undefined),
  registerDebugAdapterDescriptorFactory(_type: string, factory: (typeof seen.adapters)[number]): Disposable {
    seen.adapters.push(factory);
    return new Disposable(() => undefined);
  },
};

export class Items {
  private readonly items = new Map<string, Item>();
  get size(): number {
    return this.items.size;
  }
  get(id: string): Item | undefined {
    return this.items.get(id);
  }
  replace(items: readonly Item[]): void {
    this.items.clear();
    items.forEach((item) => this.items.set(item.id, item));
  }
  forEach(visit: (item: Item) => unknown): void {
    this.items.forEach(visit);
  }
}

export class Item {
  readonly children = new Items();
  range: unknown;
  sortText = "";
  constructor(
    readonly id: string,
    public label: string,
  ) {
    // VS Code's own separator of ids.
    if (id.includes("\0")) {
      throw new Error("Test IDs may not include the \\0 symbol");
    }
  }
}

/** A run: what became of each test, by its label. */
export class Run {
  readonly outcomes: string[] = [];
  isEnded = false;
  readonly token = { isCancellationRequested: false, onCancellationRequested: () => new Disposable(() => undefined) };
  started(): void {}
  appendOutput(): void {}
  addCoverage(): void {}
  passed = (item: Item) => this.outcomes.push(`${item.label} passed`);
  failed = (item: Item, told: { message: string }) => this.outcomes.push(`${item.label} failed: ${told.message}`);
  errored = (item: Item, told: { message: string }) => this.outcomes.push(`${item.label} errored: ${told.message}`);
  skipped = (item: Item) => this.outcomes.push(`${item.label} skipped`);
  end(): void {
    this.isEnded = true;
  }
}

export class Controller {
  readonly items = new Items();
  readonly runs: Run[] = [];
  /** What the buttons Run, Debug and Coverage do. */
  readonly profiles: ((request: unknown) => Promise<void>)[] = [];
  createTestItem(id: string, label: string): Item {
    return new Item(id, label);
  }
  createRunProfile(_name: string, _kind: number, run: (request: unknown) => Promise<void>): Record<string, unknown> {
    this.profiles.push(run);
    return {};
  }
  createTestRun(): Run {
    const run = new Run();
    this.runs.push(run);
    return run;
  }
  dispose(): void {}
}

export const tests = {
  createTestController(): Controller {
    const controller = new Controller();
    seen.controllers.push(controller);
    return controller;
  },
};
export const TestRunProfileKind = { Run: 1, Debug: 2, Coverage: 3 };
export class TestRunRequest {
  constructor(readonly include?: Item[]) {}
}
export class TestMessage {
  constructor(readonly message: string) {}
}
export class FileCoverage {}
