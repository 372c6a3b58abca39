// The server's start, stop and start again, with a double of VS Code and of the client.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, mock, test } from "node:test";
import type * as vscode from "vscode";
import { within } from "../../src/server/patience";
import { Server } from "../../src/server/server";
import * as client from "./double/client";
import { given, reset, seen } from "./double/vscode";

/** A binary that says its version; what it would serve is the client's double. */
const folder = mkdtempSync(join(tmpdir(), "flowright-"));
const binary = join(folder, "flowright");
writeFileSync(binary, "#!/bin/sh\necho flowright 9.9.9\n");
chmodSync(binary, 0o755);

const log = { info() {}, warn() {}, error() {}, debug() {}, show() {} } as unknown as vscode.LogOutputChannel;
const server = () => new Server({ extensionPath: folder } as vscode.ExtensionContext, log);
const project = (address: string, errors: number) => ({ project: address, revision: 1, errors, warnings: 0, files: 1 });

beforeEach(() => {
  reset();
  given.settings["flowright.server.path"] = binary;
  client.given.start = async () => undefined;
  client.made.length = 0;
});

/** Until the next client was made. */
async function clients(count: number): Promise<void> {
  while (client.made.length < count) {
    await new Promise((later) => setImmediate(later));
  }
}

test("a setting that is no text is none", async () => {
  given.settings["flowright.server.path"] = 7;
  process.env["PATH"] = `${folder}:${process.env["PATH"]}`;
  const one = server();
  await one.start();
  assert.equal(one.health.state, "running");
});

test("a start that fails is told, and the next one is carried out", async () => {
  client.given.start = async () => Promise.reject(new Error("no room"));
  const one = server();
  await one.start();
  assert.deepEqual(one.health, { state: "stopped", why: "no room" });
  assert.match(seen.errors.join(), /no room/);
  client.given.start = async () => undefined;
  await one.restart();
  assert.equal(one.health.state, "running");
});

test("a server that does not answer is ended and said, and the next one starts", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    client.given.start = () => new Promise(() => undefined);
    const one = server();
    const started = one.start();
    const again = one.restart();
    await clients(1);
    client.given.start = async () => undefined;
    await new Promise((later) => setImmediate(later));
    mock.timers.tick(20_000);
    await started;
    assert.equal(client.made[0]?.isKilled, true);
    assert.match(seen.errors.join(), /did not answer within 20 s/);
    await again;
    assert.equal(one.health.state, "running");
    assert.equal(client.made.length, 2);
  } finally {
    mock.timers.reset();
  }
});

test("a project that is closed is forgotten with its errors", async () => {
  const one = server();
  await one.start();
  const closed: string[] = [];
  one.onClosed((address) => closed.push(address));
  client.made[0]?.notify("flowright/checked", project("file:///w/a", 2));
  client.made[0]?.notify("flowright/checked", project("file:///w/b", 1));
  client.made[0]?.notify("flowright/closed", { project: "file:///w/a" });
  assert.deepEqual(one.health.state === "running" ? one.health.projects.map((left) => left.project) : [], ["file:///w/b"]);
  assert.deepEqual(closed, ["file:///w/a"]);
});

test("what a server says while it is ended is not of the next one", async () => {
  const one = server();
  await one.start();
  await one.restart();
  client.made[0]?.notify("flowright/checked", project("file:///w/a", 2));
  assert.deepEqual(one.checkedProjects, []);
});

test("what takes too long fails with what is said of it; what does not is as it is", async () => {
  assert.equal(await within(10_000, Promise.resolve(7), () => "late"), 7);
  await assert.rejects(within(10_000, Promise.reject(new Error("own")), () => "late"), /own/);
  await assert.rejects(within(1, new Promise(() => undefined), () => "late"), /late/);
});
