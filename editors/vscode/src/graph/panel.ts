// The graph beside the source: drawn anew after each check, led by the cursor, and leading back.
import * as vscode from "vscode";
import { asKept } from "../kept";
import { revealPlace, spelled } from "../places";
import { method, type FlowGraph, type Graph, type Location } from "../protocol";
import { folderName } from "../server/health";
import { ready } from "../server/ready";
import { message, type Server } from "../server/server";
import { flowAt } from "../source";
import { fillPanel, openPanel, type PanelOptions } from "../webview";
import { GRAPH_BODY } from "./body";
import type { FromPage, ToPage } from "./messages";

const PAGE: PanelOptions = { viewType: "flowright.graph", title: "Flow Graph", name: "graph", body: GRAPH_BODY };
const NO_FLOW = "This file has no flow.";
const WAITS = "The graph comes back when this workspace is trusted and the server runs.";

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
  /** Whether the window was loaded anew and it is not time yet to draw. */
  private isWaiting = false;
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
        if (!this.isWaiting && health.state !== "running" && health.state !== "starting") {
          this.isDrawn = false;
          this.tell({ type: "none", why: "There is no graph while the server does not run." });
        }
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.cursor(textEditor)),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.cursor(editor)),
      vscode.window.registerWebviewPanelSerializer(PAGE.viewType, { deserializeWebviewPanel: (panel, state) => this.restore(panel, state) }),
    );
  }

  /** Shows the graph of a document, with a flow of it in front. */
  async show(document: vscode.Uri, flow: string | undefined): Promise<void> {
    this.document = document;
    this.wanted = flow;
    this.elsewhere = undefined;
    this.isWaiting = false;
    if (this.panel === undefined) {
      this.take(openPanel(this.extension, PAGE));
    } else {
      this.panel.reveal(undefined, true);
      await this.refresh();
    }
  }

  /** Draws in a panel of before the window was loaded anew, once that can be. */
  private async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = asKept(state);
    if (this.panel !== undefined || kept === undefined) {
      panel.dispose();
      return;
    }
    this.document = vscode.Uri.parse(kept.document);
    this.wanted = kept.flow;
    this.isWaiting = true;
    fillPanel(panel, this.extension, PAGE);
    this.take(panel);
    // VS Code waits for the panel, not for the server.
    void ready(this.server).then(() => {
      if (this.isWaiting) {
        this.isWaiting = false;
        void this.refresh();
      }
    });
  }

  private take(panel: vscode.WebviewPanel): void {
    panel.onDidDispose(() => {
      this.panel = undefined;
    });
    panel.webview.onDidReceiveMessage((received: FromPage) => this.received(received));
    this.panel = panel;
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
    if (this.isWaiting) {
      this.tell({ type: "none", why: WAITS });
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
      return graph.flows.length === 0 ? { type: "none", why: NO_FLOW } : { type: "graph", document: document.toString(), flows: respelled(graph.flows), flow, followCursor };
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
    if (this.panel === undefined || this.isWaiting || editor === undefined || !isSource(editor.document)) {
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
