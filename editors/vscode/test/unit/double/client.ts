// The client of the language server as far as the extension uses it, for tests without a process.
type Handler = (params: never) => void;

export const State = { Stopped: 1, Running: 2, Starting: 3 };
export const CloseAction = { DoNotRestart: 1, Restart: 2 };
export const ErrorAction = { Continue: 1 };

/** How the next clients start: the server answers at once, unless a test says otherwise. */
export const given = { start: async (): Promise<void> => undefined };
export const made: LanguageClient[] = [];

export class LanguageClient {
  state = State.Stopped;
  isKilled = false;
  isDisposed = false;
  private readonly handlers = new Map<string, Handler>();
  private changed: ((change: { newState: number }) => void) | undefined;
  readonly serverProcess = { kill: () => (this.isKilled = true) };

  constructor() {
    made.push(this);
  }
  onNotification(name: string, handler: Handler): void {
    this.handlers.set(name, handler);
  }
  onDidChangeState(changed: (change: { newState: number }) => void): void {
    this.changed = changed;
  }
  async start(): Promise<void> {
    await given.start();
    this.state = State.Running;
    this.changed?.({ newState: State.Running });
  }
  async sendRequest(): Promise<unknown> {
    return { projects: [] };
  }
  /** The server says something. */
  notify(name: string, params: unknown): void {
    this.handlers.get(name)?.(params as never);
  }
  async dispose(): Promise<void> {
    this.isDisposed = true;
    this.state = State.Stopped;
  }
}
