// When something of the server can be asked that nobody asked for just now.
import * as vscode from "vscode";
import type { Server } from "./server";

/** Resolves once the workspace is trusted and the server runs. */
export function ready(server: Pick<Server, "health" | "onHealth">): Promise<void> {
  const isReady = () => vscode.workspace.isTrusted && server.health.state === "running";
  if (isReady()) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    // Trust alone is not waited for: the server is started anew with it, and is about to end now.
    const watch = server.onHealth(() => {
      if (isReady()) {
        watch.dispose();
        resolve();
      }
    });
  });
}
