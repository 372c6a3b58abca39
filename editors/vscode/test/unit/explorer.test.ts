// The Test Explorer and the commands, with a double of VS Code and a server that answers what it is told to.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { registerCommands, type Parts } from "../../src/commands";
import { projectOf } from "../../src/places";
import type { Checked, TestInfo } from "../../src/protocol";
import { Tests } from "../../src/testing/controller";
import { editor, reset, seen, window, type Controller } from "./double/vscode";
import { fakeServer, type FakeServer } from "./double/server";

const info = (project: string, name: string): TestInfo => ({
  id: `bot.flow#${name}`,
  name,
  project,
  location: { uri: `${project}/bot.flow`, range: { start: { line: 3, character: 0 }, end: { line: 5, character: 1 } } },
});
const both = [info("file:///a", "greets"), info("file:///a", "pays"), info("file:///b", "greets")];

let server: FakeServer;
let tests: Tests;

beforeEach(async () => {
  reset();
  server = fakeServer();
  server.answers["flowright/tests"] = () => both;
  server.answers["flowright/tests/run"] = ({ ids, project }: { ids: string[]; project: string }) => ({ results: ids.map((id) => ({ id, project, passed: true, ms: 1 })) });
  tests = new Tests(server.server, async () => true, () => undefined);
  await tests.discover();
});

const controller = (): Controller => seen.controllers[0] as Controller;
/** Runs everything, as the button of the Test Explorer does. */
async function runAll(before: (run: Controller["runs"][number]) => void = () => undefined): Promise<string[]> {
  const create = controller().createTestRun;
  controller().createTestRun = function () {
    const made = create.call(this);
    before(made);
    return made;
  };
  await controller().profiles[0]?.({ include: undefined, exclude: undefined });
  const run = controller().runs.at(-1);
  assert.equal(run?.isEnded, true);
  return run?.outcomes ?? [];
}

test("tests of two projects with one id are two items, and each project is asked for its own", async () => {
  assert.deepEqual(await runAll(), ["greets passed", "pays passed", "greets passed"]);
  assert.deepEqual(server.asked("flowright/tests/run"), [
    { project: "file:///a", ids: ["bot.flow#greets", "bot.flow#pays"], coverage: false },
    { project: "file:///b", ids: ["bot.flow#greets"], coverage: false },
  ]);
});

test("what one project refuses is no other project's trouble", async () => {
  server.answers["flowright/tests/run"] = ({ ids, project }: { ids: string[]; project: string }) => {
    if (project === "file:///a") {
      throw new Error("it has errors");
    }
    return { results: ids.map((id) => ({ id, project, passed: true, ms: 1 })) };
  };
  assert.deepEqual(await runAll(), ["greets errored: it has errors", "pays errored: it has errors", "greets passed"]);
});

test("a run that is stopped skips what had not run, and asks for no more", async () => {
  const stop = (run: Controller["runs"][number]) => {
    server.answers["flowright/tests/run"] = (_params, token) => {
      assert.equal(token, run.token);
      run.token.isCancellationRequested = true;
      throw new Error("cancelled");
    };
  };
  assert.deepEqual(await runAll(stop), ["greets skipped", "pays skipped", "greets skipped"]);
  assert.equal(server.asked("flowright/tests/run").length, 1);
});

test("a project that is closed takes its tests along", async () => {
  server.answers["flowright/tests"] = () => both.slice(0, 2);
  server.close("file:///b");
  await new Promise((later) => setTimeout(later, 300));
  assert.deepEqual([tests.items.get("file:///a/bot.flow")?.children.size, tests.items.get("file:///b/bot.flow")], [2, undefined]);
});

test("a lens's test is found by its file and id, however the file's address is written", () => {
  assert.equal(tests.withId("file:///b/bot.flow", "bot.flow#greets")?.project, "file:///b");
  assert.equal(tests.withId("file:///b/bot.flow", "bot.flow#pays"), undefined);
  assert.equal(tests.named("file:///a/%62ot.flow", "pays")?.project, "file:///a");
});

test("a project holds a file on Windows, where the server writes addresses otherwise", () => {
  const project = (address: string) => ({ project: address }) as Checked;
  assert.equal(projectOf("file:///c%3A/w/bot/a.flow", [project("file:///C:/w"), project("file:///C:/w/bot/")]), "file:///c%3A/w/bot");
  assert.equal(projectOf("file:///c%3A/w/bots/a.flow", [project("file:///C:/w/bot")]), undefined);
});

const TEXT = 'flow hello {\n  state s { }\n}\ntest "greets" {\n  user "hi"\n}\ntest "pays" {\n}\n';

/** The commands, and what they came to. */
function commands() {
  const shown: unknown[][] = [];
  const show = (...args: { toString(): string }[]) => shown.push(args.map((arg) => arg?.toString()));
  registerCommands({ server: server.server, tests, graph: { show }, talk: { start: show } } as unknown as Parts);
  return { shown, run: (name: string, ...args: unknown[]) => seen.commands.get(`flowright.${name}`)?.(...args) };
}

test("a button of an editor's title means the flow at the cursor of that editor", async () => {
  const [here, beside] = [editor("file:///a/bot.flow", TEXT, 1), editor("file:///b/bot.flow", TEXT.replaceAll("hello", "other"), 1)];
  Object.assign(window, { activeTextEditor: here, visibleTextEditors: [here, beside] });
  const { shown, run } = commands();
  for (const command of ["showGraph", "talk"]) {
    await run(command, here.document.uri, { groupId: 0 });
    await run(command, beside.document.uri, { groupId: 1 });
    await run(command, "file:///c/bot.flow", "third");
    assert.deepEqual(shown.splice(0), [["file:///a/bot.flow", "hello"], ["file:///b/bot.flow", "other"], ["file:///c/bot.flow", "third"]], command);
  }
  assert.deepEqual(seen.errors, []);
});

test("a test's command takes what a lens gives, else the test at the cursor", async () => {
  const here = editor("file:///a/bot.flow", TEXT, 6);
  Object.assign(window, { activeTextEditor: here, visibleTextEditors: [here] });
  const { run } = commands();
  await run("runTest", "file:///b/bot.flow", "bot.flow#greets");
  await run("runTest", here.document.uri, { groupId: 0 });
  await run("runTest");
  assert.deepEqual(server.asked("flowright/tests/run").map((asked) => [asked["project"], asked["ids"]]), [["file:///b", ["bot.flow#greets"]], ["file:///a", ["bot.flow#pays"]], ["file:///a", ["bot.flow#pays"]]]);
  await run("runTest", "file:///b/bot.flow", "bot.flow#gone");
  assert.match(seen.errors.join(), /no such test/);
});
