// The server as panels and the Test Explorer see it: it answers what a test tells it to.
import type { Health } from "../../../src/server/health";
import type { Server } from "../../../src/server/server";
import { EventEmitter } from "./vscode";

type Params = Record<string, unknown>;

export interface FakeServer {
  server: Server;
  /** Answers by the request's name; one that throws refuses. */
  answers: Record<string, (params: never, token: unknown) => unknown>;
  /** What was asked by that name, in order. */
  asked(name: string): Params[];
  check(): void;
  close(project: string): void;
  set(health: Health): void;
}

export const RUNNING: Health = { state: "running", version: "9.9.9", projects: [] };

export function fakeServer(): FakeServer {
  const [checked, closed, changed, health] = [new EventEmitter<unknown>(), new EventEmitter<string>(), new EventEmitter<unknown>(), new EventEmitter<Health>()];
  const asked: [string, Params][] = [];
  const answers: FakeServer["answers"] = {};
  const server = {
    health: RUNNING,
    path: "/bin/flowright",
    checkedProjects: [],
    log: { debug() {}, warn() {} },
    onChecked: checked.event,
    onClosed: closed.event,
    onConversationChanged: changed.event,
    onHealth: health.event,
    async ask(name: string, params: Params, token?: unknown): Promise<unknown> {
      asked.push([name, params]);
      const answer = answers[name];
      if (answer === undefined) {
        throw new Error(`nothing answers ${name}`);
      }
      return answer(params as never, token);
    },
  };
  return {
    server: server as unknown as Server,
    answers,
    asked: (name) => asked.filter(([one]) => one === name).map(([, params]) => params),
    check: () => checked.fire(undefined),
    close: (project) => closed.fire(project),
    set(next) {
      server.health = next;
      health.fire(next);
    },
  };
}
