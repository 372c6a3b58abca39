// How it looks and who can use it: languages, dark and light, small and enlarged screens, less motion, axe's rules.
// The pictures go to FLOWRIGHT_PICTURES, for people to look at.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { box, launcher, open, say, told, until, visit, world } from "./world.js";

let shop;
before(async () => { shop = await world(); });
after(async () => { await shop?.close(); });
const limit = { timeout: 180_000 };
const axe = createRequire(import.meta.url).resolve("axe-core");

async function picture(page, name) {
  const folder = process.env.FLOWRIGHT_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}

// What axe finds; it is brought in past the site's policy, as a tool of whoever tests.
async function faults(page) {
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.flat().join(" ")).join(", ")}`);
}

// A conversation in which everything is shown once.
async function talk(page) {
  await say(page, "leaflet");
  await page.getByRole("link", { name: "Tulips" }).waitFor();
  await say(page, "sizes");
  await page.getByRole("button", { name: "Large" }).click();
  await told(page, "Large it is.");
  await say(page, "sizes");
  await until("two menus", async () => (await page.getByRole("button", { name: "Large" }).count()) === 2);
}

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing, ${scheme}`, limit, async () => {
    const context = await shop.visitor({ colorScheme: scheme });
    await context.route("https://shop.example/**", (route) => route.abort());
    const page = await visit(shop, context, { body: "<p>Flowers, and all that they need.</p>", head: `<style>html { background: ${scheme === "dark" ? "#222; color: #eee" : "#fff"} }</style>` });
    await launcher(page).waitFor();
    assert.deepEqual(await faults(page), []);
    await picture(page, `${scheme}-closed`);
    await open(page);
    await talk(page);
    await page.locator("flowright-chat").evaluate((host) => Promise.all(host.shadowRoot.getAnimations().map((a) => a.finished)));
    assert.deepEqual(await faults(page), []);
    await picture(page, `${scheme}-open`);
    await shop.down();
    await page.locator("flowright-chat .state").getByText("Connection lost, trying again…").waitFor();
    await say(page, "Are you there?");
    assert.deepEqual(await faults(page), []);
    await picture(page, `${scheme}-lost`);
    await shop.up();
  });
}

test("it speaks the page's language, or the one that is asked for", limit, async () => {
  for (const [options, greeting, name] of [
    [{ lang: "zh-Hans" }, "您好!请问有什么可以帮您?", "打开聊天"],
    [{ lang: "en", attributes: 'data-language="zh"' }, "您好!请问有什么可以帮您?", "打开聊天"],
    [{ lang: "zh", attributes: 'data-language="en"' }, "Hello! What can I do for you?", "Open the chat"],
    // What the bot does not speak: the browser's, which it does.
    [{ lang: "fr" }, "Hello! What can I do for you?", "Open the chat"],
  ]) {
    const page = await visit(shop, await shop.visitor(), options);
    await page.getByRole("button", { name, exact: true }).click();
    await told(page, greeting);
    assert.equal(await page.locator("flowright-chat .root").getAttribute("lang"), name === "打开聊天" ? "zh" : "en");
    if (options.lang === "zh-Hans") { await say(page, "有哪些尺码"); await page.getByRole("button", { name: "小号" }).waitFor(); await picture(page, "chinese"); }
  }
});

test("the site's options hold", limit, async () => {
  const page = await visit(shop, await shop.visitor({ colorScheme: "light" }), { attributes: 'data-title="Ask &lt;us&gt;" data-position="left" data-theme="dark" data-color="#ffd500" data-open="true" data-remember="tab"' });
  await page.getByRole("dialog", { name: "Ask <us>" }).waitFor();
  await told(page, "Hello! What can I do for you?");
  const panel = page.locator("flowright-chat .panel");
  assert.ok((await panel.boundingBox()).x < 40);
  assert.equal(await panel.evaluate((node) => getComputedStyle(node).colorScheme), "dark");
  // On a bright colour the sign is black.
  assert.equal(await page.locator("flowright-chat .send").evaluate((node) => getComputedStyle(node).color), "rgb(0, 0, 0)");
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  assert.ok(await page.evaluate(() => Object.keys(sessionStorage).length > 0));
  // The box grows with what is written, and shrinks again.
  await box(page).fill("A long sentence that needs more than one line in a panel. ".repeat(3));
  assert.ok(await box(page).evaluate((node) => node.rows) > 2);
  await box(page).press("Enter");
  assert.equal(await box(page).evaluate((node) => node.rows), 1);
  await page.evaluate(() => window.flowright.close());
  assert.equal(await panel.isVisible(), false);
  await page.evaluate(() => window.flowright.open());
  assert.equal(await panel.isVisible(), true);
});

test("on a telephone it takes the screen, and Tab stays in it", limit, async () => {
  const context = await shop.visitor({ viewport: { width: 375, height: 667 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
  await context.route("https://shop.example/**", (route) => route.abort());
  const page = await visit(shop, context, { body: '<a href="#x">A link of the site</a>' });
  await launcher(page).tap();
  await told(page, "Hello! What can I do for you?");
  await talk(page);
  await page.locator("flowright-chat").evaluate((host) => Promise.all(host.shadowRoot.getAnimations().map((a) => a.finished)));
  assert.deepEqual(await page.locator("flowright-chat .panel").boundingBox(), { x: 0, y: 0, width: 375, height: 667 });
  await picture(page, "telephone");
  for (const key of ["Tab", "Shift+Tab"]) {
    for (let pressed = 0; pressed < 14; pressed += 1) {
      await page.keyboard.press(key);
      assert.equal(await page.evaluate(() => document.activeElement.localName), "flowright-chat", `${key} ${pressed}`);
    }
  }
});

test("enlarged to 200 % everything is in reach", limit, async () => {
  // What zoom does: half as many CSS pixels, each twice as large.
  const page = await visit(shop, await shop.visitor({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }));
  await open(page);
  await page.locator("flowright-chat").evaluate((host) => Promise.all(host.shadowRoot.getAnimations().map((a) => a.finished)));
  for (const name of [".shut", ".log", "textarea", ".send"]) {
    const { x, y, width, height } = await page.locator(`flowright-chat ${name}`).boundingBox();
    assert.ok(x >= 0 && y >= 0 && x + width <= 640 && y + height <= 400, `${name} ${x} ${y} ${width} ${height}`);
    assert.ok(height >= 24 && width >= 24, name);
  }
  const wide = await page.locator("flowright-chat .log").evaluate((log) => log.scrollWidth > log.clientWidth);
  assert.equal(wide, false);
  await picture(page, "enlarged");
});

test("nothing moves for who wants that, and screen readers hear what is new", limit, async () => {
  const page = await visit(shop, await shop.visitor({ reducedMotion: "reduce" }));
  await open(page);
  const panel = page.locator("flowright-chat .panel");
  assert.equal(await panel.evaluate((node) => getComputedStyle(node).animationName), "none");
  await until("the log is live", async () => (await page.getByRole("log").getAttribute("aria-live")) === "polite");
  assert.equal(await page.getByRole("log").locator(".line").first().evaluate((line) => line.textContent), "green shop: Hello! What can I do for you?");
  await box(page).focus();
  const ring = await box(page).evaluate((node) => getComputedStyle(node).outlineStyle);
  assert.equal(ring, "solid");
});

test("where colours are forced every part has an edge", limit, async () => {
  const page = await visit(shop, await shop.visitor({ forcedColors: "active" }));
  assert.equal(await launcher(page).evaluate((node) => getComputedStyle(node).borderTopStyle), "solid");
  await open(page);
  await say(page, "sizes");
  await page.getByRole("button", { name: "Large" }).waitFor();
  for (const name of [".line.bot", ".line.mine", ".send", "textarea", ".choices button"]) {
    assert.equal(await page.locator(`flowright-chat ${name}`).first().evaluate((node) => getComputedStyle(node).borderTopStyle), "solid", name);
  }
  await picture(page, "forced-colours");
});
