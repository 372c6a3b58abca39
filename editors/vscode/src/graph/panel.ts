// The graph beside the source: drawn anew after each check, led by the cursor, and leading back.
import * as vscode from "vscode";
import { revealPlace } from "../places";
import { method, type Graph } from "../protocol";
import { message, type Server } from "../server/server";
import { flowAt } from "../source";
import { openPanel } from "../webview";
import { GRAPH_BODY } from "./body";
import type { FromPage, ToPage } from "./messages";

const NO_GRAPH = "There is no graph: the project has no flow that could be read. See its errors.";

export class GraphPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private document: vscode.Uri | undefined;
  private wanted: string | undefined;
  private asked = 0;
  /** What the page was told last; for tests, which cannot look into it. */
  last: ToPage | undefined;
  private readonly disposables: vscode.Disposable[] = [];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly server: Server,
  ) {
    this.disposables.push(
      server.onChecked(() => void this.refresh()),
      server.onHealth((health) => {
        if (health.state !== "running" && health.state !== "starting") {
          this.tell({ type: "none", why: "There is no graph while the server does not run." });
        }
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.cursor(textEditor)),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.cursor(editor)),
    );
  }

  /** Shows the graph of a document's project, with a flow of it in front. */
  async show(document: vscode.Uri, flow: string | undefined): Promise<void> {
    this.document = document;
    this.wanted = flow;
    if (this.panel === undefined) {
      const panel = openPanel(this.extension, { viewType: "flowright.graph", title: "Flow Graph", name: "graph", body: GRAPH_BODY });
      panel.onDidDispose(() => {
        this.panel = undefined;
      });
      panel.webview.onDidReceiveMessage((received: FromPage) => this.received(received));
      this.panel = panel;
    } else {
      this.panel.reveal(undefined, true);
      await this.refresh();
    }
  }

  private async received(received: FromPage): Promise<void> {
    switch (received.type) {
      case "ready":
        await this.refresh();
        break;
      case "reveal":
        await revealPlace(received.location);
        break;
      case "flow":
        this.wanted = received.name;
        break;
      case "export":
        await this.export(received.format, received.flow);
        break;
    }
  }

  /** Asks for the graph; an older question's answer is dropped. */
  async refresh(): Promise<void> {
    if (this.panel === undefined || this.document === undefined) {
      return;
    }
    const asked = ++this.asked;
    let told: ToPage;
    try {
      const graph = await this.server.ask<Graph>(method.graph, { textDocument: { uri: this.document.toString() } });
      const followCursor = vscode.workspace.getConfiguration("flowright", this.document).get("graph.followCursor", true);
      told = graph.flows.length === 0 ? { type: "none", why: NO_GRAPH } : { type: "graph", flows: graph.flows, flow: this.wanted, followCursor };
    } catch (error) {
      told = { type: "none", why: message(error) };
    }
    if (asked !== this.asked) {
      return;
    }
    this.wanted = undefined;
    this.tell(told);
    this.cursor(vscode.window.activeTextEditor);
  }

  private tell(told: ToPage): void {
    if (this.panel !== undefined) {
      this.last = told;
      void this.panel.webview.postMessage(told);
    }
  }

  private cursor(editor: vscode.TextEditor | undefined): void {
    if (this.panel === undefined || editor?.document.languageId !== "flow") {
      return;
    }
    const uri = editor.document.uri;
    const known = this.document?.toString() === uri.toString();
    const position = editor.selection.active;
    if (!known) {
      // Another file, maybe of another project.
      this.document = uri;
      this.wanted = flowAt(editor.document.getText(), position.line);
      void this.refresh();
      return;
    }
    void this.panel.webview.postMessage({
      type: "cursor",
      uri: uri.toString(),
      position: { line: position.line, character: position.character },
      flow: flowAt(editor.document.getText(), position.line),
    } satisfies ToPage);
  }

  /** Saves the picture of one flow, or of all. */
  async export(format: "svg" | "mermaid", flow: string | undefined, document = this.document): Promise<void> {
    if (document === undefined) {
      return;
    }
    try {
      const graph = await this.server.ask<Graph>(method.graph, { textDocument: { uri: document.toString() }, ...(flow === undefined ? {} : { flow }) });
      const extension = format === "svg" ? "svg" : "mmd";
      const target = await vscode.window.showSaveDialog({
        defaultUri: vscode.Uri.joinPath(document, "..", `${flow ?? "flows"}.${extension}`),
        filters: format === "svg" ? { SVG: ["svg"] } : { Mermaid: ["mmd", "mermaid"] },
      });
      if (target !== undefined) {
        await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(format === "svg" ? graph.svg : graph.mermaid));
      }
    } catch (error) {
      void vscode.window.showErrorMessage(`Flowright: ${message(error)}`);
    }
  }

  dispose(): void {
    this.panel?.dispose();
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
  }
}
