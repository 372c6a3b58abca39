// Where the extension begins and ends.
import * as vscode from "vscode";
import { registerCommands, type Parts } from "./commands";
import { debugTest, registerDebugger } from "./debug/debugger";
import { GraphPanel } from "./graph/panel";
import { Server } from "./server/server";
import { registerStatus } from "./status";
import { TalkPanel } from "./talk/panel";
import { registerTasks } from "./tasks";
import { Tests } from "./testing/controller";

let server: Server | undefined;

/** What is given to other extensions: nothing but what this one's own tests look at. */
export type Api = Parts;

export async function activate(context: vscode.ExtensionContext): Promise<Api> {
  const log = vscode.window.createOutputChannel("Flowright", { log: true });
  const running = new Server(context, log);
  server = running;
  const graph = new GraphPanel(context.extensionUri, running);
  const parts: Parts = {
    server: running,
    graph,
    talk: new TalkPanel(context.extensionUri, running),
    tests: new Tests(running, debugTest, () => void graph.refresh()),
  };
  context.subscriptions.push(
    log,
    running,
    parts.graph,
    parts.talk,
    parts.tests,
    registerStatus(running),
    registerCommands(parts),
    registerDebugger(running),
    registerTasks(running),
    vscode.workspace.onDidGrantWorkspaceTrust(() => running.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("flowright.server.path")) {
        void running.restart();
      }
    }),
  );
  // Nobody waits for it: what needs the server says so when it is not there.
  void running.start();
  return parts;
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
