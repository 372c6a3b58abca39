// The status bar's item and its menu.
import * as vscode from "vscode";
import { shown } from "./server/health";
import type { Server } from "./server/server";

export function registerStatus(server: Server): vscode.Disposable {
  const bar = vscode.window.createStatusBarItem("flowright", vscode.StatusBarAlignment.Left, 0);
  bar.name = "Flowright";
  bar.command = "flowright.menu";
  const update = () => {
    const { text, tooltip, tone } = shown(server.health);
    bar.text = text;
    bar.tooltip = new vscode.MarkdownString(tooltip);
    bar.accessibilityInformation = { label: tooltip };
    bar.backgroundColor = tone === "plain" ? undefined : new vscode.ThemeColor(`statusBarItem.${tone}Background`);
    void vscode.commands.executeCommand("setContext", "flowright.ready", server.health.state === "running");
  };
  bar.show();
  update();
  return vscode.Disposable.from(bar, server.onHealth(update));
}

/** What can be done about the server. */
export async function menu(server: Server): Promise<void> {
  const { tooltip } = shown(server.health);
  const entries = [
    { label: "$(refresh) Restart server", command: "flowright.restartServer" },
    { label: "$(output) Show log", command: "flowright.showLog" },
    { label: "$(type-hierarchy-sub) Show graph", command: "flowright.showGraph" },
    { label: "$(problems) Show problems", command: "workbench.actions.view.problems" },
    { label: "$(gear) Settings", command: "workbench.action.openSettings", arguments: ["@ext:flowright.flowright"] },
  ];
  const chosen = await vscode.window.showQuickPick(entries, { title: "Flowright", placeHolder: tooltip.split("\n")[0] ?? "" });
  if (chosen !== undefined) {
    await vscode.commands.executeCommand(chosen.command, ...(chosen.arguments ?? []));
  }
}
