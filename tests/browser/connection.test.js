// Connections that break, several pages, whose page it is, and sites that may not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { box, count, greeted, launcher, lines, open, say, session, told, token, until, visit, world } from "./world.js";

let shop;
before(async () => { shop = await world(); });
after(async () => { await shop?.close(); });
const limit = { timeout: 180_000 };
const state = (page, text) => page.locator("flowright-chat .state").getByText(text, { exact: true }).waitFor();

test("what is written while the server is away is carried out once", limit, async () => {
  const context = await shop.visitor();
  const page = await visit(shop, context);
  await open(page);
  await say(page, "echo");
  await told(page, "What?");
  await shop.down();
  await state(page, "Connection lost, trying again…");
  await say(page, "one");
  await say(page, "two");
  await page.locator("flowright-chat .note").getByText("It will be sent when the connection is back").first().waitFor();
  await shop.up();
  await told(page, "2: two");
  await state(page, "Connected");
  await say(page, "three");
  await told(page, "3: three");
  for (const text of ["1: one", "2: two", "3: three", "one", "two"]) assert.equal(await count(page, text), 1, text);
  assert.equal(await page.locator("flowright-chat [data-state=waiting]").count(), 0);
});

test("what was not sent when the page was left is sent by the next one", limit, async () => {
  const context = await shop.visitor();
  const page = await visit(shop, context);
  await open(page);
  await say(page, "echo");
  await told(page, "What?");
  await shop.down();
  await state(page, "Connection lost, trying again…");
  await say(page, "later");
  await page.close();
  await shop.up();
  const next = await visit(shop, context);
  await until("the answer comes, behind the closed panel", async () => (await count(next, "What?")) === 2);
  await launcher(next).click();
  assert.deepEqual(await lines(next).allTextContents(), ["Hello! What can I do for you?", "echo", "What?", "later", "1: later", "What?"]);
  await next.reload();
  // In this tab the panel was open.
  await until("it is shown again", async () => (await count(next, "What?")) === 2);
  assert.deepEqual(await lines(next).allTextContents(), ["Hello! What can I do for you?", "echo", "What?", "later", "1: later", "What?"]);
});

test("a browser without a network says so and comes back", limit, async () => {
  const context = await shop.visitor();
  const page = await visit(shop, context);
  await open(page);
  await say(page, "echo");
  await told(page, "What?");
  await context.setOffline(true);
  await state(page, "Connection lost, trying again…");
  await say(page, "off");
  await context.setOffline(false);
  await told(page, "1: off");
  assert.equal(await count(page, "1: off"), 1);
});

test("two pages of a site are one conversation", limit, async () => {
  const context = await shop.visitor();
  const [first, second] = [await visit(shop, context), await visit(shop, context)];
  await open(first);
  await launcher(second).click();
  await greeted(second);
  await say(first, "echo");
  await told(second, "What?");
  await say(second, "both");
  await told(first, "1: both");
  const all = ["Hello! What can I do for you?", "echo", "What?", "both", "1: both", "What?"];
  for (const page of [first, second]) {
    await until("every line once", async () => (await lines(page).count()) === all.length);
    assert.deepEqual(await lines(page).allTextContents(), all);
  }
  assert.equal(await session(first), await session(second));
});

test("a page of a customer is in her conversation, wherever she opens it", limit, async () => {
  const head = (customer) => `<script>window.asked = 0; window.flowright = { token: async () => { window.asked += 1; return "${token(customer)}"; } };</script>`;
  const first = await visit(shop, await shop.visitor(), { head: head("C-1") });
  await open(first);
  await say(first, "echo");
  await told(first, "What?");
  await say(first, "mine");
  await told(first, "1: mine");
  const elsewhere = await visit(shop, await shop.visitor(), { head: head("C-1") });
  await launcher(elsewhere).click();
  await told(elsewhere, "1: mine");
  await say(elsewhere, "again");
  await told(elsewhere, "2: again");
  await told(first, "2: again");
  const other = await visit(shop, await shop.visitor(), { head: head("C-2") });
  await open(other);
  assert.equal(await count(other, "1: mine"), 0);
  // Each connection asks for a new token.
  assert.equal(await first.evaluate(() => window.asked), 1);
  await shop.down();
  await state(first, "Connection lost, trying again…");
  await shop.up();
  await state(first, "Connected");
  assert.ok(await first.evaluate(() => window.asked) > 1);
  await say(first, "still");
  await told(first, "3: still");
  // After a logout nothing of it is shown.
  await first.evaluate(() => { window.flowright.token = undefined; window.flowright.forget(); });
  await told(first, "Hello! What can I do for you?");
  await until("it is another conversation", async () => (await count(first, "3: still")) === 0);
});

test("a token that proves nothing leaves a visitor's page", limit, async () => {
  const forged = token("C-1", undefined, "somebody-else's-key-of-32-bytes!");
  const page = await visit(shop, await shop.visitor(), { attributes: `data-token="${forged}"` });
  await open(page);
  await say(page, "echo");
  await told(page, "What?");
  assert.ok(page.said.some((line) => line.includes("the token was refused")), page.said.join("\n"));
  const failing = await visit(shop, await shop.visitor(), { head: "<script>window.flowright = { token: async () => { throw new Error('logged out'); } };</script>" });
  await open(failing);
  assert.ok(failing.said.some((line) => line.includes("the site gave no token: logged out")), failing.said.join("\n"));
});

test("what was written before it turned out whose page it is goes with her", limit, async () => {
  const first = await visit(shop, await shop.visitor(), { attributes: `data-token="${token("C-9")}"` });
  await open(first);
  await say(first, "echo");
  await told(first, "What?");
  const held = `<script>window.flowright = { token: () => new Promise((go) => { window.go = () => go("${token("C-9")}"); }) };</script>`;
  const page = await visit(shop, await shop.visitor(), { head: held });
  await launcher(page).click();
  await box(page).waitFor();
  await say(page, "early");
  await page.evaluate(() => window.go());
  await until("the answer comes", async () => (await count(page, "What?")) === 2);
  assert.deepEqual(await lines(page).allTextContents(), ["Hello! What can I do for you?", "What?", "early", "1: early", "What?"]);
  assert.equal(await page.locator("flowright-chat [data-state=sent]").count(), 1);
});

test("a site that is not allowed gets no chat, and its console says why", limit, async () => {
  const page = await visit(shop, await shop.visitor(), { site: shop.foreign });
  const word = `add "${shop.foreign.origin}" to allowed_origins under [web]`;
  await until("the console says it", () => page.said.some((line) => line.startsWith("error") && line.includes(word)));
  assert.equal(await launcher(page).count(), 0);
  // The server means it.
  const refused = await page.evaluate((server) => new Promise((done) => {
    const socket = new WebSocket(`${server.replace("http", "ws")}/chat?session=0123456789abcdef0123`);
    socket.onopen = () => done("open");
    socket.onclose = () => done("refused");
  }), shop.server);
  assert.equal(refused, "refused");
});
