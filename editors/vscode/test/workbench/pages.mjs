// The webviews' pages alone in Chromium, under their own content security policy: what they draw,
// how they are reached by keyboard, how they bear 500 states and a hostile text.
import assert from "node:assert/strict";
import { readFileSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const extension = join(here, "../..");
const { GRAPH_BODY, TALK_BODY, page: markup } = (await import(join(extension, "dist-test/workbench/page-sources.js"))).default;
const pictures = join(here, "pictures");

// Colours as VS Code gives them to a webview.
const THEMES = {
  dark: "body{--vscode-foreground:#ccc;--vscode-font-size:13px;--vscode-font-family:system-ui,'Noto Sans CJK SC',sans-serif;--vscode-editor-font-family:monospace;--vscode-editor-background:#1f1f1f;--vscode-editorWidget-background:#202020;--vscode-editorWidget-border:#454545;--vscode-panel-border:#2b2b2b;--vscode-descriptionForeground:#9d9d9d;--vscode-focusBorder:#0078d4;--vscode-button-background:#0078d4;--vscode-button-foreground:#fff;--vscode-button-hoverBackground:#026ec1;--vscode-button-secondaryBackground:#313131;--vscode-button-secondaryForeground:#ccc;--vscode-button-secondaryHoverBackground:#3c3c3c;--vscode-dropdown-background:#313131;--vscode-dropdown-foreground:#ccc;--vscode-dropdown-border:#3c3c3c;--vscode-input-background:#313131;--vscode-input-foreground:#ccc;--vscode-input-border:#3c3c3c;--vscode-badge-background:#616161;--vscode-badge-foreground:#f8f8f8;--vscode-textLink-foreground:#4daafc;--vscode-errorForeground:#f85149;--vscode-editorError-foreground:#f14c4c;--vscode-editorWarning-foreground:#cca700;--vscode-charts-blue:#3794ff;--vscode-charts-green:#89d185;--vscode-charts-orange:#d18616;--vscode-charts-red:#f14c4c;--vscode-charts-purple:#b180d7;--vscode-inputValidation-warningBackground:#352a05;--vscode-inputValidation-warningBorder:#b89500;--vscode-inputValidation-infoBackground:#063b49;--vscode-inputValidation-infoBorder:#007acc}",
  light: "body{--vscode-foreground:#3b3b3b;--vscode-font-size:13px;--vscode-font-family:system-ui,'Noto Sans CJK SC',sans-serif;--vscode-editor-font-family:monospace;--vscode-editor-background:#fff;--vscode-editorWidget-background:#f8f8f8;--vscode-editorWidget-border:#c8c8c8;--vscode-panel-border:#e5e5e5;--vscode-descriptionForeground:#616161;--vscode-focusBorder:#005fb8;--vscode-button-background:#005fb8;--vscode-button-foreground:#fff;--vscode-button-hoverBackground:#0258a8;--vscode-button-secondaryBackground:#e5e5e5;--vscode-button-secondaryForeground:#3b3b3b;--vscode-button-secondaryHoverBackground:#ccc;--vscode-dropdown-background:#fff;--vscode-dropdown-foreground:#3b3b3b;--vscode-dropdown-border:#cecece;--vscode-input-background:#fff;--vscode-input-foreground:#3b3b3b;--vscode-input-border:#cecece;--vscode-badge-background:#ccc;--vscode-badge-foreground:#3b3b3b;--vscode-textLink-foreground:#005fb8;--vscode-errorForeground:#f85149;--vscode-editorError-foreground:#e51400;--vscode-editorWarning-foreground:#bf8803;--vscode-charts-blue:#1a85ff;--vscode-charts-green:#388a34;--vscode-charts-orange:#d18616;--vscode-charts-red:#e51400;--vscode-charts-purple:#652d90;--vscode-inputValidation-warningBackground:#f6f5d2;--vscode-inputValidation-warningBorder:#b89500;--vscode-inputValidation-infoBackground:#d6ecf2;--vscode-inputValidation-infoBorder:#007acc}",
};

// What a webview has of VS Code, kept so that a test can look at it. It is the host's, not the page's.
const HOST = "window.sent=[];window.acquireVsCodeApi=()=>({postMessage:(m)=>window.sent.push(m),getState:()=>window.kept,setState:(s)=>{window.kept=s}})";

function serve() {
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const [, name] = /^\/(graph|talk)$/.exec(url.pathname) ?? [];
    if (name !== undefined) {
      const origin = `http://${request.headers.host}`;
      const html = markup({ title: name, source: origin, script: `/${name}.js`, style: `/${name}.css`, nonce: "test", body: name === "graph" ? GRAPH_BODY : TALK_BODY });
      response.setHeader("content-type", "text/html; charset=utf-8").end(html);
    } else if (/^\/(graph|talk)\.(js|css)$/.test(url.pathname)) {
      response.setHeader("content-type", url.pathname.endsWith("js") ? "text/javascript" : "text/css").end(readFileSync(join(extension, "dist", url.pathname)));
    } else {
      response.writeHead(404).end();
    }
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server)));
}

const at = (line) => ({ uri: "file:///w/change.flow", range: { start: { line, character: 8 }, end: { line, character: 16 } } });

function orderChange() {
  const node = (id, kind, label, x, y, width, more = {}) => ({ id, kind, label, x, y, width, height: 34 + 15 * (more.details?.length ?? 0), details: [], ...more });
  const edge = (from, to, label, points, kind, more = {}) => ({ from, to, label, points, kind, location: at(20), ...more });
  return {
    name: "change_delivery_date", location: at(13), width: 560, height: 640, stale: false,
    nodes: [
      node(0, "start", "change_delivery_date", 150, 0, 190, { location: at(14) }),
      node(1, "state", "locate", 185, 90, 120, { location: at(27), details: ["fill order", "do orders.get"], coverage: "entered" }),
      node(2, "state", "collect", 185, 230, 120, { location: at(40), details: ["fill new_date"], coverage: "entered", severity: "warning", findings: ["W0405: may be carried out twice"] }),
      node(3, "state", "authorise", 185, 350, 120, { location: at(45), details: ["do crm.permission"], coverage: "entered" }),
      node(4, "state", "update", 60, 470, 150, { location: at(53), details: ["do orders.reschedule"], coverage: "entered", severity: "error", findings: ["E0410: `new_date` may be empty here"] }),
      node(5, "state", "refuse", 320, 470, 110, { location: at(62), coverage: "missed" }),
      node(6, "end", "resolved", 85, 590, 100, {}),
      node(7, "human", "a human", 420, 590, 110, {}),
    ],
    edges: [
      edge(0, 1, "intent change_delivery_date", [[245, 34], [245, 90]], "intent", { coverage: "taken" }),
      edge(1, 1, "not_found", [[305, 110], [345, 120], [305, 130]], "error", { coverage: "taken" }),
      edge(1, 2, "", [[245, 154], [245, 230]], "goto", { coverage: "taken" }),
      edge(2, 3, "", [[245, 279], [245, 350]], "goto", { coverage: "taken" }),
      edge(3, 4, "permit.granted", [[245, 399], [135, 470]], "when", { coverage: "taken" }),
      edge(3, 5, "otherwise", [[245, 399], [375, 470]], "when", { coverage: "missed" }),
      edge(4, 6, "", [[135, 519], [135, 590]], "goto", { coverage: "taken" }),
      edge(5, 7, "", [[375, 504], [475, 590]], "goto", { coverage: "missed" }),
      edge(3, 7, "failed", [[245, 399], [475, 430], [475, 590]], "error", { coverage: "missed" }),
    ],
  };
}

function large(count) {
  const columns = 20;
  const nodes = Array.from({ length: count }, (_, id) => ({ id, kind: "state", label: `state_${id}`, details: ["fill order", "say …"], x: (id % columns) * 160, y: Math.floor(id / columns) * 110, width: 130, height: 64, location: at(id + 2) }));
  const edges = nodes.slice(1).map((node, i) => ({ from: i, to: node.id, label: `when ${i}`, kind: "when", points: [[nodes[i].x + 65, nodes[i].y + 64], [node.x + 65, node.y]], location: at(i) }));
  return { name: "large", location: at(0), width: columns * 160, height: Math.ceil(count / columns) * 110, stale: false, nodes, edges };
}

const CONVERSATION = {
  id: "c1", revision: 3, flow: "change_delivery_date", channel: "web", language: "en", languages: ["zh", "en"], channels: ["web", "api", "mail"], now: "2026-06-01T09:30",
  customerFields: [{ name: "id", type: "text" }, { name: "tier", type: "one_of", options: ["standard", "silver", "gold"] }], customer: { id: "C-1001", tier: "gold" },
  lines: [
    { who: "user", text: "I need to change the delivery date of order #12345.", understanding: [{ intent: "change_delivery_date", confidence: 0.973 }, { intent: "cancel_order", confidence: 0.021 }], taken: "intent change_delivery_date" },
    { who: "call", text: 'orders.get(order: "12345") -> { due: 2026-06-10 }' },
    { who: "bot", text: "It is due on 10 June. What is the new date (YYYY-MM-DD)?", state: { flow: "change_delivery_date", state: "collect", location: at(40) } },
    { who: "user", text: "当前交货日为6月10日<b>不</b>", understanding: [{ intent: "cancel_order", confidence: 0.31 }], taken: "a miss" },
    { who: "time", text: "10m pass" },
    { who: "bot", text: "Did you mean one of these?", on: "mail", choices: [{ label: "Change a date", payload: "p1" }, { label: "Cancel an order", payload: "p2" }] },
  ],
  status: "bot", waitsFor: "new_date", wakesInMs: 600000,
  call: { key: "k1", action: "crm.permission", args: { customer_id: "C-1001", order: "12345" }, suggestions: [{ label: "granted", value: { granted: true } }, { label: "not granted", value: { granted: false } }, { label: "fails", error: "fails" }] },
  slots: [{ name: "order", of: "change_delivery_date", value: "12345", turn: 1, location: at(17) }, { name: "new_date", of: "change_delivery_date", location: at(20) }, { name: "impact", of: "session" }],
  path: [{ flow: "change_delivery_date", state: "locate", location: at(27) }, { flow: "change_delivery_date", state: "collect", location: at(40) }],
};

const cases = {
  async "the graph is drawn, coloured, and leads to the source"({ open, shoot }) {
    for (const theme of ["dark", "light"]) {
      const page = await open("graph", theme);
      await tell(page, { type: "graph", flows: [orderChange(), large(3)], flow: undefined, followCursor: true });
      await tell(page, { type: "cursor", uri: "file:///w/change.flow", position: { line: 48, character: 4 }, flow: "change_delivery_date" });
      assert.equal(await page.locator(".node").count(), 8);
      assert.equal(await page.locator(".node.here .name").textContent(), "authorise");
      assert.equal(await page.locator(".node.error circle.badge").count(), 1);
      await shoot(page, `graph-${theme}`);
      await page.locator(".node.state", { hasText: "collect" }).click();
      assert.deepEqual((await sent(page)).at(-1), { type: "reveal", location: at(40) });
      await page.selectOption("#flow", "large");
      assert.equal(await page.locator(".node").count(), 3);
    }
  },
  async "the pages keep what they are about for when the window is loaded anew"({ open }) {
    const graph = await open("graph");
    await tell(graph, { type: "graph", document: "file:///w/change.flow", flows: [large(3)], flow: "large", followCursor: true });
    assert.deepEqual(await graph.evaluate(() => window.kept), { document: "file:///w/change.flow", flow: "large" });
    const talk = await open("talk");
    await tell(talk, { type: "begins", kept: { document: "file:///w/change.flow", flow: "change_delivery_date" } });
    await tell(talk, { type: "conversation", conversation: CONVERSATION, edited: false });
    await tell(talk, { type: "notice", text: "It begins anew." });
    assert.deepEqual(await talk.evaluate(() => window.kept), { document: "file:///w/change.flow", flow: "change_delivery_date" });
    assert.equal(await talk.locator("#banner").textContent(), "It begins anew.");
  },
  async "keys go from state to state and zoom"({ open }) {
    const page = await open("graph");
    await tell(page, { type: "graph", flows: [orderChange()], flow: undefined, followCursor: true });
    await page.locator(".node[tabindex='0']").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.deepEqual((await sent(page)).at(-1), { type: "reveal", location: at(40) });
    const scale = async () => Number(/scale\(([\d.]+)\)/.exec(await page.locator("#layer").getAttribute("transform"))[1]);
    const before = await scale();
    await page.keyboard.press("+");
    assert.ok((await scale()) > before);
    await page.keyboard.press("0");
    assert.ok(Math.abs((await scale()) - before) < 1e-9);
  },
  async "500 states are drawn in time, and drawn anew as fast"({ open, shoot }) {
    const page = await open("graph");
    for (let edit = 0; edit < 2; edit++) {
      const ms = await page.evaluate(async (message) => {
        const begin = performance.now();
        window.dispatchEvent(new MessageEvent("message", { data: message }));
        await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
        return performance.now() - begin;
      }, { type: "graph", flows: [large(500)], flow: "large", followCursor: true });
      console.log(`    500 states: ${Math.round(ms)} ms`);
      assert.ok(ms < 2_000, `${ms} ms`);
    }
    assert.equal(await page.locator(".node").count(), 500);
    await shoot(page, "graph-500");
  },
  async "why there is no graph is said"({ open }) {
    const page = await open("graph");
    await tell(page, { type: "none", why: "There is no graph." });
    assert.equal(await page.locator("#banner").textContent(), "There is no graph.");
    assert.ok(await page.locator("#banner").isVisible());
  },
  async "what is said of a drawing leaves it, and goes when the cursor is back"({ open }) {
    const page = await open("graph");
    await tell(page, { type: "graph", flows: [orderChange()], flow: undefined, followCursor: true });
    await tell(page, { type: "notice", text: "This file has no flow." });
    assert.equal(await page.locator(".node").count(), 8);
    assert.equal(await page.locator("#banner").textContent(), "This file has no flow.");
    await tell(page, { type: "cursor", uri: "file:///w/change.flow", position: { line: 48, character: 4 }, flow: "change_delivery_date" });
    assert.ok(await page.locator("#banner").isHidden());
  },
  async "a conversation is shown, and what is pressed is sent"({ open, shoot }) {
    for (const theme of ["dark", "light"]) {
      const page = await open("talk", theme);
      await tell(page, { type: "conversation", conversation: CONVERSATION, edited: false });
      await shoot(page, `talk-${theme}`);
      assert.equal(await page.locator(".line").count(), 6);
      assert.equal(await page.locator(".line b").count(), 0); // What she wrote stays text.
      assert.match(await page.locator(".line.user .facts").first().textContent(), /change_delivery_date 97 %/);
      assert.ok(await page.locator("#text").isDisabled());
      await page.locator(".suggestion", { hasText: "fails" }).click();
      assert.deepEqual((await sent(page)).at(-1), { type: "answer", key: "k1", error: "fails" });
      // While one is under way nothing else is sent.
      const count = (await sent(page)).length;
      await page.locator(".suggestion").first().click({ force: true });
      assert.equal((await sent(page)).length, count);
    }
  },
  async "an answer that is no JSON is not sent"({ open }) {
    const page = await open("talk");
    await tell(page, { type: "conversation", conversation: CONVERSATION, edited: false });
    await page.locator("#json summary").click();
    await page.fill("#answer", "{granted");
    await page.locator("#call button[type=submit]").click();
    assert.match(await page.locator("#answer-error").textContent(), /not JSON/);
    assert.equal((await sent(page)).filter((message) => message.type === "answer").length, 0);
    await page.fill("#answer", '{"granted": false}');
    await page.locator("#call button[type=submit]").click();
    assert.deepEqual((await sent(page)).at(-1), { type: "answer", key: "k1", value: { granted: false } });
  },
  async "lines that were there stay, and the keyboard goes where it is needed"({ open }) {
    const page = await open("talk");
    const { call, ...calm } = CONVERSATION;
    const show = (more = {}) => tell(page, { type: "conversation", conversation: { ...calm, ...more }, edited: false });
    const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.className);
    await show();
    await page.evaluate(() => { document.querySelector(".line").isMarked = true; });
    const said = { who: "user", text: "6月15日" };
    await page.fill("#text", said.text);
    await page.keyboard.press("Enter");
    await show({ lines: [...calm.lines, said], call });
    assert.equal(await page.locator(".line").count(), 7);
    assert.equal(await page.evaluate(() => document.querySelector(".line").isMarked), true);
    assert.equal(await focused(), "suggestion");
    await page.keyboard.press("Enter");
    await show({ lines: [...calm.lines, said] });
    assert.equal(await focused(), "text");
    // A button that waited for its answer has the keyboard again; a field keeps it.
    await page.locator("#wake").focus();
    await page.keyboard.press("Enter");
    await show();
    assert.equal(await focused(), "wake");
    await page.locator("#span").focus();
    await show({ call });
    assert.equal(await focused(), "span");
  },
  async "while there is no conversation nothing can be asked of one"({ open }) {
    const page = await open("talk");
    const { call: _, ...calm } = CONVERSATION;
    await tell(page, { type: "conversation", conversation: calm, edited: false });
    await page.locator("summary", { hasText: "Customer" }).click();
    const fields = ["#language", "#channel", "#span", "#text", "#customer select", "#customer input"];
    for (const field of fields) {
      assert.ok(await page.locator(field).first().isEnabled(), field);
    }
    await tell(page, { type: "none", why: "The server ended." });
    for (const field of [...fields, "#record"]) {
      assert.ok(await page.locator(field).first().isDisabled(), field);
    }
    assert.ok(await page.locator("#restart").isEnabled());
    assert.equal(await page.locator(".line").count(), 0);
  },
  async "words, choices, time, language and customer are sent; the way over an edit is told"({ open, shoot }) {
    const page = await open("talk");
    const { call: _, ...calm } = CONVERSATION;
    const show = (more = {}, edited = false) => tell(page, { type: "conversation", conversation: { ...calm, ...more }, edited });
    await show({ kept: { kept: true } }, true);
    assert.match(await page.locator("#banner").textContent(), /came over your edit/);
    await show({ kept: { kept: true } });
    assert.ok(await page.locator("#banner").isHidden());
    await show({ kept: { kept: false, why: "what it waits for in `f.collect` has no place any more" } }, true);
    await shoot(page, "talk-old-version");
    await page.fill("#text", " 6月15日 ");
    await page.keyboard.press("Enter");
    assert.deepEqual((await sent(page)).at(-1), { type: "say", text: "6月15日" });
    await show();
    await page.locator(".choice", { hasText: "Cancel" }).click();
    assert.deepEqual((await sent(page)).at(-1), { type: "say", text: "Cancel an order", payload: "p2" });
    await show();
    await page.locator("#wake").click();
    assert.deepEqual((await sent(page)).at(-1), { type: "pass", ms: 600000 });
    await show();
    await page.selectOption("#language", "zh");
    assert.deepEqual((await sent(page)).at(-1), { type: "set", language: "zh" });
    await show();
    await page.locator("summary", { hasText: "Customer" }).click();
    await page.locator("#customer select").selectOption("silver");
    assert.deepEqual((await sent(page)).at(-1), { type: "set", customer: { id: "C-1001", tier: "silver" } });
  },
};

const tell = (page, message) => page.evaluate((data) => window.dispatchEvent(new MessageEvent("message", { data })), message);
const sent = (page) => page.evaluate(() => window.sent);

export async function pages() {
  mkdirSync(pictures, { recursive: true });
  const server = await serve();
  const browser = await chromium.launch({ executablePath: process.env.FLOWRIGHT_CHROMIUM ?? "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-gpu"] });
  let fine = true;
  console.log("pages:");
  for (const [name, run] of Object.entries(cases)) {
    const trouble = [];
    const context = await browser.newContext({ viewport: { width: 900, height: 760 } });
    context.setDefaultTimeout(15_000);
    await context.addInitScript(HOST);
    const open = async (which, theme = "dark") => {
      const page = await context.newPage();
      // A page that breaks its own policy, or throws, fails.
      page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
      page.on("pageerror", (error) => trouble.push(String(error)));
      await page.goto(`http://127.0.0.1:${server.address().port}/${which}`);
      await page.evaluate(([css, mode]) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        document.adoptedStyleSheets = [sheet];
        document.body.classList.add(`vscode-${mode}`);
      }, [THEMES[theme], theme]);
      return page;
    };
    const shoot = (page, file) => page.screenshot({ path: join(pictures, `page-${file}.png`) });
    try {
      await run({ open, shoot });
      assert.deepEqual(trouble.filter((text) => !text.includes("favicon") && !text.includes("404")), []);
      console.log(`  ok ${name}`);
    } catch (error) {
      fine = false;
      console.log(`  FAILED ${name}: ${error.stack}`);
    }
    await context.close();
  }
  await browser.close();
  server.close();
  return fine;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exit((await pages()) ? 0 : 1);
}
