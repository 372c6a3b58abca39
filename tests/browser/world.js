// What the cases share: servers of ours (asked for over a line protocol, see tests/tests/browser.rs), a site on another
// origin whose pages have the widget, and Chromium.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

export const PATIENCE_MS = 20_000;

function control() {
  const socket = connect(Number(process.env.FLOWRIGHT_CONTROL), "127.0.0.1");
  const waiting = [];
  createInterface({ input: socket }).on("line", (line) => waiting.shift()?.resolve(line));
  socket.on("close", () => waiting.splice(0).forEach(({ reject }) => reject(new Error("the server's side is gone"))));
  return {
    ask: (line) => new Promise((resolve, reject) => { waiting.push({ resolve, reject }); socket.write(`${line}\n`); }),
    close: () => socket.destroy(),
  };
}

// Pages by path; `slow` holds what the bot's action asks back until it is let go.
function site() {
  const pages = new Map();
  const held = [];
  const server = createServer((request, response) => {
    if (request.url === "/stock") { held.push(() => response.setHeader("content-type", "application/json").end('{"pieces": 7}')); return; }
    const page = pages.get(request.url);
    if (!page) { response.writeHead(404).end(); return; }
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...(page.csp ? { "content-security-policy": page.csp } : {}) }).end(page.html);
  });
  return new Promise((ready) => {
    server.listen(0, "127.0.0.1", () => ready({ origin: `http://127.0.0.1:${server.address().port}`, pages, held, close: () => { server.closeAllConnections(); server.close(); } }));
  });
}

export async function world(bot = "widget") {
  const [line, own, foreign] = [control(), await site(), await site()];
  const server = await line.ask(`start ${bot} ${own.origin}`);
  const browser = await chromium.launch({
    executablePath: process.env.FLOWRIGHT_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  return {
    server, browser, own, foreign,
    down: () => line.ask(`down ${bot}`),
    up: () => line.ask(`up ${bot}`),
    close: async () => { await browser.close(); own.close(); foreign.close(); line.close(); },
    // A context is a visitor's browser of her own.
    visitor: async (options = {}) => {
      const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1000, height: 760 }, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      return context;
    },
    post: async (path, body) => {
      const answer = await fetch(server + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      return answer.status;
    },
  };
}

let number = 0;
// Opens a page of the site with the widget; what its console says is kept.
export async function visit(world, context, { site = world.own, lang = "en", attributes = "", head = "", body = "", csp } = {}) {
  const path = `/page${(number += 1)}`;
  site.pages.set(path, { csp, html: `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title>${head}
<script src="${world.server}/widget.js" ${attributes} async></script></head><body><main><h1>Green Shop</h1>${body}</main></body></html>` });
  const page = await context.newPage();
  page.said = [];
  page.on("console", (message) => page.said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => page.said.push(`pageerror: ${error.message}`));
  await page.goto(site.origin + path);
  return page;
}

export const launcher = (page) => page.locator("flowright-chat .launcher");
export const box = (page) => page.locator("flowright-chat textarea");
export const lines = (page) => page.locator("flowright-chat .line .text");
export const open = async (page) => { await launcher(page).click(); await greeted(page); };
export const greeted = (page) => page.locator("flowright-chat .line.bot").first().waitFor();
export const say = async (page, text) => { await box(page).fill(text); await box(page).press("Enter"); };
// Waits until a text stands on a line of its own.
export const told = (page, text) => lines(page).getByText(text, { exact: true }).first().waitFor();
export const count = (page, text) => lines(page).getByText(text, { exact: true }).count();

export async function until(what, holds) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not seen in time: ${what}`);
    await new Promise((over) => { setTimeout(over, 25); });
  }
}

// A token as the site signs it; the server's clock stands at 1 June 2026, 01:00 UTC.
export function token(customer, profile, key = process.env.FLOWRIGHT_TOKEN_KEY) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: customer, exp: Date.UTC(2026, 5, 1, 2) / 1000, ...(profile ? { profile } : {}) })}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

export const session = (page) => page.evaluate(() => { const key = Object.keys(localStorage).find((name) => name.endsWith(":session")); return localStorage.getItem(key); });
