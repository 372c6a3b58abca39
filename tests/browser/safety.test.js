// What comes from outside does nothing but be read: words, addresses, the site around the widget.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { box, launcher, lines, open, say, told, until, visit, world } from "./world.js";

let shop;
before(async () => { shop = await world(); });
after(async () => { await shop?.close(); });
const limit = { timeout: 180_000 };

const HOSTILE = [
  "<script>window.hacked = 1</script>",
  "<img src=x onerror=\"window.hacked = 1\">",
  "<svg/onload=window.hacked=1>",
  "<iframe srcdoc=\"<script>parent.hacked=1</script>\"></iframe>",
  "\"><details open ontoggle=window.hacked=1>",
  "</textarea><script>window.hacked=1</script>",
  "javascript:window.hacked=1",
  "<a href=\"javascript:window.hacked=1\">click</a>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=window.hacked=1>",
  "${window.hacked=1} {{constructor.constructor('window.hacked=1')()}}",
  "<style>*{display:none}</style><base href=//evil.example>",
  "&lt;script&gt;window.hacked=1&lt;/script&gt; &#x3c;b&#x3e;",
  "\u202Etxt.exe\u202C \u0000 \u200B <b>bold</b>",
];

test("hostile words are words, the customer's and the bot's", limit, async () => {
  const context = await shop.visitor();
  const page = await visit(shop, context);
  page.on("dialog", (dialog) => { page.said.push("dialog"); dialog.dismiss(); });
  await open(page);
  await say(page, "echo");
  await told(page, "What?");
  for (const [number, text] of HOSTILE.entries()) {
    await say(page, text);
    await until(`answer ${number}`, async () => (await lines(page).allTextContents()).at(-2).startsWith(`${number + 1}: `));
    const shown = await lines(page).allTextContents();
    // The server takes its control characters out of what is said back, perhaps: the widget shows what came.
    assert.equal(shown.at(-3), text);
    if (!text.includes("\u0000")) assert.equal(shown.at(-2), `${number + 1}: ${text}`);
  }
  const found = () => page.evaluate(() => [window.hacked, document.querySelector("flowright-chat").shadowRoot.querySelectorAll("script, iframe, style, base, details, math, .line svg, .line b, .line img, .line a").length]);
  assert.deepEqual(await found(), [undefined, 0]);
  await page.reload();
  await until("the lines are back", async () => (await lines(page).count()) >= 2 * HOSTILE.length);
  assert.deepEqual(await found(), [undefined, 0]);
  assert.ok(!page.said.some((line) => /dialog|pageerror/.test(line)), page.said.join("\n"));
});

// A server that says what no good one would.
const REPLY = {
  type: "reply", seq: 1, turn: 1, text: "<b>Bold</b>", agent: "<i>Eve</i>",
  choices: [{ payload: "p", label: "<script>window.hacked=1</script>" }],
  links: ["javascript:window.hacked=1", "JaVaScRiPt:window.hacked=1", "java\nscript:window.hacked=1", "data:text/html,<script>1</script>", "vbscript:x", "file:///etc/passwd", "//evil.example/x", "/relative", "blob:http://x/1"].map((url) => ({ url, label: "bad" }))
    .concat([{ url: "https://good.example/<\"'>", label: "good" }, { url: "mailto:desk@shop.example", label: "mail" }]),
  images: ["javascript:1", "data:image/svg+xml,<svg onload=window.hacked=1>", "x\" onerror=\"window.hacked=1"].map((url) => ({ url, label: "pic" })),
  card: { title: "<u>Title</u>", body: "<img src=x onerror=window.hacked=1>", links: [{ url: "javascript:window.hacked=1", label: "bad" }], images: [] },
};

test("addresses lead where they may, or nowhere", limit, async () => {
  const context = await shop.visitor();
  await context.routeWebSocket(/\/chat\?/, (socket) => { socket.send(JSON.stringify(REPLY)); socket.send('{"type":"status","status":"handed_off"}'); });
  const page = await visit(shop, context);
  await open(page);
  await page.locator("flowright-chat .state").getByText("<i>Eve</i> is here for you").waitFor();
  const found = await page.evaluate(() => {
    const root = document.querySelector("flowright-chat").shadowRoot;
    return { hacked: window.hacked, links: [...root.querySelectorAll("a")].map((a) => [a.textContent, a.protocol, a.rel]), bad: root.querySelectorAll(".line :is(script, img, b:not(.card > b), i, u)").length, card: root.querySelector(".card").textContent };
  });
  assert.deepEqual(found, {
    hacked: undefined, bad: 0, card: "<u>Title</u><img src=x onerror=window.hacked=1>",
    links: [["good", "https:", "noopener noreferrer"], ["mail", "mailto:", "noopener noreferrer"]],
  });
  await page.getByRole("button", { name: "<script>window.hacked=1</script>" }).click();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});

test("it works under a strict policy of the site, and breaks none of it", limit, async () => {
  const csp = `default-src 'none'; script-src 'nonce-n1' ${shop.server}; connect-src ${shop.server} ${shop.server.replace("http", "ws")}; img-src https:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
  const head = `<script nonce="n1">window.broken = []; addEventListener("securitypolicyviolation", (event) => window.broken.push(event.violatedDirective + " " + event.blockedURI)); window.flowright = { token: async () => "" };</script>`;
  const page = await visit(shop, await shop.visitor(), { csp, head, attributes: 'data-color="#176b3a"' });
  await open(page);
  await say(page, "sizes");
  await page.getByRole("button", { name: "Large" }).click();
  await told(page, "Large it is.");
  assert.deepEqual(await page.evaluate(() => window.broken), []);
  const colour = await page.locator("flowright-chat .send").evaluate((button) => getComputedStyle(button).backgroundColor);
  assert.equal(colour, "rgb(23, 107, 58)");
  // Where the policy lets it not connect, the console says which directive it needs.
  const shut = await visit(shop, await shop.visitor(), { csp: `default-src 'none'; script-src ${shop.server}` });
  await until("the console says it", () => shut.said.some((line) => line.includes("its connect-src needs")));
});

test("the site's style does not break it, and it does not break the site", limit, async () => {
  const style = `<style>* { font-size: 3px !important; color: red !important; background: yellow !important; display: inline !important; position: static !important; visibility: hidden !important; pointer-events: none !important; }
    flowright-chat { display: none !important; width: 1px !important; overflow: hidden !important; filter: blur(9px) !important; opacity: 0 !important; transform: rotate(90deg) !important; } html { font-size: 40%; direction: rtl; } button { all: unset !important; }</style>`;
  const bare = await visit(shop, await shop.visitor());
  const page = await visit(shop, await shop.visitor(), { head: style });
  const looks = (page) => page.locator("flowright-chat .panel").evaluate((panel) => {
    const seen = ["fontSize", "color", "backgroundColor", "position", "visibility", "direction", "textAlign"];
    const of = (node) => seen.map((name) => getComputedStyle(node)[name]);
    const { width, height, top, left } = panel.getBoundingClientRect();
    return [of(panel), of(panel.querySelector("textarea")), of(panel.querySelector(".send")), width, height, top, left];
  });
  for (const each of [bare, page]) { await launcher(each).click(); await box(each).waitFor(); await told(each, "Hello! What can I do for you?"); }
  await bare.waitForFunction(() => document.querySelector("flowright-chat").shadowRoot.getAnimations().length === 0);
  await page.waitForFunction(() => document.querySelector("flowright-chat").shadowRoot.getAnimations().length === 0);
  assert.deepEqual(await looks(page), await looks(bare));
  // The site's names and elements are as they were without it.
  const names = await bare.evaluate(() => Object.keys(window).filter((name) => /flow|Widget|Panel|Wire|WORDS|api$/.test(name)));
  assert.deepEqual(names, ["flowright"]);
  assert.deepEqual(await bare.evaluate(() => [...document.body.children].map((node) => node.localName)), ["main", "flowright-chat"]);
  // Its keys are not the site's.
  await bare.evaluate(() => { window.keys = 0; addEventListener("keydown", () => { window.keys += 1; }); });
  await box(bare).press("s");
  assert.equal(await bare.evaluate(() => window.keys), 0);
});
