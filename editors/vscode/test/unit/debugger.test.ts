// The debugger's sessions, with a double of VS Code.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { debugTest, registerDebugger } from "../../src/debug/debugger";
import type { TestInfo } from "../../src/protocol";
import { fakeServer } from "./double/server";
import { Uri, events, given, reset, seen, type DebugAdapterExecutable } from "./double/vscode";

const greets: TestInfo = { id: "bot.flow#greets", name: "greets", project: "file:///w/bot", location: { uri: "file:///w/bot/bot.flow", range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } } } };

beforeEach(reset);

test("the adapter runs in the workspace's folder: a relative project is meant from there", () => {
  registerDebugger(fakeServer().server);
  const made = (uri: string | undefined) => {
    const folder = uri === undefined ? undefined : { uri: Uri.parse(uri) };
    return seen.adapters[0]?.createDebugAdapterDescriptor({ workspaceFolder: folder }) as DebugAdapterExecutable;
  };
  assert.deepEqual(made("file:///w/my%20bots").options, { cwd: "/w/my bots" });
  assert.deepEqual(made(undefined).options, {});
  assert.deepEqual(made("vscode-vfs://github/w").options, {});
  assert.deepEqual(made(undefined).args, ["dap"]);
});

test("debugging a test ends with its own session, and leaves nobody listening", async () => {
  const started: Record<string, unknown>[] = [];
  given.startDebugging = async (configuration) => started.push(configuration) > 0;
  let isOver = false;
  const playing = debugTest(greets).then(() => {
    isOver = true;
  });
  const settled = () => new Promise((later) => setImmediate(later));
  await settled();
  const [configuration] = started;
  assert.ok(configuration);
  // Somebody debugs the same test beside it.
  events.debugEnded.fire({ configuration: { ...configuration, run: "another" } });
  await settled();
  assert.equal(isOver, false);
  events.debugEnded.fire({ configuration });
  await playing;
  assert.equal(events.debugEnded.listeners.size, 0);
});

test("a session that does not begin leaves nobody listening either", async () => {
  given.startDebugging = async () => false;
  assert.equal(await debugTest(greets), false);
  given.startDebugging = async () => Promise.reject(new Error("no"));
  await assert.rejects(debugTest(greets), /no/);
  assert.equal(events.debugEnded.listeners.size, 0);
});
