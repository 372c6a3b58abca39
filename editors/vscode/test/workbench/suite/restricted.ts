// A workspace that is not trusted: it is shown and checked, and nothing of it is run.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as vscode from "vscode";
import { api, eventually, file, open, type Case } from "./harness";

export const restricted: readonly Case[] = [
  [
    "the server that the workspace names is not started",
    async () => {
      assert.equal(vscode.workspace.isTrusted, false);
      const { server } = await api();
      await open("change_delivery_date.flow");
      await eventually("it is known which server there is", () => server.health.state === "missing" || server.health.state === "running");
      assert.equal(existsSync(file("STARTED").fsPath), false);
      assert.notEqual(server.path, file("evil.sh").fsPath);
    },
  ],
  [
    "files are checked by the bundled server",
    async () => {
      const { server } = await api();
      await eventually("the bundled server runs", () => server.health.state === "running");
      await eventually("the project was checked", () => server.checkedProjects.length > 0);
    },
  ],
  [
    // For tasks and the debugger VS Code itself asks for trust, in a dialog that tests cannot show.
    "no conversation, no test",
    async () => {
      const { talk, tests } = await api();
      await vscode.commands.executeCommand("flowright.talk", file("change_delivery_date.flow").toString(), "change_delivery_date").then(undefined, () => undefined);
      assert.equal(talk.last, undefined);
      await tests.discover();
      assert.equal(tests.items.size, 0);
    },
  ],
];
