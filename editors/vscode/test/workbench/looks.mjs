// The packaged extension in the workbench, used as a person does: by keys and clicks. Pictures are
// left in test/workbench/pictures.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vscode } from "./install.mjs";
import { extension, open, project } from "./workbench.mjs";

const pictures = join(extension, "test/workbench/pictures");
const THEMES = { dark: "Default Dark Modern", light: "Default Light Modern" };

/** Installs the package as a user would. */
function installed() {
  execFileSync("npm", ["run", "package"], { cwd: extension, stdio: ["ignore", "ignore", "inherit"] });
  const folder = mkdtempSync(join(tmpdir(), "flowright-extensions-"));
  execFileSync(process.execPath, ["out/server-main.js", "--install-extension", join(extension, "flowright.vsix"), "--extensions-dir", folder, "--accept-server-license-terms"], { cwd: vscode, stdio: ["ignore", "ignore", "inherit"] });
  return folder;
}

/** The frame of a webview: the one that has an element of ours. */
async function webview(page, selector) {
  for (let tries = 0; tries < 300; tries++) {
    for (const frame of page.frames()) {
      const has = await frame.evaluate((wanted) => document.querySelector(wanted) !== null, selector).catch(() => false);
      if (has) {
        return frame;
      }
    }
    await page.waitForTimeout(100);
  }
  throw new Error(`no webview has ${selector}`);
}

async function command(page, name) {
  await page.keyboard.press("F1");
  const box = page.locator(".quick-input-widget input[type=text]");
  await box.waitFor();
  await box.fill(`>${name}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
}

async function openFile(page, name) {
  await page.keyboard.press("Control+p");
  const box = page.locator(".quick-input-widget input[type=text]");
  await box.waitFor();
  await box.fill(name);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".tabs-container .tab", { hasText: name }).first().waitFor();
}

async function goTo(page, line, column = 1) {
  await page.keyboard.press("Control+g");
  const box = page.locator(".quick-input-widget input[type=text]");
  await box.waitFor();
  await box.fill(`:${line}:${column}`);
  await page.keyboard.press("Enter");
}

async function look(theme, binary, extensions) {
  const folder = project("order_change");
  const settings = {
    "flowright.server.path": binary,
    "flowright.conversation.language": "en",
    "flowright.conversation.at": "2026-06-01T09:30",
    "flowright.conversation.customer": { id: "C-1001", tier: "gold" },
    "workbench.colorTheme": THEMES[theme],
  };
  const bench = await open({ folder, settings, extensions, theme: THEMES[theme] });
  const { page } = bench;
  const shoot = (name) => page.screenshot({ path: join(pictures, `${name}-${theme}.png`) });
  try {
    await page.locator(".monaco-workbench").waitFor();
    await openFile(page, "change_delivery_date.flow");
    const status = page.locator("#flowright\\.flowright\\.flowright, .statusbar-item", { hasText: "Flowright" }).first();
    await status.waitFor();
    await page.waitForFunction(() => document.querySelector(".statusbar")?.textContent?.includes("Flowright") && document.querySelector(".codicon-check, .statusbar .codicon-check") !== null);

    // Something wrong, and seen.
    await goTo(page, 39, 8);
    await page.keyboard.press("Shift+End");
    await page.keyboard.type("colect");
    await page.locator(".squiggly-error").first().waitFor();
    await command(page, "Problems: Focus on Problems View");
    await page.locator(".markers-panel .monaco-list-row", { hasText: "colect" }).first().waitFor();
    await page.waitForTimeout(800);
    await shoot("diagnostics");
    await command(page, "View: Toggle Panel Visibility");
    await page.locator(".editor-instance .view-lines").first().click();
    await page.keyboard.press("Control+z");
    await page.waitForFunction(() => document.querySelector(".squiggly-error") === null);

    // The graph leads to the source.
    await goTo(page, 48, 5);
    await command(page, "Flowright: Show Graph");
    const graph = await webview(page, "#layer");
    await graph.locator(".node.here", { hasText: "authorise" }).waitFor();
    await page.waitForTimeout(500);
    await shoot("graph");
    await graph.locator(".node.state", { hasText: "update" }).click();
    await page.locator(".statusbar-item", { hasText: /Ln 5\d/ }).first().waitFor();
    await graph.locator(".node.here", { hasText: "update" }).waitFor();

    // A conversation with it.
    await command(page, "Flowright: Talk to This Flow");
    const talk = await webview(page, "#compose");
    await talk.locator("#text:enabled").waitFor();
    await talk.locator("#text").fill("I need to change the delivery date of order #12345.");
    await talk.locator("#compose button").click();
    await talk.locator("#call").waitFor();
    await shoot("call");
    await talk.locator("#json summary").click();
    await talk.locator("#answer").fill('{"due": "2026-06-10", "owner": "C-1001"}');
    await talk.locator("#call button[type=submit]").click();
    await talk.locator(".line.bot", { hasText: "10 June" }).waitFor();
    await talk.locator("#text").fill("15 June");
    await talk.locator("#compose button").click();
    await talk.locator("#call").waitFor();
    await talk.locator(".suggestion").first().click();
    await page.waitForTimeout(500);
    await shoot("talk");
    assert.match(await talk.locator("#slots").textContent(), /order.*12345/);
    await talk.locator("#path .link").last().click();
    await page.locator(".tabs-container .tab.active", { hasText: "change_delivery_date.flow" }).first().waitFor();

    // Tests, with what they cover.
    await command(page, "Test: Run All Tests with Coverage");
    await page.locator(".test-output-peek-tree .codicon-testing-passed-icon, .test-output-peek-tree .codicon-pass").first().waitFor();
    await command(page, "Testing: Focus on Test Explorer View");
    assert.ok((await graphCoverage(page)) > 0, "the graph has no coverage");
    await page.waitForTimeout(800);
    await shoot("tests");

    // The status bar's menu.
    await command(page, "Flowright: Server Status");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Restart server" }).first().waitFor();
    await shoot("menu");
    await page.keyboard.press("Escape");
    // A webview's own files have such an address, which VS Code answers itself.
    const ours = bench.foreign.filter((url) => /flowright/i.test(url) && !/^https:\/\/[^/]*\.vscode-resource\.vscode-cdn\.net\//.test(url));
    assert.deepEqual(ours, []);
    console.log(`  ok the packaged extension in the workbench, ${theme}`);
    return true;
  } catch (error) {
    await shoot("failed");
    console.log(`  FAILED ${theme}: ${error.stack}\n${bench.messages.filter((text) => /flowright/i.test(text)).slice(-10).join("\n")}`);
    return false;
  } finally {
    await bench.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nodes that tests came to, as the graph shows them once it is looked at again. */
async function graphCoverage(page) {
  await page.locator(".tabs-container .tab", { hasText: "Flow Graph" }).first().click();
  const graph = await webview(page, "#layer");
  await graph.locator(".node").first().waitFor();
  await page.waitForTimeout(500);
  return graph.locator(".node.entered").count();
}

export async function looks(binary) {
  mkdirSync(pictures, { recursive: true });
  const extensions = installed();
  console.log("looks:");
  let fine = true;
  for (const theme of Object.keys(THEMES)) {
    fine = (await look(theme, binary, extensions)) && fine;
  }
  rmSync(extensions, { recursive: true, force: true });
  return fine;
}
