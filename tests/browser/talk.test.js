// A conversation in the widget, as a customer has it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { box, count, launcher, lines, open, say, session, told, token, until, visit, world } from "./world.js";

let shop, orders;
before(async () => { shop = await world(); orders = await world("order_change"); });
after(async () => { await shop?.close(); await orders?.close(); });
const limit = { timeout: 120_000 };
const focused = (page) => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className || document.activeElement?.shadowRoot?.activeElement?.tagName);

test("it opens, greets, and begins no conversation before that", limit, async () => {
  const page = await visit(shop, await shop.visitor());
  const sockets = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await launcher(page).waitFor();
  assert.equal(await launcher(page).getAttribute("aria-label"), "Open the chat");
  assert.deepEqual(sockets, []);
  await open(page);
  await told(page, "Hello! What can I do for you?");
  assert.equal(sockets.length, 1);
  await page.getByRole("dialog", { name: "green shop" }).waitFor();
  await page.locator("flowright-chat .state").getByText("Connected").waitFor();
});

test("an order is changed with the keyboard alone", limit, async () => {
  const page = await visit(orders, await orders.visitor(), { lang: "zh-CN", attributes: `data-token="${token("C-1001", { tier: "gold" })}"` });
  await launcher(page).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "launcher");
  await page.keyboard.press("Enter");
  await page.locator("flowright-chat .line.bot").first().waitFor();
  assert.equal(await focused(page), "TEXTAREA");
  for (const [said, answer] of [
    ["我需要修改订单#12345的交货日期。", "当前交货日为6月10日,请确认新日期(格式YYYY-MM-DD):"],
    ["2026-06-15", "更新成功,新交货日为6月15日。"],
  ]) {
    await page.keyboard.insertText(said);
    await page.keyboard.press("Enter");
    await told(page, answer);
  }
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("flowright-chat .panel").isVisible(), false);
  assert.equal(await focused(page), "launcher");
});

test("choices are buttons, and what was answered is not pressed again", limit, async () => {
  const page = await visit(shop, await shop.visitor());
  await open(page);
  await say(page, "sizes");
  await page.getByRole("group", { name: "Choices" }).waitFor();
  const small = page.getByRole("button", { name: "Small" });
  for (let pressed = 0; pressed < 10 && !(await small.evaluate((node) => node.matches(":focus-visible"))); pressed += 1) await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await told(page, "Small it is.");
  assert.equal(await small.isDisabled(), true);
  assert.equal(await focused(page), "TEXTAREA");
  await page.reload();
  await page.getByRole("button", { name: "Small" }).waitFor();
  await until("its buttons are answered still", () => page.getByRole("button", { name: "Small" }).isDisabled());
});

test("cards show pictures, or lead to them where none can be had", limit, async () => {
  const context = await shop.visitor();
  const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
  let there = false;
  await context.route("https://shop.example/**", (route) => (there ? route.fulfill({ contentType: "image/png", body: pixel }) : route.abort()));
  const page = await visit(shop, context);
  await open(page);
  await say(page, "leaflet");
  await page.getByRole("link", { name: "Tulips" }).waitFor();
  const link = page.getByRole("link", { name: "Read it" });
  assert.deepEqual(await link.evaluate((a) => [a.href, a.rel, a.target]), ["https://shop.example/spring", "noopener noreferrer", "_blank"]);
  there = true;
  await say(page, "leaflet");
  await page.getByRole("img", { name: "Tulips" }).waitFor();
});

test("who writes is shown: the bot while it asks elsewhere, the customer to others, an agent by her name", limit, async () => {
  const page = await visit(shop, await shop.visitor());
  await open(page);
  const hint = page.locator("flowright-chat .typing");
  await say(page, "stock");
  await hint.getByText("green shop is typing…").waitFor();
  await until("the action asks", () => shop.own.held.length > 0);
  shop.own.held.splice(0).forEach((go) => go());
  await told(page, "There are 7.");
  assert.equal(await hint.textContent(), "");
  // Another page of the conversation, by hand.
  const id = await session(page);
  await page.evaluate(([server, id]) => {
    window.heard = [];
    const socket = new WebSocket(`${server.replace("http", "ws")}/chat?session=${id}&after=0`);
    socket.onmessage = (event) => window.heard.push(JSON.parse(event.data));
    return new Promise((ready) => { socket.onopen = ready; });
  }, [shop.server, id]);
  // A page tells it once in a while: she goes on writing.
  await until("the other page hears it", async () => {
    await box(page).press("e");
    return page.evaluate(() => window.heard.some(({ type, who }) => type === "typing" && who === "customer"));
  });
  assert.equal(await hint.textContent(), "");
  await say(page, "echo");
  await told(page, "What?");
  assert.equal(await shop.post(`/v1/sessions/${id}/agent/typing`, { agent: "Li Wei" }), 409);
  await say(page, "human");
  await page.locator("flowright-chat .state").getByText("A colleague is here for you").waitFor();
  assert.equal(await shop.post(`/v1/sessions/${id}/agent/typing`, { agent: "Li Wei" }), 204);
  await hint.getByText("Li Wei is typing…").waitFor();
  assert.equal(await shop.post(`/v1/sessions/${id}/agent`, { id: "1", agent: "Li Wei", text: "I am here." }), 200);
  await told(page, "I am here.");
  await page.locator("flowright-chat .name").getByText("Li Wei").waitFor();
  await page.locator("flowright-chat .state").getByText("Li Wei is here for you").waitFor();
  assert.equal(await hint.textContent(), "");
  // What comes behind a closed panel is counted.
  await page.keyboard.press("Escape");
  for (const number of ["2", "3"]) await shop.post(`/v1/sessions/${id}/agent`, { id: number, agent: "Li Wei", text: `More ${number}.` });
  await page.getByRole("button", { name: "Open the chat, 2 new messages" }).click();
  await told(page, "More 3.");
  await shop.post(`/v1/sessions/${id}/agent`, { id: "4", agent: "Li Wei", then: "bot" });
  await page.locator("flowright-chat .state").getByText("Connected").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await launcher(page).getAttribute("aria-label"), "Open the chat");
});

test("what is refused is said in plain words, and nothing else stops", limit, async () => {
  const page = await visit(shop, await shop.visitor());
  await open(page);
  // More characters than the box takes: what a script of the site may do.
  await page.evaluate(() => { const box = document.querySelector("flowright-chat").shadowRoot.querySelector("textarea"); box.maxLength = 20_000; box.value = "x".repeat(12_000); box.form.requestSubmit(); });
  await page.locator("flowright-chat .note").getByText("Not sent: This message is too long. Please send it in parts.").waitFor();
  await say(page, "echo");
  await told(page, "What?");
  assert.equal(await count(page, "What?"), 1);
  assert.equal((await lines(page).allTextContents())[0], "Hello! What can I do for you?");
});

test("the development chat page talks too", limit, async () => {
  const page = await (await orders.visitor({ locale: "zh-CN" })).newPage();
  await page.goto(orders.server);
  await page.locator("#lines .bot").first().waitFor();
  await page.locator("#text").fill("我需要修改订单#12345的交货日期。");
  await page.keyboard.press("Enter");
  // It was moved above, or not.
  await page.locator("#lines").getByText(/^当前交货日为6月1[05]日/).waitFor();
});
