// The debugger: the server's binary speaks the Debug Adapter Protocol, too.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { projectFolder } from "../places";
import { method, type Graph, type TestInfo } from "../protocol";
import { message, type Server } from "../server/server";
import { flowNear } from "../source";
import { forFlow, forTest, offered, unfit } from "./configurations";

const TYPE = "flowright";

export function registerDebugger(server: Server): vscode.Disposable {
  const provider = new Provider(server);
  return vscode.Disposable.from(
    vscode.debug.registerDebugConfigurationProvider(TYPE, provider),
    vscode.debug.registerDebugConfigurationProvider(TYPE, { provideDebugConfigurations: () => provider.offer() }, vscode.DebugConfigurationProviderTriggerKind.Dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, {
      createDebugAdapterDescriptor: ({ workspaceFolder }) => {
        if (server.path === undefined) {
          throw new Error("There is no Flowright server to debug with.");
        }
        // A relative project is meant from the workspace's folder.
        const options = workspaceFolder?.uri.scheme === "file" ? { cwd: workspaceFolder.uri.fsPath } : {};
        return new vscode.DebugAdapterExecutable(server.path, ["dap"], options);
      },
    }),
  );
}

/** Plays a test in the debugger; ends when its session does. */
export async function debugTest(test: TestInfo): Promise<boolean> {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(test.location.uri));
  // Another session may have the same name: this one is known by what no other has.
  const run = randomUUID();
  const configuration = { ...forTest(test.name, vscode.Uri.parse(test.project).fsPath), run };
  let watch: vscode.Disposable | undefined;
  const ended = new Promise<void>((resolve) => {
    watch = vscode.debug.onDidTerminateDebugSession((session) => {
      if (session.configuration["run"] === run) {
        resolve();
      }
    });
  });
  try {
    const started = await vscode.debug.startDebugging(folder, configuration);
    if (started) {
      await ended;
    }
    return started;
  } finally {
    watch?.dispose();
  }
}

/** Begins a conversation in the debugger with the flow at the cursor. */
export async function debugFlow(document: vscode.TextDocument, line: number, server: Server): Promise<void> {
  const flow = flowNear(document.getText(), line);
  if (flow === undefined) {
    void vscode.window.showInformationMessage("Flowright: this file has no flow to debug.");
    return;
  }
  const project = projectFolder(document.uri, server.checkedProjects).fsPath;
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(document.uri), { ...forFlow(flow, project) });
}

class Provider implements vscode.DebugConfigurationProvider {
  constructor(private readonly server: Server) {}

  async offer(): Promise<vscode.DebugConfiguration[]> {
    const document = vscode.window.activeTextEditor?.document;
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const base = document?.languageId === "flow" ? projectFolder(document.uri, this.server.checkedProjects) : folder?.uri;
    if (base === undefined) {
      return [];
    }
    try {
      const tests = await this.server.ask<TestInfo[]>(method.tests, {});
      const flows = document?.languageId === "flow" ? (await this.server.ask<Graph>(method.graph, { textDocument: { uri: document.uri.toString() } })).flows : [];
      return offered(flows.map((flow) => flow.name), tests, base.fsPath, (uri) => vscode.Uri.parse(uri).fsPath).map((one) => ({ ...one }));
    } catch (error) {
      this.server.log.warn(`nothing is offered to debug: ${message(error)}`);
      return [];
    }
  }

  provideDebugConfigurations(): Promise<vscode.DebugConfiguration[]> {
    return this.offer();
  }

  /** Without a `launch.json`, F5 means the flow at the cursor. */
  resolveDebugConfiguration(_folder: vscode.WorkspaceFolder | undefined, configuration: vscode.DebugConfiguration): vscode.DebugConfiguration | undefined {
    const editor = vscode.window.activeTextEditor;
    if (configuration.type !== undefined && configuration.type !== "") {
      return configuration;
    }
    const flow = editor?.document.languageId === "flow" ? flowNear(editor.document.getText(), editor.selection.active.line) : undefined;
    if (editor === undefined || flow === undefined) {
      void vscode.window.showInformationMessage("Flowright: open a file with a flow to debug it.");
      return undefined;
    }
    return { ...forFlow(flow, projectFolder(editor.document.uri, this.server.checkedProjects).fsPath) };
  }

  async resolveDebugConfigurationWithSubstitutedVariables(_folder: vscode.WorkspaceFolder | undefined, configuration: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
    const why = vscode.workspace.isTrusted ? unfit(configuration) : "This workspace is not trusted: nothing of it is run.";
    if (why !== undefined) {
      await vscode.window.showErrorMessage(`Flowright: ${why}`);
      return undefined;
    }
    return configuration;
  }
}
