// The manifest keeps what it promises: settings, commands, restricted mode, problem matcher.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(__dirname, "../..");
const read = (name: string) => JSON.parse(readFileSync(join(root, name), "utf8"));
const manifest = read("package.json");
const { contributes } = manifest;

test("there are few settings, each with an explanation", () => {
  const settings = Object.entries<{ description?: string; markdownDescription?: string }>(contributes.configuration.properties);
  assert.ok(settings.length <= 15);
  for (const [name, setting] of settings) {
    assert.ok(setting.description ?? setting.markdownDescription, name);
  }
});

test("the guide names every setting", () => {
  const guide = readFileSync(join(root, "../../docs/editor.md"), "utf8");
  for (const name of Object.keys(contributes.configuration.properties)) {
    assert.ok(guide.includes(`\`${name}\``), name);
  }
});

test("a workspace that is not trusted names no server and runs nothing", () => {
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, "limited");
  assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, ["flowright.server.path"]);
  for (const command of contributes.commands) {
    if (/talk|runTest|debug|newProject/.test(command.command)) {
      assert.equal(command.enablement, "isWorkspaceTrusted", command.command);
    }
  }
});

test("every command is registered, and the code lenses' are there", () => {
  const source = readFileSync(join(root, "src/commands.ts"), "utf8");
  const names = contributes.commands.map(({ command }: { command: string }) => command.replace("flowright.", ""));
  for (const name of [...names, "showReferences", "runTest", "debugTest", "talk", "showGraph"]) {
    assert.ok(source.includes(`command("${name}"`), name);
  }
});

test("the extension is there when VS Code brings a panel back", () => {
  for (const folder of ["graph", "talk"]) {
    const [, type] = /viewType: "([\w.]+)"/.exec(readFileSync(join(root, `src/${folder}/panel.ts`), "utf8")) ?? [];
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${type}`), folder);
  }
});

test("the files that the manifest names are there", () => {
  const files = [manifest.icon, ...contributes.grammars.map((one: { path: string }) => one.path), ...contributes.snippets.map((one: { path: string }) => one.path)];
  files.push(contributes.languages[0].configuration, ...Object.values<string>(contributes.languages[0].icon));
  files.push(...contributes.walkthroughs[0].steps.map((step: { media: { markdown: string } }) => step.media.markdown));
  for (const file of files) {
    assert.ok(existsSync(join(root, file)), file);
  }
});

test("the problem matcher reads what `flowright check --format short` prints", () => {
  const pattern = new RegExp(contributes.problemMatchers[0].pattern.regexp);
  const found = pattern.exec("flows/order_change/bot.flow:12:3: error[E0201]: unknown slot `order`");
  assert.deepEqual(found?.slice(1), ["flows/order_change/bot.flow", "12", "3", "error", "E0201", "unknown slot `order`"]);
  assert.ok(pattern.test("/w/a b/修改.flow:1:1: warning[W0412]: hides `today`"));
  assert.ok(!pattern.test("and 3 more findings"));
});

test("words of the language are one word to the editor", () => {
  const { pattern, flags } = read("language-configuration.json").wordPattern;
  const words = (text: string) => [...text.matchAll(new RegExp(pattern, `g${flags}`))].map((found) => found[0]);
  assert.deepEqual(words("-> 修改订单 order_number 2026-06-15"), ["修改订单", "order_number", "2026-06-15"]);
});

test("what the debugger reads of a configuration is described", () => {
  const guide = readFileSync(join(root, "../../docs/debugger.md"), "utf8");
  const { configurationAttributes } = contributes.debuggers[0];
  for (const request of ["launch", "attach"]) {
    const [, table] = new RegExp(`\\| \`${request}\` \\| \\|\n((?:\\|.*\n)+)`).exec(guide) ?? [];
    const names = [...(table ?? "").matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell]) => [...(cell ?? "").matchAll(/\w+/g)].map(([name]) => name));
    assert.ok(names.includes("project"), request);
    // `noDebug` is the protocol's: "Run Without Debugging" sets it.
    assert.deepEqual(names.filter((name) => name !== "noDebug" && configurationAttributes[request].properties[name] === undefined), [], request);
  }
});

test("attaching names the flag that lets the debugger in", () => {
  const told = JSON.stringify(contributes.debuggers) + readFileSync(join(root, "walkthrough/debug.md"), "utf8");
  assert.match(told, /serve --debug/);
  assert.doesNotMatch(told, /serve --watch/);
});

test("a step of the walkthrough is done by what VS Code knows of", () => {
  for (const step of contributes.walkthroughs[0].steps) {
    for (const event of step.completionEvents) {
      assert.match(event, /^(onCommand|onContext|onView|onLink|onSettingChanged|extensionInstalled|stepSelected):./);
    }
  }
});
