// A conversation with a flow, beside its source. The server holds it; this shows it and asks.
import * as vscode from "vscode";
import { asKept, keep, type Kept } from "../kept";
import { revealPlace } from "../places";
import { method, type Conversation, type ConversationStart, type Recorded } from "../protocol";
import { ready } from "../server/ready";
import { message, type Server } from "../server/server";
import { fillPanel, openPanel, type PanelOptions } from "../webview";
import { TALK_BODY } from "./body";
import type { FromPage, ToPage } from "./messages";
import { localMinute, testName } from "./model";

const PAGE: PanelOptions = { viewType: "flowright.talk", title: "Conversation", name: "talk", body: TALK_BODY };
const WAITS = "The conversation begins anew when this workspace is trusted and the server runs.";
const NOTHING: ToPage = { type: "failed", why: "There is no conversation. Restart begins one." };

export class TalkPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private began: Kept | undefined;
  private conversation: Conversation | undefined;
  /** What the page shows, and what it was told last: that, or something about it. */
  private base: ToPage | undefined;
  last: ToPage | undefined;
  private readonly disposables: vscode.Disposable[] = [];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly server: Server,
  ) {
    this.disposables.push(
      server.onConversationChanged((conversation) => {
        if (conversation.id === this.conversation?.id) {
          this.show(conversation, true);
        }
      }),
      server.onHealth((health) => {
        if (health.state !== "running" && this.conversation !== undefined) {
          this.conversation = undefined;
          this.tell({ type: "none", why: "The server ended, and the conversation with it. Restart begins it anew." });
        }
      }),
      vscode.window.registerWebviewPanelSerializer(PAGE.viewType, { deserializeWebviewPanel: (panel, state) => this.restore(panel, state) }),
    );
  }

  /** Begins a conversation with a flow of a document; without one, with the bot. */
  async start(document: vscode.Uri, flow: string | undefined): Promise<void> {
    this.began = keep(document.toString(), flow);
    if (this.panel === undefined) {
      this.take(openPanel(this.extension, PAGE));
    } else {
      this.panel.reveal(undefined, true);
    }
    await this.forget();
    await this.begin();
  }

  /** Begins a conversation as the one of before the window was loaded anew did: the server of then is gone,
   * and the conversation with it. */
  private async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const began = asKept(state);
    if (this.panel !== undefined || began === undefined) {
      panel.dispose();
      return;
    }
    this.began = began;
    fillPanel(panel, this.extension, PAGE);
    this.take(panel);
    this.tell({ type: "none", why: WAITS });
    // VS Code waits for the panel, not for the server.
    void ready(this.server).then(async () => {
      if (this.began === began && this.panel === panel && this.conversation === undefined) {
        await this.begin();
        if (this.conversation !== undefined) {
          this.tell({ type: "notice", text: "The window was loaded anew: this conversation begins anew, too." });
        }
      }
    });
  }

  private take(panel: vscode.WebviewPanel): void {
    panel.onDidDispose(() => {
      this.panel = undefined;
      void this.forget();
    });
    panel.webview.onDidReceiveMessage((received: FromPage) => this.received(received));
    this.panel = panel;
  }

  /** Begins one in the place of the one that is shown, which stays if this one is refused. */
  private async begin(): Promise<void> {
    const began = this.began;
    if (began === undefined || this.panel === undefined) {
      return;
    }
    if (!vscode.workspace.isTrusted) {
      this.tell({ type: "none", why: WAITS });
      return;
    }
    this.panel.title = began.flow === undefined ? PAGE.title : `${PAGE.title}: ${began.flow}`;
    this.post({ type: "begins", kept: began });
    try {
      const fresh = await this.server.ask<Conversation>(method.conversation("start"), startOf(began));
      if (began === this.began && this.panel !== undefined) {
        const before = this.conversation?.id;
        this.show(fresh);
        await this.stop(before);
      } else {
        // Another one was begun meanwhile, or the page was closed.
        await this.stop(fresh.id);
      }
    } catch (error) {
      if (began === this.began) {
        this.tell({ type: this.conversation === undefined ? "none" : "failed", why: message(error) });
      }
    }
  }

  private async forget(): Promise<void> {
    const id = this.conversation?.id;
    this.conversation = undefined;
    await this.stop(id);
  }

  /** The server need not hold a conversation any longer. */
  private async stop(id: string | undefined): Promise<void> {
    if (id !== undefined && this.server.health.state === "running") {
      try {
        await this.server.ask(method.conversation("stop"), { id });
      } catch (error) {
        this.server.log.debug(`a conversation could not be stopped: ${message(error)}`);
      }
    }
  }

  private async received(received: FromPage): Promise<void> {
    if (received.type === "reveal") {
      await revealPlace(received.location);
    } else if (received.type === "ready") {
      // The page was made anew: it was hidden.
      const begins: ToPage | undefined = this.began && { type: "begins", kept: this.began };
      for (const told of new Set([begins, this.base, this.last])) {
        if (told !== undefined) {
          this.post(told);
        }
      }
    } else if (received.type === "restart") {
      await this.restart();
    } else if (received.type === "record") {
      await this.record();
    } else {
      const { type, ...rest } = received;
      await this.ask(type, rest);
    }
  }

  private async ask(verb: "say" | "answer" | "pass" | "set", params: object): Promise<void> {
    const id = this.conversation?.id;
    if (id === undefined) {
      this.tell(NOTHING);
      return;
    }
    try {
      this.showAnswer(id, await this.server.ask<Conversation>(method.conversation(verb), { id, ...params }));
    } catch (error) {
      this.tell({ type: "failed", why: message(error) });
    }
  }

  private async restart(): Promise<void> {
    const id = this.conversation?.id;
    if (id === undefined) {
      await this.begin();
      return;
    }
    try {
      this.showAnswer(id, await this.server.ask<Conversation>(method.conversation("restart"), { id }));
    } catch (error) {
      // The server keeps so many, and may have let this one go.
      this.server.log.debug(`a conversation could not be restarted: ${message(error)}`);
      await this.begin();
    }
  }

  private async record(): Promise<void> {
    const conversation = this.conversation;
    if (conversation === undefined) {
      this.tell(NOTHING);
      return;
    }
    const name = await vscode.window.showInputBox({ title: "Record as a test", prompt: "The test's name", value: testName(conversation), validateInput: (value) => (value.trim() === "" ? "A test has a name." : undefined) });
    if (name !== undefined) {
      await this.recordAs(conversation, name);
    }
    // The page waits for an answer in any case. It went on while the name was asked for.
    if (this.conversation !== undefined) {
      this.show(this.conversation);
    }
  }

  private async recordAs(conversation: Conversation, name: string): Promise<void> {
    try {
      const { edit } = await this.server.ask<Recorded>(method.conversation("record"), { id: conversation.id, name });
      const converted = await this.server.converter?.asWorkspaceEdit(edit);
      if (converted === undefined || !(await vscode.workspace.applyEdit(converted))) {
        throw new Error("the test could not be written into the file");
      }
      const [[uri, edits] = []] = converted.entries();
      if (uri !== undefined && edits?.[0] !== undefined) {
        await revealPlace({ uri: uri.toString(), range: { start: edits[0].range.start, end: edits[0].range.start } });
      }
    } catch (error) {
      void vscode.window.showErrorMessage(`Flowright: ${message(error)}`);
    }
  }

  /** An answer that comes when another conversation is shown is not shown. */
  private showAnswer(id: string, conversation: Conversation): void {
    if (id === this.conversation?.id) {
      this.show(conversation);
    }
  }

  private show(conversation: Conversation, edited = false): void {
    this.conversation = conversation;
    this.tell({ type: "conversation", conversation, edited });
  }

  private tell(told: ToPage): void {
    if (told.type === "conversation" || told.type === "none") {
      this.base = told;
    }
    this.last = told;
    this.post(told);
  }

  private post(told: ToPage): void {
    void this.panel?.webview.postMessage(told);
  }

  dispose(): void {
    this.panel?.dispose();
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
  }
}

/** What a conversation begins with: what the settings say at that time, and what is asked for. */
function startOf({ document, flow }: Kept): ConversationStart {
  const settings = vscode.workspace.getConfiguration("flowright.conversation", vscode.Uri.parse(document));
  const set = <T>(name: string, value: T | undefined) => (value === undefined || value === "" ? {} : { [name]: value });
  const customer = settings.get<Record<string, unknown>>("customer", {});
  return {
    textDocument: { uri: document },
    ...set("flow", flow),
    ...set("channel", settings.get<string>("channel")),
    ...set("language", settings.get<string>("language")),
    at: settings.get<string>("at") || localMinute(new Date()),
    ...(Object.keys(customer).length === 0 ? {} : { customer }),
  };
}
