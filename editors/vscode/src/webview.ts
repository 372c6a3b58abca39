// A panel with a page of this extension's.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { page } from "./html";

export interface PanelOptions {
  viewType: string;
  title: string;
  /** `dist/NAME.js` and `dist/NAME.css`. */
  name: string;
  body: string;
}

export function openPanel(extension: vscode.Uri, options: PanelOptions): vscode.WebviewPanel {
  const panel = vscode.window.createWebviewPanel(options.viewType, options.title, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  fillPanel(panel, extension, options);
  return panel;
}

/** Puts the page into a panel: a new one, or one that VS Code brought back, which has nothing of it. */
export function fillPanel(panel: vscode.WebviewPanel, extension: vscode.Uri, options: PanelOptions): void {
  const dist = vscode.Uri.joinPath(extension, "dist");
  panel.webview.options = { enableScripts: true, localResourceRoots: [dist], enableCommandUris: false, enableForms: true };
  const inside = (file: string) => panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  panel.webview.html = page({
    title: options.title,
    source: panel.webview.cspSource,
    script: inside(`${options.name}.js`),
    style: inside(`${options.name}.css`),
    nonce: randomBytes(18).toString("base64url"),
    body: options.body,
  });
}
