// The conversation's panel: what its page is told, also when something is refused or comes late.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type * as vscode from "vscode";
import type { Conversation } from "../../src/protocol";
import { TalkPanel } from "../../src/talk/panel";
import { RUNNING, fakeServer, type FakeServer } from "./double/server";
import { Panel, Uri, given, reset, seen } from "./double/vscode";

const uri = (text: string) => Uri.parse(text) as unknown as vscode.Uri;
const FILE = "file:///w/bot.flow";

let server: FakeServer;
let talk: TalkPanel;
let started: number;

const request = (verb: string) => `flowright/conversation/${verb}`;
const conversation = (id: string, revision = 0) => ({ id, revision, lines: [], status: "bot" }) as unknown as Conversation;
const panel = () => seen.panels[0];
const told = () => panel()?.told ?? [];
/** What the page was told last: which conversation, or why not. */
const last = () => {
  const one = told().at(-1);
  return one?.type === "conversation" ? (one["conversation"] as Conversation) : one;
};
const refuse = (why: string) => () => {
  throw new Error(why);
};

beforeEach(() => {
  reset();
  started = 0;
  server = fakeServer();
  server.answers[request("start")] = () => conversation(`c${++started}`);
  server.answers[request("stop")] = () => null;
  server.answers[request("say")] = ({ id }: { id: string }) => conversation(id, 1);
  server.answers[request("restart")] = ({ id }: { id: string }) => conversation(id, 2);
  talk = new TalkPanel(uri("file:///ext"), server.server);
});

test("a conversation begins as the settings say, and now where they say nothing", async () => {
  Object.assign(given.settings, { "flowright.conversation.channel": "mail", "flowright.conversation.at": "2026-06-01T09:30" });
  await talk.start(uri(FILE), "hello");
  delete given.settings["flowright.conversation.at"];
  const before = new Date();
  await talk.start(uri(FILE), undefined);
  const [first, second] = server.asked(request("start"));
  assert.deepEqual(first, { textDocument: { uri: FILE }, flow: "hello", channel: "mail", at: "2026-06-01T09:30" });
  assert.match(String(second?.["at"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d$/);
  assert.ok(Math.abs(new Date(String(second?.["at"])).getTime() - before.getTime()) < 120_000);
  assert.deepEqual(server.asked(request("stop")), [{ id: "c1" }]);
});

test("what the page asks for without a conversation is answered", async () => {
  await talk.start(uri(FILE), "hello");
  server.set({ state: "restarting", inMs: 250 });
  assert.deepEqual(last(), { type: "none", why: "The server ended, and the conversation with it. Restart begins it anew." });
  for (const message of [{ type: "set", language: "en" }, { type: "say", text: "hi" }, { type: "record" }]) {
    const count = told().length;
    await panel()?.say(message);
    assert.equal(told().length, count + 1, message.type);
    assert.equal(told().at(-1)?.type, "failed", message.type);
  }
  server.set(RUNNING);
  await panel()?.say({ type: "restart" });
  assert.deepEqual(last(), conversation("c2"));
});

test("a page that is made anew is told what it shows, then what was said of it", async () => {
  await talk.start(uri(FILE), "hello");
  await panel()?.say({ type: "ready" });
  assert.deepEqual(told().map((one) => one.type), ["begins", "conversation", "begins", "conversation"]);
  server.answers[request("say")] = refuse("it is too long");
  await panel()?.say({ type: "say", text: "hi" });
  told().length = 0;
  await panel()?.say({ type: "ready" });
  assert.deepEqual(told().map((one) => one.type), ["begins", "conversation", "failed"]);
});

test("a conversation that went on while its test's name was asked for is shown as it is", async () => {
  await talk.start(uri(FILE), "hello");
  given.input = async () => {
    await panel()?.say({ type: "say", text: "hi" });
    return undefined;
  };
  await panel()?.say({ type: "record" });
  assert.deepEqual(last(), conversation("c1", 1));
});

test("a conversation that the server let go is begun anew", async () => {
  await talk.start(uri(FILE), "hello");
  await panel()?.say({ type: "restart" });
  assert.deepEqual(last(), conversation("c1", 2));
  server.answers[request("restart")] = refuse("there is no conversation c1");
  await panel()?.say({ type: "restart" });
  assert.deepEqual(last(), conversation("c2"));
  assert.deepEqual(server.asked(request("stop")), [{ id: "c1" }]);
});

test("one that cannot begin anew either stays", async () => {
  await talk.start(uri(FILE), "hello");
  server.answers[request("restart")] = refuse("the project has errors");
  server.answers[request("start")] = refuse("the project has errors");
  await panel()?.say({ type: "restart" });
  assert.deepEqual(last(), { type: "failed", why: "the project has errors" });
  await panel()?.say({ type: "say", text: "hi" });
  assert.deepEqual(last(), conversation("c1", 1));
});

test("an answer of a conversation that is no longer shown is not shown", async () => {
  await talk.start(uri(FILE), "hello");
  let answer: (value: unknown) => void = () => undefined;
  server.answers[request("say")] = () => new Promise((resolve) => (answer = resolve));
  const saying = panel()?.say({ type: "say", text: "hi" });
  await talk.start(uri(FILE), "other");
  answer(conversation("c1", 1));
  await saying;
  assert.deepEqual(last(), conversation("c2"));
});

test("a conversation of before the window was loaded anew begins anew, once there is trust and a server", async () => {
  given.trusted = false;
  const restored = new Panel();
  await seen.serializers.get("flowright.talk")?.deserializeWebviewPanel(restored, { document: FILE, flow: "hello" });
  assert.equal(restored.webview.options["enableScripts"], true);
  await restored.say({ type: "restart" });
  assert.match(String(restored.told.at(-1)?.["why"]), /begins anew when this workspace is trusted/);
  assert.equal(started, 0);
  given.trusted = true;
  server.set({ state: "starting" });
  server.set(RUNNING);
  await new Promise((later) => setImmediate(later));
  assert.equal(server.asked(request("start"))[0]?.["flow"], "hello");
  assert.deepEqual(restored.told.slice(-3).map((one) => one.type), ["begins", "conversation", "notice"]);
  assert.deepEqual(restored.told.at(-3)?.["kept"], { document: FILE, flow: "hello" });
  assert.equal(restored.title, "Conversation: hello");
});

test("what somebody begins meanwhile is not replaced by what comes back", async () => {
  server.set({ state: "starting" });
  const restored = new Panel();
  await seen.serializers.get("flowright.talk")?.deserializeWebviewPanel(restored, { document: FILE, flow: "hello" });
  await talk.start(uri(FILE), "other");
  server.set(RUNNING);
  await new Promise((later) => setImmediate(later));
  assert.deepEqual(server.asked(request("start")).map((asked) => asked["flow"]), ["other"]);
});
