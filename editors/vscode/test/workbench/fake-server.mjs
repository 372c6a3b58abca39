#!/usr/bin/env node
// A language server for what the real one does not do on demand: it dies as often as it is told to,
// or is too old. Its answers are the smallest that the protocol allows.
import { appendFileSync } from "node:fs";
import { StreamMessageReader, StreamMessageWriter, createMessageConnection } from "vscode-jsonrpc/node";

const [command] = process.argv.slice(2);
const note = (line) => process.env.FAKE_LOG && appendFileSync(process.env.FAKE_LOG, `${line}\n`);
if (command === "--version") {
  console.log(`flowright ${process.env.FAKE_VERSION ?? "9.9.9"}`);
  process.exit(0);
}
if (command !== "lsp" || process.argv.includes("--help")) {
  process.exit(command === "lsp" ? 0 : 2);
}
note("start");
const connection = createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));
connection.onRequest("initialize", () => ({ capabilities: { textDocumentSync: 1 }, serverInfo: { name: "flowright", version: "9.9.9" } }));
connection.onRequest("flowright/status", () => ({ version: "9.9.9", projects: [], conversations: 0 }));
connection.onRequest("flowright/tests", () => []);
connection.onRequest("shutdown", () => null);
connection.onNotification("exit", () => process.exit(0));
connection.onNotification("textDocument/didChange", ({ contentChanges }) => {
  if (contentChanges.some(({ text }) => text.includes("die now"))) {
    process.exit(3);
  }
});
connection.listen();
