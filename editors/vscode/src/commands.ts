// The commands: those of the palette and menus, and those that the server's code lenses name.
import * as vscode from "vscode";
import type { Location as LspLocation, Position as LspPosition, TestInfo } from "./protocol";
import { debugFlow, debugTest } from "./debug/debugger";
import type { GraphPanel } from "./graph/panel";
import { message, run, type Server } from "./server/server";
import { flowAt, flowNear, testAt } from "./source";
import { menu } from "./status";
import type { TalkPanel } from "./talk/panel";
import type { Tests } from "./testing/controller";

export interface Parts {
  server: Server;
  graph: GraphPanel;
  talk: TalkPanel;
  tests: Tests;
}

const EXPLAIN = "flowright-explain";

export function registerCommands({ server, graph, talk, tests }: Parts): vscode.Disposable {
  const command = (name: string, does: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`flowright.${name}`, async (...args: never[]) => {
      try {
        await does(...args);
      } catch (error) {
        void vscode.window.showErrorMessage(`Flowright: ${message(error)}`);
      }
    });
  return vscode.Disposable.from(
    command("restartServer", () => server.restart()),
    command("showLog", () => server.log.show()),
    command("menu", () => menu(server)),
    command("showGraph", (uri?: string | vscode.Uri, flow?: unknown) => {
      const at = place(uri, flow, flowAt);
      return graph.show(at.uri, at.name);
    }),
    command("exportGraph", async () => {
      const at = place(undefined, undefined, flowNear);
      const format = await vscode.window.showQuickPick(["SVG", "Mermaid"], { title: at.name === undefined ? "Export the graphs" : `Export the graph of ${at.name}` });
      if (format !== undefined) {
        await graph.export(format === "SVG" ? "svg" : "mermaid", at.name, at.uri);
      }
    }),
    command("talk", (uri?: string | vscode.Uri, flow?: unknown) => {
      trusted("a conversation");
      const at = place(uri, flow, flowNear);
      return talk.start(at.uri, at.name);
    }),
    command("runTest", (uri?: unknown, id?: unknown) => {
      trusted("a test");
      return tests.runOne(testMeant(tests, uri, id));
    }),
    command("debugTest", async (uri?: unknown, id?: unknown) => {
      trusted("a test");
      await debugTest(testMeant(tests, uri, id));
    }),
    command("debugFlow", () => {
      trusted("a flow");
      const editor = active();
      return debugFlow(editor.document, editor.selection.active.line, server);
    }),
    command("showReferences", (uri: string, position: LspPosition, locations: LspLocation[]) =>
      vscode.commands.executeCommand(
        "editor.action.showReferences",
        vscode.Uri.parse(uri),
        new vscode.Position(position.line, position.character),
        locations.map(({ uri, range }) => new vscode.Location(vscode.Uri.parse(uri), new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character))),
      ),
    ),
    command("newProject", () => newProject(server)),
    command("explain", async (code?: string) => {
      const wanted = code ?? (await vscode.window.showInputBox({ title: "Explain a code", placeHolder: "E0410", validateInput: (text) => (/^[EWR]\d{4}$/i.test(text) ? undefined : "A letter and four digits, as E0410.") }));
      if (wanted !== undefined) {
        await vscode.commands.executeCommand("markdown.showPreviewToSide", vscode.Uri.from({ scheme: EXPLAIN, path: `${wanted.toUpperCase()}.md` }));
      }
    }),
    vscode.workspace.registerTextDocumentContentProvider(EXPLAIN, {
      provideTextDocumentContent: (uri) => run(binary(server), ["explain", uri.path.replace(/\.md$/, "")]),
    }),
  );
}

function binary(server: Server): string {
  if (server.path === undefined) {
    throw new Error("there is no Flowright server");
  }
  return server.path;
}

function trusted(what: string): void {
  if (!vscode.workspace.isTrusted) {
    throw new Error(`this workspace is not trusted: ${what} of it is not run`);
  }
}

function active(): vscode.TextEditor {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors.find(({ document }) => document.languageId === "flow");
  if (editor?.document.languageId !== "flow") {
    throw new Error("open a .flow file first");
  }
  return editor;
}

/** What a command is about: what it was given, else what the cursor is in. A code lens gives an address
 * and a name; a menu of an editor's title gives the editor's file, and an object about its group. */
function place(uri: string | vscode.Uri | undefined, name: unknown, at: (text: string, line: number) => string | undefined): { uri: vscode.Uri; name: string | undefined } {
  const named = typeof name === "string" ? name : undefined;
  if (uri !== undefined && (typeof uri === "string" || named !== undefined)) {
    return { uri: typeof uri === "string" ? vscode.Uri.parse(uri) : uri, name: named };
  }
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri?.toString()) ?? active();
  return { uri: editor.document.uri, name: at(editor.document.getText(), editor.selection.active.line) };
}

/** The test that a code lens names, else the one at the cursor. */
function testMeant(tests: Tests, uri: unknown, id: unknown): TestInfo {
  if (typeof uri !== "string" || typeof id !== "string") {
    return testHere(tests);
  }
  const found = tests.withId(uri, id);
  if (found === undefined) {
    throw new Error("there is no such test; it may have been renamed a moment ago");
  }
  return found;
}

function testHere(tests: Tests): TestInfo {
  const editor = active();
  const name = testAt(editor.document.getText(), editor.selection.active.line);
  const found = name === undefined ? undefined : tests.named(editor.document.uri.toString(), name);
  if (found === undefined) {
    throw new Error("the cursor is in no test");
  }
  return found;
}

/** `flowright new` in a folder to choose. */
async function newProject(server: Server): Promise<void> {
  const binary_ = binary(server);
  const [parent] = (await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, title: "Where the project's folder is made", openLabel: "Make it here" })) ?? [];
  if (parent === undefined) {
    return;
  }
  const name = await vscode.window.showInputBox({ title: "New project", prompt: "Its folder's name", value: "my_bot", validateInput: (text) => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(text) ? undefined : "Letters, digits and _, as in names of the language.") });
  if (name === undefined) {
    return;
  }
  const folder = vscode.Uri.joinPath(parent, name);
  await run(binary_, ["new", folder.fsPath], { cwd: parent.fsPath });
  const open = await vscode.window.showInformationMessage(`${name} was made.`, "Open It", "Open in New Window");
  if (open !== undefined) {
    await vscode.commands.executeCommand("vscode.openFolder", folder, { forceNewWindow: open === "Open in New Window" });
  }
}
