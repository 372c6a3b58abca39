// The graph's panel: which file's flows it shows while the cursor goes about.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type * as vscode from "vscode";
import { GraphPanel } from "../../src/graph/panel";
import { asKept } from "../../src/kept";
import { RUNNING, fakeServer, type FakeServer } from "./double/server";
import { Panel, Uri, editor, events, given, reset, seen, window } from "./double/vscode";

/** The flows by file; one that is not there is refused. */
let flows: Record<string, string[]>;
let server: FakeServer;
let graph: GraphPanel;

const settled = () => new Promise((later) => setImmediate(later));
const told = () => seen.panels[0]?.told ?? [];
const drawn = () => told().findLast((one) => one.type === "graph")?.["flows"] as { name: string; nodes: { location: { uri: string } }[] }[] | undefined;
const asked = () => server.asked("flowright/graph").map((params) => (params["textDocument"] as { uri: string }).uri);

async function goTo(uri: string, line = 0): Promise<void> {
  const there = editor(uri, "", line);
  window.activeTextEditor = there;
  events.editor.fire(there);
  await settled();
}

beforeEach(async () => {
  reset();
  flows = { "file:///w/a.flow": ["first"], "file:///w/b.flow": ["second"], "file:///w/tests.flow": [] };
  server = fakeServer();
  server.answers["flowright/graph"] = ({ textDocument: { uri } }: { textDocument: { uri: string } }) => {
    const names = flows[uri];
    if (names === undefined) {
      throw new Error("there is no graph until they are mended");
    }
    const node = { location: { uri: uri.replace("c%3A", "C:"), range: {} } };
    return { flows: names.map((name) => ({ name, nodes: [node], edges: [] })) };
  };
  graph = new GraphPanel(Uri.parse("file:///ext") as unknown as vscode.Uri, server.server);
  await goTo("file:///w/a.flow");
  await graph.show(Uri.parse("file:///w/a.flow") as unknown as vscode.Uri, undefined);
  await seen.panels[0]?.say({ type: "ready" });
  await settled();
});

test("in another file with flows they are drawn", async () => {
  await goTo("file:///w/b.flow");
  assert.equal(drawn()?.[0]?.name, "second");
});

test("in a file without a flow the drawing stays, and that is said", async () => {
  await goTo("file:///w/tests.flow");
  assert.equal(drawn()?.[0]?.name, "first");
  assert.deepEqual(told().at(-1), { type: "notice", text: "This file has no flow. The graph is that of a.flow." });
  // It is asked about once, not at every move of the cursor.
  const before = asked().length;
  await goTo("file:///w/tests.flow", 5);
  assert.equal(asked().length, before);
  await goTo("file:///w/a.flow");
  assert.equal(told().at(-1)?.type, "cursor");
});

test("after a check the drawing is made anew, and a flow that was written meanwhile is found", async () => {
  await goTo("file:///w/tests.flow");
  flows["file:///w/a.flow"] = ["renamed"];
  server.check();
  await settled();
  assert.equal(drawn()?.[0]?.name, "renamed");
  assert.equal(told().at(-1)?.type, "notice");
  flows["file:///w/tests.flow"] = ["new"];
  server.check();
  await settled();
  assert.equal(drawn()?.[0]?.name, "new");
});

test("what the server refuses of another file does not take the drawing away", async () => {
  await goTo("file:///w/broken.flow");
  assert.deepEqual(told().at(-1), { type: "notice", text: "there is no graph until they are mended. The graph is that of a.flow." });
});

test("what is shown beside a change is not followed", async () => {
  const before = asked().length;
  await goTo("git:/w/b.flow");
  await goTo("output:flowright");
  assert.equal(asked().length, before);
});

test("the graph of a file without a flow, asked for, says that there is none", async () => {
  await graph.show(Uri.parse("file:///w/tests.flow") as unknown as vscode.Uri, undefined);
  assert.ok(told().some((one) => one.type === "none" && one["why"] === "This file has no flow."));
});

test("places are written as VS Code writes the cursor's", async () => {
  flows["file:///c%3A/w/a.flow"] = ["third"];
  await goTo("file:///c%3A/w/a.flow");
  assert.equal(drawn()?.[0]?.nodes[0]?.location.uri, "file:///c%3A/w/a.flow");
});

test("a panel of before the window was loaded anew is filled, and draws once there is trust and a server", async () => {
  seen.panels[0]?.dispose();
  given.trusted = false;
  server.set({ state: "starting" });
  const panel = new Panel();
  await seen.serializers.get("flowright.graph")?.deserializeWebviewPanel(panel, { document: "file:///w/b.flow", flow: "second" });
  assert.equal(panel.webview.options["enableScripts"], true);
  assert.match(panel.webview.html, /graph\.js/);
  window.activeTextEditor = undefined;
  const before = asked().length;
  await panel.say({ type: "ready" });
  assert.match(String(panel.told.at(-1)?.["why"]), /comes back when/);
  server.set(RUNNING);
  await settled();
  assert.equal(asked().length, before);
  given.trusted = true;
  server.set(RUNNING);
  await settled();
  assert.equal(panel.told.at(-1)?.["flow"], "second");
  assert.equal(panel.told.at(-1)?.["document"], "file:///w/b.flow");
});

test("a panel that kept nothing, or that is there already, does not come back", async () => {
  const restore = async (state: unknown) => {
    const panel = new Panel();
    await seen.serializers.get("flowright.graph")?.deserializeWebviewPanel(panel, state);
    return panel.isDisposed;
  };
  assert.equal(await restore({ document: "file:///w/b.flow" }), true);
  seen.panels[0]?.dispose();
  assert.equal(await restore(undefined), true);
  assert.equal(await restore({ document: "file:///w/b.flow" }), false);
});

test("what was kept is looked at before it is believed", () => {
  assert.deepEqual(asKept({ document: "file:///a.flow", flow: "f", more: 1 }), { document: "file:///a.flow", flow: "f" });
  assert.deepEqual(asKept({ document: "file:///a.flow", flow: 7 }), { document: "file:///a.flow" });
  for (const state of [undefined, null, "file:///a.flow", { flow: "f" }, { document: 7 }]) {
    assert.equal(asKept(state), undefined);
  }
});
