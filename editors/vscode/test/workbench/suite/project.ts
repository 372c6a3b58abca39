// A project with the real server.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { method, type Conversation, type Graph, type TestInfo, type TestsRun } from "../../../src/protocol";
import { keyOf } from "../../../src/testing/results";
import { api, eventually, file, open, positionOf, replace, type Case } from "./harness";

const FLOW = "change_delivery_date.flow";

/** What a page was told; that there is nothing to show fails at once, with why. */
function unlessNone<Told extends { type: string }>(told: Told | undefined): Exclude<Told, { type: "none" }> | undefined {
  if (told?.type === "none") {
    throw new Error(JSON.stringify(told));
  }
  return told as Exclude<Told, { type: "none" }> | undefined;
}

/** What a debug adapter says, in order. */
function watchDebugger(): { events: { event: string; body?: Record<string, unknown> }[]; stop: vscode.Disposable } {
  const events: { event: string; body?: Record<string, unknown> }[] = [];
  const stop = vscode.debug.registerDebugAdapterTrackerFactory("flowright", {
    createDebugAdapterTracker: () => ({
      onDidSendMessage: (message: { type: string; event: string; body?: Record<string, unknown> }) => {
        if (message.type === "event") {
          events.push(message);
        }
      },
    }),
  });
  return { events, stop };
}

export const project: readonly Case[] = [
  [
    "the server is found, checks the project and says its version",
    async () => {
      const { server } = await api();
      await eventually("the server runs", () => server.health.state === "running");
      await open(FLOW);
      const checked = await eventually("the project was checked", () => server.checkedProjects[0]);
      assert.equal(checked.errors, 0);
      assert.ok(checked.files >= 6, JSON.stringify(checked));
    },
  ],
  [
    "what is wrong is shown while it is typed, and goes when it is mended",
    async () => {
      const editor = await open(FLOW);
      const found = () => vscode.languages.getDiagnostics(editor.document.uri);
      await replace(editor, "-> collect\n", "-> colect\n");
      const [wrong] = await eventually("there is an error", () => (found().length > 0 ? found() : undefined));
      assert.equal(wrong?.severity, vscode.DiagnosticSeverity.Error);
      assert.match(JSON.stringify(wrong?.code), /E0203/);
      await replace(editor, "-> colect\n", "-> collect\n");
      await eventually("the error is gone", () => found().length === 0);
    },
  ],
  [
    "the editor completes and explains",
    async () => {
      const { document } = await open(FLOW);
      const at = positionOf(document, "fill ord");
      await eventually("there is something to complete", async () => (await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", document.uri, at)).items.length > 0, 20_000);
      assert.ok((await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, at)).length > 0);
    },
  ],
  [
    "the editor finds, colours and formats",
    async () => {
      const { document } = await open(FLOW);
      const at = positionOf(document, "fill ord");
      const here = async <T>(command: string, ...more: unknown[]) => vscode.commands.executeCommand<T>(command, document.uri, ...more);
      assert.ok((await here<vscode.Location[]>("vscode.executeDefinitionProvider", at)).length > 0);
      assert.deepEqual((await here<vscode.TextEdit[] | undefined>("vscode.executeFormatDocumentProvider", { tabSize: 2, insertSpaces: true })) ?? [], []);
      assert.ok((await here<vscode.SemanticTokens>("vscode.provideDocumentSemanticTokens")).data.length > 100);
    },
  ],
  [
    "code lenses name commands that are there",
    async () => {
      const { document } = await open(FLOW);
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 50);
      const known = new Set(await vscode.commands.getCommands(true));
      const named = lenses.map((lens) => lens.command?.command).filter((name): name is string => name !== undefined && name !== "");
      assert.ok(named.length > 0);
      assert.deepEqual(named.filter((name) => !known.has(name)), []);
    },
  ],
  [
    "the graph is drawn, and drawn anew after an edit",
    async () => {
      const { server, graph } = await api();
      const editor = await open(FLOW, "state authorise");
      await vscode.commands.executeCommand("flowright.showGraph");
      const flows = () => {
        const told = unlessNone(graph.last);
        return told?.type === "graph" ? told.flows : [];
      };
      const drawn = await eventually("the graph is there", () => flows().find((flow) => flow.name === "change_delivery_date"));
      assert.deepEqual(drawn.nodes.filter((node) => node.kind === "state").map((node) => node.label).sort(), ["authorise", "collect", "locate", "refuse", "update"]);
      assert.ok(drawn.edges.every((edge) => edge.points.length >= 2));
      await replace(editor, "state refuse {", "state turn_down {");
      await replace(editor, "-> refuse", "-> turn_down");
      await eventually("the edit is in the graph", () => flows().some((flow) => flow.nodes.some((node) => node.label === "turn_down")));
      await vscode.commands.executeCommand("undo");
      await vscode.commands.executeCommand("undo");
      await eventually("undone", () => flows().every((flow) => flow.nodes.every((node) => node.label !== "turn_down")));
      const exported = await server.ask<Graph>(method.graph, { textDocument: { uri: editor.document.uri.toString() }, flow: "change_delivery_date" });
      assert.match(exported.svg, /^<svg/);
      assert.match(exported.mermaid, /authorise/);
    },
  ],
  [
    "a conversation goes on over an edit, and becomes a test",
    async () => {
      const { server, talk } = await api();
      const editor = await open(FLOW, "state locate");
      await vscode.commands.executeCommand("flowright.talk");
      const now = (): Conversation | undefined => {
        const told = unlessNone(talk.last);
        return told?.type === "conversation" ? told.conversation : undefined;
      };
      const begun = await eventually("a conversation began", now);
      const ask = (verb: "say" | "answer" | "record", params: object) => server.ask<Conversation>(method.conversation(verb), { id: begun.id, ...params });
      let at = await ask("say", { text: "I need to change the delivery date of order #12345." });
      assert.equal(at.call?.action, "orders.get");
      at = await ask("answer", { key: at.call?.key, value: { due: "2026-06-10", owner: "C-1001" } });
      assert.match(at.lines.at(-1)?.text ?? "", /10/);
      // Not what was said already: a conversation that goes otherwise from its beginning is no test.
      await replace(editor, "Done. The new delivery date", "Done: the new delivery date");
      await eventually("it came over the edit", () => now()?.kept?.kept === true);
      const recorded = (await ask("record", { name: "from a conversation" })) as unknown as { test: string };
      assert.match(recorded.test, /^test "from a conversation"/m);
      await vscode.commands.executeCommand("undo");
    },
  ],
  [
    "the tests are found, run, and cover states",
    async () => {
      const { server, tests } = await api();
      await eventually("tests were found", () => tests.items.size > 0);
      const found = await server.ask<TestInfo[]>(method.tests, {});
      const listed: string[] = [];
      tests.items.forEach((item) => item.children.forEach((child) => listed.push(child.id)));
      assert.deepEqual(listed.sort(), found.map(keyOf).sort());
      const [first] = found;
      assert.ok(first);
      const run = await server.ask<TestsRun>(method.runTests, { project: first.project, ids: found.map((test) => test.id), coverage: true });
      assert.deepEqual(run.results.filter((result) => !result.passed), []);
      assert.ok((run.coverage ?? []).some((covered) => covered.states.some((state) => state.entered > 0)));
      await tests.runOne(first);
    },
  ],
  [
    "a test stops at a breakpoint, shows slots, steps back and goes on to its end",
    async () => {
      const { tests } = await api();
      const { document } = await open(FLOW);
      const line = positionOf(document, "state authorise").line;
      const breakpoint = new vscode.SourceBreakpoint(new vscode.Location(document.uri, new vscode.Position(line, 0)));
      vscode.debug.addBreakpoints([breakpoint]);
      const { events, stop } = watchDebugger();
      const stops = () => events.filter(({ event }) => event === "stopped").length;
      try {
        const test = await eventually("the test is known", () => tests.named(file("tests.flow").toString(), "change a delivery date"));
        void vscode.commands.executeCommand("flowright.debugTest", test.location.uri, test.id);
        await eventually("it stopped", () => stops() >= 1);
        const session = await eventually("there is a session", () => vscode.debug.activeDebugSession);
        const { stackFrames } = await session.customRequest("stackTrace", { threadId: events.find(({ event }) => event === "stopped")?.body?.["threadId"] ?? 1 });
        // At the state, or at the first step in it.
        assert.ok([line + 1, line + 2].includes(stackFrames[0].line), String(stackFrames[0].line));
        const { scopes } = await session.customRequest("scopes", { frameId: stackFrames[0].id });
        const names: string[] = [];
        for (const scope of scopes) {
          const { variables } = await session.customRequest("variables", { variablesReference: scope.variablesReference });
          names.push(...variables.map((variable: { name: string }) => variable.name));
        }
        assert.ok(names.includes("order") && names.includes("new_date"), names.join(" "));
        const before = stops();
        await vscode.commands.executeCommand("workbench.action.debug.stepBack");
        await eventually("it stepped back", () => stops() > before);
        vscode.debug.removeBreakpoints([breakpoint]);
        await vscode.commands.executeCommand("workbench.action.debug.continue");
        await eventually("it ended", () => vscode.debug.activeDebugSession === undefined);
      } finally {
        vscode.debug.removeBreakpoints([breakpoint]);
        stop.dispose();
      }
    },
  ],
  [
    "tasks check, test and look at the form; the problem matcher reads the check",
    async () => {
      const tasks = await vscode.tasks.fetchTasks({ type: "flowright" });
      assert.deepEqual(tasks.map((task) => task.name).sort(), ["check", "fmt --check", "test"]);
      const check = tasks.find((task) => task.name === "check");
      assert.ok(check);
      const ended = new Promise<number | undefined>((resolve) => {
        const watch = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
          if (execution.task.name === "check") {
            watch.dispose();
            resolve(exitCode);
          }
        });
      });
      await vscode.tasks.executeTask(check);
      assert.equal(await ended, 0);
    },
  ],
  [
    "a stop and a start leave everything as it was",
    async () => {
      const { server } = await api();
      await vscode.commands.executeCommand("flowright.restartServer");
      await eventually("it runs", () => server.health.state === "running");
      await eventually("it checked", () => server.checkedProjects.length > 0);
    },
  ],
];
