// A server that dies, is too old, or is not there.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, eventually, open, replace, type Case } from "./harness";

/** The waits grow; that it is given up at last is the unit test's. */
const ENDS = 2;

export const failures: readonly Case[] = [
  [
    "a server that dies is started again, and the command starts it anew",
    async () => {
      const { server } = await api();
      await eventually("the server runs", () => server.health.state === "running");
      const editor = await open("bot.flow");
      for (let end = 1; end <= ENDS; end++) {
        await replace(editor, "///", `/// die now ${end}\n///`);
        await eventually(`the server ended ${end} times`, () => server.health.state === "restarting");
        await eventually("it runs again", () => server.health.state === "running", 30_000);
      }
      await vscode.commands.executeCommand("flowright.restartServer");
      await eventually("it runs after the command", () => server.health.state === "running");
    },
  ],
];

export const missing: readonly Case[] = [
  [
    "a path that leads nowhere is said, and commands say so too",
    async () => {
      const { server, graph } = await api();
      const health = await eventually("it is missing", () => (server.health.state === "missing" ? server.health : undefined));
      assert.match(health.why, /no such file/);
      assert.equal(server.path, undefined);
      await open("change_delivery_date.flow");
      await vscode.commands.executeCommand("flowright.showGraph");
      await eventually("the graph says why there is none", () => graph.last?.type === "none");
    },
  ],
];

export const old: readonly Case[] = [
  [
    "a server that is too old is not started",
    async () => {
      const { server } = await api();
      const health = await eventually("it is missing", () => (server.health.state === "missing" ? server.health : undefined));
      assert.match(health.why, /0\.0\.1.*needs/);
    },
  ],
];
