import assert from "node:assert/strict";
import { test } from "node:test";
import { forServer, forTest, offered, unfit } from "../../src/debug/configurations";
import { projectDirectories, taskArguments, taskName } from "../../src/task-model";
import { byFile, byProject, keyOf, statements, transcript } from "../../src/testing/results";

const at = (line: number, character = 0, endLine = line) => ({ uri: "file:///a.flow", range: { start: { line, character }, end: { line: endLine, character: 50 } } });
const info = (id: string, uri = "file:///p/a.flow") => ({ id, name: id, location: { ...at(1), uri }, project: "file:///p" });

test("tests are listed by file, in the server's order", () => {
  const files = byFile([info("b"), info("x", "file:///p/b.flow"), info("a")]);
  assert.deepEqual([...files.keys()], ["file:///p/a.flow", "file:///p/b.flow"]);
  assert.deepEqual(files.get("file:///p/a.flow")?.map((one) => one.id), ["b", "a"]);
});

test("tests of two projects are two, also by the same id, and each project is asked for its own", () => {
  const [a, b] = [info("bot.flow#greets"), { ...info("bot.flow#greets"), project: "file:///q" }];
  assert.notEqual(keyOf(a), keyOf(b));
  assert.doesNotMatch(keyOf(a), /\0/); // VS Code takes none with it.
  const groups = byProject([{ test: a }, { test: b }, { test: info("x") }]);
  assert.deepEqual([...groups].map(([project, meant]) => [project, meant.map(({ test }) => test.id)]), [["file:///p", ["bot.flow#greets", "x"]], ["file:///q", ["bot.flow#greets"]]]);
});

test("a failed test shows its conversation and why", () => {
  const text = transcript({ id: "1", project: "file:///p", passed: false, ms: 3.4, message: "the bot said something else", lines: [{ who: "user", text: "hi" }, { who: "bot", text: "Hello.\nYou." }] }, "greets");
  assert.equal(text, "FAILED  greets (3 ms)\r\n    user  hi\r\n    bot   Hello.\r\n          You.\r\n    the bot said something else\r\n");
});

test("ways out of a state are the branches of its statement", () => {
  const found = statements({
    uri: "file:///a.flow",
    states: [{ name: "b", location: at(10, 2, 12), entered: 0 }, { name: "a", location: at(3, 2, 8), entered: 2 }],
    ways: [{ location: at(5, 4), taken: 1 }, { location: at(11, 4), taken: 0 }, { location: at(1), taken: 1 }],
  });
  assert.deepEqual(found.map((one) => [one.name, one.executed, one.branches.map((branch) => branch.executed)]), [["a", 2, [1]], ["b", 0, [0]]]);
});

test("where nobody wrote a launch.json, flows, tests and a server are offered", () => {
  const configurations = offered(["change"], [info("greets")], "/p", () => "/p");
  assert.deepEqual(configurations.map((one) => one.name), ["Flow: change", "Test: greets", "Attach to a running server"]);
  for (const one of configurations) {
    assert.equal(unfit({ ...one }), undefined);
  }
});

test("a configuration that says too little or too much is not started", () => {
  assert.match(unfit({ ...forTest("greets", "") }) ?? "", /no project/);
  assert.match(unfit({ ...forTest("greets", "/p"), flow: "f" }) ?? "", /one or the other/);
  assert.match(unfit({ ...forServer("/p"), server: undefined }) ?? "", /no server/);
});

test("projects are the outermost folders with flows", () => {
  assert.deepEqual(projectDirectories(["bots/a/x.flow", "bots/a/sub/y.flow", "bots/b/z.flow"]), ["bots/a", "bots/b"]);
  assert.deepEqual(projectDirectories(["x.flow", "sub/y.flow"]), ["."]);
  assert.deepEqual(projectDirectories([]), []);
});

test("tasks run what they are called", () => {
  assert.deepEqual(taskArguments("check", "bots/a"), ["check", "--format", "short", "bots/a"]);
  assert.deepEqual(taskArguments("fmt", "."), ["fmt", "--check", "."]);
  assert.equal(taskName("fmt", "."), "fmt --check");
  assert.equal(taskName("test", "bots/a"), "test bots/a");
});
