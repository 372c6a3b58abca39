// The desk in a real browser: from signing in to a conversation that is closed, by keyboard and by mouse, in both
// languages, light and dark; and what an agent may not see is nowhere on her page.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { until, world } from "./world.js";

const PASSWORD = "correct horse battery";
const limit = { timeout: 120_000 };
const pictures = process.env.FLOWRIGHT_PICTURES;
const axe = await readFile(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

let shop, cranes;
let number = 0;
before(async () => {
  shop = await world("order_change");
  cranes = await world("crane_service");
  assert.equal(await admin("accounts", { login: "ann", password: PASSWORD, name: "Ann", skills: { people: 3 } }, cranes), 201);
  for (const [login, fields] of Object.entries({
    ann: { name: "Ann", role: "agent", skills: { order_ops: 4, frontline: 2 } },
    bob: { name: "Bob", role: "agent", skills: { frontline: 3 } },
    sue: { name: "Sue", role: "supervisor" },
  })) assert.equal(await admin("accounts", { login, password: PASSWORD, ...fields }), 201);
});
after(async () => { await shop?.close(); await cranes?.close(); });

const admin = async (path, body, at = shop) => (await ask(`/admin/${path}`, body, at)).status;
const ask = (path, body, at = shop) => fetch(at.server + path, { method: body ? "POST" : "GET", headers: body ? { "content-type": "application/json" } : {}, body: body && JSON.stringify(body) });

// A customer asks for what she may not have, and is handed over.
async function handedOver(session) {
  const body = { id: "1", text: "move order 12345 to 20 June", customer: { id: "C-2002", company: "Hongda Precision", tier: "silver", email: "li.wei@hongda.example", contract: "CNY 125000" } };
  const answer = await (await ask(`/v1/sessions/${session}/messages`, body)).json();
  assert.equal(answer.status, "handed_off", JSON.stringify(answer));
}

const customerReads = async (session) => (await (await ask(`/v1/sessions/${session}/replies`)).json()).replies.map((reply) => reply.text);

async function signIn(login, { at = shop, ...options } = {}) {
  const context = await at.visitor({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.said = [];
  page.on("console", (message) => page.said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => page.said.push(`pageerror: ${error.message}`));
  await page.goto(`${at.server}/desk`);
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("#presence").waitFor();
  // The browser itself reports that nobody was signed in yet.
  page.said = [];
  return page;
}

const one = (page, session) => page.locator(`#list button[data-key="${session}"]`);
const open = async (page, session) => { await one(page, session).click(); await page.locator("#lines li").first().waitFor(); };
async function look(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]), [], name);
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

test("a wrong password is told, a right one opens the desk", limit, async () => {
  const page = await (await shop.visitor()).newPage();
  await page.goto(`${shop.server}/desk`);
  await page.locator("#login").fill("ann");
  await page.locator("#password").fill("not her password");
  await page.keyboard.press("Enter");
  await page.getByText("Login or password is wrong.").waitFor();
  await look(page, "desk-login");
  await page.locator("#password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("#me").getByText("Ann").waitFor();
  // It lasts over a reload, and until she signs out.
  await page.reload();
  await page.locator("#me").getByText("Ann").waitFor();
  await page.locator("#out").click();
  await page.locator("#login").waitFor();
  await page.reload();
  await page.locator("#login").waitFor();
});

test("a conversation comes, is answered, and is closed", limit, async () => {
  const session = `talk-${(number += 1)}`;
  const page = await signIn("ann");
  await handedOver(session);
  await open(page, session);
  await one(page, session).getByText("Hongda Precision").waitFor();
  await page.locator("#panel").getByText("no permission to change order 12345").waitFor();
  const panel = await page.locator("#panel").innerText();
  for (const known of ["Hongda Precision", "li.wei@hongda.example", "change_delivery_date"]) assert.ok(panel.includes(known), `${known}: ${panel}`);
  assert.ok(!(await page.content()).includes("125"), "what is for supervisors is nowhere on the page");
  await look(page, "desk-talk");
  await page.locator("#ready button").first().click();
  assert.equal(await page.locator("#reply").inputValue(), "Thank you for waiting. I am looking into it for Hongda Precision.");
  await page.locator("#reply").fill("");
  await page.keyboard.press("Escape");
  await page.keyboard.press("r");
  await page.keyboard.insertText("I have asked your sales contact. <b>One moment</b>");
  await page.keyboard.press("Control+Enter");
  await page.locator("#lines li.agent .text").getByText("I have asked your sales contact. <b>One moment</b>", { exact: true }).waitFor();
  assert.ok((await customerReads(session)).includes("I have asked your sales contact. <b>One moment</b>"));
  const made = await (await fetch(`${shop.server}/v1/attachments?name=plan.pdf`, { method: "POST", body: "%PDF-1.7\nplan" })).json();
  await ask(`/v1/sessions/${session}/messages`, { id: "plan", text: "the plan", attachments: [made.id] });
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#lines .file a").click()]);
  assert.equal(download.suggestedFilename(), "plan.pdf");
  assert.equal((await readFile(await download.path())).toString(), "%PDF-1.7\nplan");
  await ask(`/v1/sessions/${session}/messages`, { id: "2", text: "谢谢" });
  await page.locator("#lines li.customer .text").getByText("谢谢", { exact: true }).waitFor();
  await page.locator("#reply").fill("Done. Have a good day.");
  await page.locator(".bar select").first().selectOption("resolved");
  await until("it has left her list", async () => (await one(page, session).count()) === 0);
  assert.equal((await customerReads(session)).at(-1), "Done. Have a good day.");
  assert.equal((await (await ask(`/v1/sessions/${session}`)).json()).status, "bot");
  assert.deepEqual(page.said.filter((line) => /error/i.test(line)), []);
  await page.context().close();
});

test("a note is for colleagues, and a conversation that goes back to the bot says so", limit, async () => {
  const session = `note-${(number += 1)}`;
  const page = await signIn("ann");
  const sue = await signIn("sue", { locale: "zh-CN" });
  await handedOver(session);
  await open(page, session);
  await open(sue, session);
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await page.keyboard.press("Control+Enter");
  await page.getByText("There is nothing to send.").waitFor();
  await page.keyboard.insertText("Angry. <b>Never</b> mention the fee.");
  await page.keyboard.press("Control+Enter");
  for (const one of [page, sue]) await one.locator("#notes .text").getByText("Angry. <b>Never</b> mention the fee.", { exact: true }).waitFor();
  await until("what was kept is out of the field", async () => (await page.locator("#note").inputValue()) === "");
  // What is not kept yet waits for her while she looks at something else.
  await page.locator("#note").fill("half a note");
  await sue.locator("#note").fill("同意。");
  await sue.getByRole("button", { name: "保存备注" }).click();
  await page.locator("#notes .text").getByText("同意。").waitFor();
  assert.equal(await page.locator("#note").inputValue(), "half a note");
  await one(page, session).getByText("notes: 2").waitFor();
  await look(page, "desk-notes");
  await page.locator(".bar").getByRole("button", { name: "Back to the bot" }).click();
  await until("it has left her list", async () => (await one(page, session).count()) === 0);
  const read = await customerReads(session);
  assert.match(read.at(-1), /You are with the assistant again/);
  assert.ok(!read.some((text) => text.includes("Angry")));
  assert.deepEqual([...page.said, ...sue.said].filter((line) => /error/i.test(line)), []);
  await Promise.all([page, sue].map((one) => one.context().close()));
});

test("an article is found for what the customer asks, and put into the reply", limit, async () => {
  // The cranes' bot has articles; she wants a human all the same.
  const customer = await (await cranes.visitor()).newPage();
  await customer.goto(cranes.server);
  await customer.locator("#who select").selectOption({ label: "nobody in particular" });
  const says = async (text) => { await customer.locator("textarea, input[type=text]").first().fill(text); await customer.keyboard.press("Enter"); };
  const page = await signIn("ann", { at: cranes });
  await says("I want to talk to a human");
  await page.locator("#list button").first().click();
  await page.getByText("No article fits.").waitFor();
  await says("how long is the warranty?");
  await page.locator("#offers summary").first().waitFor();
  await look(page, "desk-suggestions");
  await page.locator("#reply").fill("Good question.");
  await page.locator("#offers button").first().click();
  assert.match(await page.locator("#reply").inputValue(), /^Good question\.\n\n.*24 months/s);
  await page.locator("#look").fill("hydraulic oil");
  await page.keyboard.press("Enter");
  await page.locator("#offers summary").getByText(/oil/i).first().waitFor();
  assert.deepEqual(page.said.filter((line) => /error/i.test(line)), []);
  await page.context().close();
});

test("who supervises sees the team and what is for her alone, and gives conversations to others", limit, async () => {
  const session = `team-${(number += 1)}`;
  const ann = await signIn("ann");
  const bob = await signIn("bob");
  await handedOver(session);
  await one(ann, session).waitFor();
  assert.equal(await one(bob, session).count(), 0, "it is not his, and waits for nobody");
  const sue = await signIn("sue", { colorScheme: "dark", locale: "zh-CN" });
  await open(sue, session);
  await sue.locator("#panel").getByText("125").first().waitFor();
  await sue.locator("#panel").getByText("为何分配给Ann").waitFor();
  await look(sue, "desk-supervisor-dark");
  await sue.locator(".bar").getByRole("combobox", { name: "分配给" }).selectOption({ label: "Bob" });
  await one(bob, session).waitFor();
  await until("it is no longer hers", async () => (await one(ann, session).count()) === 0);
  await sue.keyboard.press("Escape");
  await sue.keyboard.press("t");
  await sue.getByRole("row", { name: /Bob/ }).waitFor();
  await look(sue, "desk-team-dark");
  // Her moves are too late now.
  await bob.locator("#presence").selectOption("away");
  await open(bob, session);
  await bob.locator(".bar").getByRole("button", { name: "Back to the queue" }).click();
  await one(ann, session).waitFor();
  await Promise.all([ann, bob, sue].map((page) => page.context().close()));
});

test("an agent whose page is gone loses nothing, and one whose account is closed is out", limit, async () => {
  const session = `gone-${(number += 1)}`;
  let page = await signIn("ann");
  await handedOver(session);
  await open(page, session);
  await page.context().close();
  page = await signIn("ann");
  await one(page, session).waitFor();
  await page.setViewportSize({ width: 480, height: 800 });
  await look(page, "desk-small");
  await page.context().close();
});
