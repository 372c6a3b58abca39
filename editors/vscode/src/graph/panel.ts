// The graph beside the source: drawn anew after each check, led by the cursor, and leading back.
import * as vscode from "vscode";
import { revealPlace, spelled } from "../places";
import { method, type FlowGraph, type Graph, type Location } from "../protocol";
import { folderName } from "../server/health";
import { message, type Server } from "../server/server";
import { flowAt } from "../source";
import { openPanel } from "../webview";
import { GRAPH_BODY } from "./body";
import type { FromPage, ToPage } from "./messages";

const NO_FLOW = "This file has no flow.";

type Drawn = Extract<ToPage, { type: "graph" | "none" }>;

export class GraphPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  /** Whose flows are drawn, and the one to bring in front. */
  private document: vscode.Uri | undefined;
  private wanted: string | undefined;
  /** Whether the page has a drawing. */
  private isDrawn = false;
  /** Another file that the cursor is in, as long as it has nothing to draw or was only asked about. */
  private elsewhere: string | undefined;
  private asked = 0;
  /** What the page was told last; for tests, which cannot look into it. */
  last: ToPage | undefined;
  private readonly disposables: vscode.Disposable[] = [];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly server: Server,
  ) {
    this.disposables.push(
      server.onChecked(() => {
        this.elsewhere = undefined;
        void this.refresh();
      }),
      server.onHealth((health) => {
        if (health.state !== "running" && health.state !== "starting") {
          this.isDrawn = false;
          this.tell({ type: "none", why: "There is no graph while the server does not run." });
        }
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.cursor(textEditor)),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.cursor(editor)),
    );
  }

  /** Shows the graph of a document, with a flow of it in front. */
  async show(document: vscode.Uri, flow: string | undefined): Promise<void> {
    this.document = document;
    this.wanted = flow;
    this.elsewhere = undefined;
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
        this.elsewhere = undefined;
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
    const document = this.document;
    if (this.panel === undefined || document === undefined) {
      return;
    }
    const asked = ++this.asked;
    const told = await this.answer(document, this.wanted);
    if (asked === this.asked && document === this.document) {
      this.wanted = undefined;
      this.draw(told);
    }
  }

  /** The cursor is in another file, maybe of another project: its graph, if it has one. */
  private async follow(document: vscode.Uri, flow: string | undefined): Promise<void> {
    const uri = document.toString();
    this.elsewhere = uri;
    const told = await this.answer(document, flow);
    if (this.elsewhere !== uri) {
      return; // It went on.
    }
    if (told.type === "none" && this.isDrawn && this.document !== undefined) {
      this.tell({ type: "notice", text: `${told.why.replace(/\.?$/, ".")} The graph is that of ${folderName(this.document.toString())}.` });
      return;
    }
    this.document = document;
    this.wanted = undefined;
    this.elsewhere = undefined;
    this.draw(told);
  }

  private async answer(document: vscode.Uri, flow: string | undefined): Promise<Drawn> {
    try {
      const graph = await this.server.ask<Graph>(method.graph, { textDocument: { uri: document.toString() } });
      const followCursor = vscode.workspace.getConfiguration("flowright", document).get("graph.followCursor", true);
      return graph.flows.length === 0 ? { type: "none", why: NO_FLOW } : { type: "graph", flows: respelled(graph.flows), flow, followCursor };
    } catch (error) {
      return { type: "none", why: message(error) };
    }
  }

  private draw(told: Drawn): void {
    this.isDrawn = told.type === "graph";
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
    if (this.panel === undefined || editor === undefined || !isSource(editor.document)) {
      return;
    }
    const uri = editor.document.uri.toString();
    const position = editor.selection.active;
    const flow = flowAt(editor.document.getText(), position.line);
    if (uri !== this.document?.toString()) {
      if (uri !== this.elsewhere) {
        void this.follow(editor.document.uri, flow);
      }
      return;
    }
    this.elsewhere = undefined;
    void this.panel.webview.postMessage({ type: "cursor", uri, position: { line: position.line, character: position.character }, flow } satisfies ToPage);
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

/** An editor's text that a person writes: not what is shown beside a change, nor output. */
function isSource({ languageId, uri }: vscode.TextDocument): boolean {
  return languageId === "flow" && ["file", "untitled"].includes(uri.scheme);
}

/** Flows with their places as VS Code writes them: the page looks for the cursor's among them. */
function respelled(flows: readonly FlowGraph[]): FlowGraph[] {
  // Thousands of places are in a few files.
  const known = new Map<string, string>();
  const spell = (uri: string) => {
    const found = known.get(uri) ?? spelled(uri);
    known.set(uri, found);
    return found;
  };
  const place = <T extends { location?: Location }>(of: T): T => (of.location === undefined ? of : { ...of, location: { ...of.location, uri: spell(of.location.uri) } });
  return flows.map((flow) => ({ ...place(flow), nodes: flow.nodes.map(place), edges: flow.edges.map(place) }));
}
