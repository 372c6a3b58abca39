// The grammar on every flow of the repository: declarations are found, and no string runs on.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { OnigScanner, OnigString, loadWASM } from "vscode-oniguruma";
import { INITIAL, Registry, parseRawGrammar, type IGrammar } from "vscode-textmate";

const root = join(__dirname, "../..");
const repository = join(root, "../..");
let grammar: IGrammar;

before(async () => {
  await loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer as ArrayBuffer);
  const path = join(root, "syntaxes/flow.tmLanguage.json");
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner: (patterns) => new OnigScanner(patterns), createOnigString: (text) => new OnigString(text) }),
    loadGrammar: async () => parseRawGrammar(readFileSync(path, "utf8"), path),
  });
  const loaded = await registry.loadGrammar("source.flowright");
  assert.ok(loaded);
  grammar = loaded;
});

function files(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".flow")).map((name) => join(repository, folder, name));
}

/** Words in the first column with their scopes. */
function firstColumn(text: string): { line: number; word: string; scopes: string[] }[] {
  let state = INITIAL;
  return text.split("\n").flatMap((line, i) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    const word = /^[a-z]+/.exec(line)?.[0];
    return word === undefined || tokens[0] === undefined ? [] : [{ line: i + 1, word, scopes: tokens[0].scopes }];
  });
}

test("each declaration of the repository's flows begins as one", () => {
  const all = [...files("flows"), ...files("stdlib")];
  assert.ok(all.length > 15);
  for (const file of all) {
    for (const { line, word, scopes } of firstColumn(readFileSync(file, "utf8"))) {
      assert.ok(scopes.includes("storage.type.flowright") || scopes.includes("keyword.other.flowright"), `${file}:${line} ${word}: ${scopes}`);
    }
  }
});

test("a text that is not closed does not colour the next declaration", () => {
  const found = firstColumn('flow a {\n  state s { say "open {x\n\nflow b {\n}\ntest "t" {\n  user "open\n}\nslot x: text');
  assert.deepEqual(found.map(({ word, scopes }) => [word, scopes.includes("storage.type.flowright")]), [["flow", true], ["flow", true], ["test", true], ["slot", true]]);
});

test("a pattern ends with its line, also behind a backslash", () => {
  const found = firstColumn('entity a: text { pattern r"x\\\nflow b {\n}\ntest "t" {');
  assert.deepEqual(found.map(({ word, scopes }) => [word, scopes.includes("storage.type.flowright")]), [["entity", true], ["flow", true], ["test", true]]);
});

test("a line of a megabyte is read in time", () => {
  const started = Date.now();
  grammar.tokenizeLine(`  say "${"{a} x ".repeat(30_000)}"`, INITIAL, 5_000);
  assert.ok(Date.now() - started < 10_000);
});
