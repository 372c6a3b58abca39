// The widget: one script tag on any site. It asks the server what bot there is and whether this site may talk
// to it, and shows a button. No conversation begins before the button is pressed.
const FULL = 50, SHOWN_BEFORE = 50, ASK_MS = 2_000, ASK_MAX_MS = 60_000;
const tag = document.currentScript;
const option = (name) => tag?.getAttribute(`data-${name}`)?.trim() ?? "";
const api = (window.flowright ??= {});

// What says whose page it is: the site may change it at any time.
function siteToken() {
  const token = window.flowright?.token;
  return typeof token === "function" ? token() : token ?? option("token");
}

class Widget {
  constructor(base, bot) {
    Object.assign(this, { base, bot, uploads: new Map() });
    this.language = languageOf([option("language"), document.documentElement.lang, navigator.language], bot.languages);
    this.word = wordsOf(this.language);
    this.title = option("title") || bot.bot.replaceAll("_", " ");
    this.memory = new Memory(base, option("remember"));
    this.panel = new Panel({
      word: this.word, language: this.language, title: this.title,
      side: option("position") === "left" ? "left" : "right",
      theme: ["light", "dark"].find((theme) => theme === option("theme")),
      colour: /^#[0-9a-f]{6}$/i.test(option("color")) ? option("color") : undefined,
      on: {
        said: (text) => this.say(text),
        attached: (files) => files.forEach((file) => this.attach(file)),
        chose: ({ label, payload }) => this.say(label, payload),
        typed: () => this.wire?.typing(),
        opened: () => { this.remember(true); this.begin(); this.read(); },
        closed: () => this.remember(false),
      },
    });
    this.memory.watch((name) => this.elsewhere(name));
    document.body.append(this.panel.host);
    if (this.memory.get("session")) this.begin();
    if (this.wasOpen() || option("open") === "true") this.panel.open();
  }

  // On the site's next page the panel is as it was, in this tab.
  remember(open) { try { sessionStorage.setItem(`flowright:${this.base}:open`, open ? "1" : ""); } catch { /* it is closed there */ } }
  wasOpen() { try { return sessionStorage.getItem(`flowright:${this.base}:open`) === "1"; } catch { return false; } }

  // Opens the conversation, or goes on with it.
  begin() {
    if (this.wire) return;
    const session = this.memory.get("session") || randomId();
    this.memory.set("session", session);
    this.readTo = Number(this.memory.get("read")) || 0;
    this.status = "bot";
    const conversation = this.memory.get("conversation");
    this.wire = new Wire({
      address: () => this.base.replace(/^http/, "ws") + this.bot.socket,
      query: () => ({ language: this.language }),
      token: siteToken,
      on: this.events(), session, conversation, seen: Math.max(0, this.readTo - SHOWN_BEFORE),
    });
    this.panel.aloud(this.readTo === 0);
    this.showOwn(this.wire.seen);
    this.wire.start();
  }

  events() {
    const { panel, memory } = this;
    return {
      state: (state) => {
        this.state = state;
        if (state === "open") { this.showStatus(); for (const id of this.wire.waiting.keys()) panel.mark(id, "sending"); return; }
        panel.typing();
        panel.show(this.word[state], state === "lost");
        if (state === "lost") for (const id of this.wire.waiting.keys()) panel.mark(id, "waiting");
      },
      status: (status) => {
        this.status = status;
        this.carryOver();
        if (status === "bot") this.agent = undefined;
        panel.aloud(true);
        panel.typing();
        this.showStatus();
      },
      reply: (reply) => { if (reply.agent) { this.agent = reply.agent; this.showStatus(); } panel.reply(reply); this.read(); },
      acked: (id) => { panel.typing(); memory.markOwn(id, "sent"); panel.mark(id, "sent"); },
      typing: ({ who, agent }) => { if (who !== "customer") panel.typing(agent ?? (this.status === "bot" ? this.title : this.word.colleague)); },
      uploaded: (id, attachment) => this.uploaded(id, attachment),
      moved: (conversation) => this.moved(conversation),
      refused: (id, problem, passes) => {
        console.warn("Flowright:", problem.detail, problem.help ?? "");
        const isFile = this.uploads.has(id);
        const why = (isFile ? plainlyOfFile : plainly)(problem, this.word);
        if (isFile && !passes) this.uploads.delete(id);
        if (passes || !id) { panel.note(why); return; }
        memory.markOwn(id, "refused");
        panel.mark(id, "refused", why);
      },
    };
  }

  showStatus() {
    if (this.state !== "open" && !this.wire.ready) return;
    const { word } = this;
    this.panel.show(this.status !== "handed_off" ? word.connected : this.agent ? word.humanNamed(this.agent) : word.human);
  }

  // It turned out whose page it is, or the server lost what it knew: what waits to be sent goes along. What was
  // meant for the conversation of another customer does not.
  moved(conversation) {
    const { memory, panel, wire } = this;
    const before = memory.get("conversation");
    this.carried = before === "" || before === conversation ? memory.takeOwn(before) : [];
    memory.set("conversation", conversation);
    memory.set("read", 0);
    this.readTo = 0;
    panel.clear();
    panel.aloud(false);
    wire.waiting.clear();
    this.showOwn(0);
  }

  // Behind all that was said there.
  carryOver() {
    for (const old of this.carried?.splice(0) ?? []) {
      const entry = { ...old, in: this.wire.conversation, after: this.wire.seen };
      this.memory.keepOwn(entry);
      this.panel.own(entry);
      this.wire.waiting.set(entry.id, entry);
    }
  }

  showOwn(from) {
    for (const entry of this.memory.own(this.wire.conversation)) {
      if (entry.state === "waiting") this.wire.waiting.set(entry.id, entry);
      else if (entry.after < from) continue;
      if (!this.panel.has(entry.id)) this.panel.own(entry);
    }
  }

  say(text, payload) {
    this.begin();
    if (this.wire.waiting.size >= FULL) { this.panel.note(this.word.full); return false; }
    const after = Math.max(this.wire.seen, this.readTo);
    const entry = { id: randomId(), text, payload, in: this.wire.conversation, after, at: Date.now(), state: "waiting" };
    this.memory.keepOwn(entry);
    this.panel.own(entry);
    if (this.wire.ready) this.panel.mark(entry.id, "sending");
    this.wire.send(entry);
    return true;
  }

  // A file is a message of its own. It is kept, and waits like one, when the server has its bytes: the browser does not
  // keep them when the page is left.
  attach(file) {
    this.begin();
    if (this.uploads.size >= FULL) { this.panel.note(this.word.full); return; }
    const entry = { id: randomId(), text: "", files: [file.name], after: Math.max(this.wire.seen, this.readTo), at: Date.now(), state: "sending" };
    this.uploads.set(entry.id, entry);
    this.panel.own(entry);
    this.wire.upload(entry.id, file);
  }

  uploaded(id, attachment) {
    const begun = this.uploads.get(id);
    if (!begun) return;
    this.uploads.delete(id);
    const entry = { ...begun, attachments: [attachment.id], in: this.wire.conversation, state: "waiting" };
    this.memory.keepOwn(entry);
    if (!this.panel.has(id)) this.panel.own(entry);
    this.panel.mark(id, "sending");
    this.wire.send(entry);
  }

  // What is shown is read; what comes behind a closed panel is counted.
  read() {
    if (!this.wire) return;
    const { seen } = this.wire;
    if (!this.panel.isOpen) { this.panel.unread(Math.max(0, seen - this.readTo)); return; }
    if (seen <= this.readTo) return;
    this.readTo = seen;
    this.memory.set("read", seen);
  }

  // Another page of the site wrote something, read something, or began anew.
  elsewhere(name) {
    if (name === "session") { this.again(); return; }
    if (!this.wire) return;
    if (name === "read") { this.readTo = Math.max(this.readTo, Number(this.memory.get("read")) || 0); this.read(); return; }
    if (!name.startsWith("own.")) return;
    const entry = this.memory.read(name);
    if (!entry || entry.in !== this.wire.conversation) return;
    if (this.panel.has(entry.id)) this.panel.mark(entry.id, entry.state); else this.panel.own(entry);
    if (entry.state !== "waiting") this.wire.waiting.delete(entry.id);
  }

  again() {
    this.wire?.stop();
    this.wire = undefined;
    this.uploads.clear();
    this.panel.clear();
    this.panel.unread(0);
    if (this.panel.isOpen) this.begin();
  }

  forget() { this.memory.forget(); this.again(); }
}

// Asks until there is an answer: the server may be away when the page is opened.
async function ask(base, pause = ASK_MS) {
  try {
    const answer = await fetch(`${base}/widget.json`, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (answer.ok) return await answer.json();
    console.warn(`Flowright: ${base}/widget.json was answered with ${answer.status}`);
  } catch {
    console.warn(`Flowright: ${base} cannot be reached; if this site has a Content-Security-Policy, its connect-src needs ${base} and ${base.replace(/^http/, "ws")}`);
  }
  await new Promise((over) => { setTimeout(over, pause); });
  return ask(base, Math.min(pause * 2, ASK_MAX_MS));
}

async function begin() {
  const base = (option("server") || new URL(".", tag?.src ?? location.href).href).replace(/\/+$/, "");
  const bot = await ask(base);
  if (!bot.admitted) {
    console.error(`Flowright: pages of ${location.origin} may not talk to ${base}: add "${location.origin}" to allowed_origins under [web] in its flowright.toml`);
    return;
  }
  if (!bot.socket) {
    console.error(`Flowright: the bot at ${base} has no WebSocket channel: declare one, channel web: websocket`);
    return;
  }
  const widget = new Widget(base, bot);
  Object.assign(api, {
    open: () => widget.panel.open(),
    close: () => widget.panel.close(),
    // After a login, or when another customer has the page.
    reconnect: () => widget.wire?.reconnect(),
    // After a logout: nothing of the conversation stays in the browser.
    forget: () => widget.forget(),
  });
  dispatchEvent(new CustomEvent("flowright:ready"));
}

if (!api.begun) {
  api.begun = true;
  if (document.body) begin(); else addEventListener("DOMContentLoaded", begin, { once: true });
}
