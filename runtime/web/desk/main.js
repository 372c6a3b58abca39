// The desk: who is signed in, what she sees, and the keys that go through it.
import { Live, me, presence, signOut } from "./api.js";
import { el, fill } from "./dom.js";
import { languageChoice, login } from "./login.js";
import { Notes } from "./notes.js";
import { Offers } from "./offers.js";
import { panel } from "./panel.js";
import { listed, queue } from "./queue.js";
import { Talk } from "./talk.js";
import { team } from "./team.js";
import { serverIs, words } from "./words.js";

// Times on the page grow without news.
const REDRAW_MS = 15_000;

async function begin() {
  let account;
  try {
    account = await me();
  } catch (error) {
    if (error.status === 401) return login(document.body, begin);
    return fill(document.body, el("p", { role: "alert", className: "middle warn" }, error.message));
  }
  new Desk(account);
}

class Desk {
  constructor(account) {
    this.state = { me: account, queue: { conversations: [], more: 0, agents: [], skills: [] }, open: null, document: null, gone: false, team: false };
    this.list = el("nav", { id: "list", "aria-label": words().desk });
    this.middle = el("main", { id: "talk" });
    this.facts = el("div", { id: "facts" });
    this.offered = el("section");
    this.noted = el("section");
    this.side = el("aside", { id: "panel", "aria-label": words().details }, this.noted, this.facts, this.offered);
    this.head = el("header");
    this.connection = el("p", { id: "connection", role: "status" });
    this.talk = new Talk(this.middle, this.state, { moved: (session, what) => this.moved(session, what) });
    this.offers = new Offers(this.offered, (text) => this.talk.insert(text));
    this.notes = new Notes(this.noted);
    this.keys = el("dialog", { id: "keys" });
    this.onKey = (event) => this.key(event);
    addEventListener("keydown", this.onKey);
    this.timer = setInterval(() => this.redraw(), REDRAW_MS);
    this.draw();
    this.live = new Live({ state: (state) => this.connected(state), told: (told) => this.told(told), out: () => this.leave() });
  }

  draw() {
    const w = words();
    const { me: account } = this.state;
    const takes = el("select", { id: "presence", "aria-label": w.presence, onchange: () => presence(takes.value).catch(() => { this.connection.textContent = w.trouble; }) },
      ["online", "away"].map((value) => el("option", { value, selected: value === (this.own()?.presence ?? "online") }, w[value])));
    fill(this.head, el("h1", {}, w.desk), this.connection, el("span", { id: "me" }, account.name),
      takes, account.supervises && el("button", { id: "team", "aria-pressed": String(this.state.team), onclick: () => this.toTeam() }, w.team),
      languageChoice(() => this.draw()), el("button", { id: "help", "aria-label": w.keys, onclick: () => this.help() }, "?"),
      el("button", { id: "out", onclick: async () => { await signOut().catch(() => {}); this.leave(); } }, w.signOut));
    if (this.head.parentNode !== document.body) document.body.replaceChildren(this.head, el("div", { className: "desk" }, this.list, this.middle, this.side), this.keys);
    this.redraw();
    this.talk.shown = 0;
    this.talk.draw();
    this.beside();
  }

  beside() {
    panel(this.facts, this.state);
    const { open, document: doc } = this.state;
    const shown = doc?.conversation.session === open ? doc : undefined;
    this.offers.show(open, shown);
    this.notes.show(open, shown);
  }

  own() {
    return this.state.queue.agents.find((agent) => agent.agent === this.state.me.id);
  }

  redraw() {
    queue(this.list, this.state, (session) => this.open(session));
    if (this.state.team) team(this.middle, this.state, (session) => this.open(session));
  }

  connected(state) {
    this.connection.textContent = state === "open" ? "" : words()[state];
    this.connection.className = state === "lost" ? "warn" : "";
  }

  told(told) {
    if (told.type === "queue") {
      this.state.queue = told.queue;
      serverIs(told.queue.at_ms);
      this.redraw();
      const select = document.getElementById("presence");
      const now = this.own()?.presence;
      if (select && document.activeElement !== select && (now === "online" || now === "away")) select.value = now;
      if (!this.state.team && this.state.document) this.talk.draw();
    } else if (told.type === "conversation") {
      if (told.document.conversation.session !== this.state.open) return;
      Object.assign(this.state, { document: told.document, gone: false });
      if (!this.state.team) this.talk.draw();
      this.beside();
    } else if (told.type === "gone") {
      if (told.conversation !== this.state.open) return;
      Object.assign(this.state, { document: null, gone: true });
      if (!this.state.team) this.talk.draw();
      this.beside();
    } else if (told.type === "typing" && told.conversation === this.state.open) {
      this.talk.somebodyWrites(told.typing);
    }
  }

  open(session) {
    Object.assign(this.state, { open: session, document: null, gone: false, team: false });
    document.getElementById("team")?.setAttribute("aria-pressed", "false");
    this.live.watch(session);
    this.talk.show(session);
    this.beside();
    this.redraw();
  }

  toTeam() {
    this.state.team = !this.state.team;
    document.getElementById("team").setAttribute("aria-pressed", String(this.state.team));
    if (this.state.team) this.redraw();
    else this.talk.draw();
  }

  // What is closed or given away leaves the page by itself; the list has the keyboard then.
  moved(session, what) {
    if (what === "say" || what === "claim" || what === "assign") return;
    this.list.querySelector("button")?.focus();
  }

  help() {
    const w = words();
    fill(this.keys, el("h2", {}, w.keys), el("dl", {}, w.help.flatMap(([key, text]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, text)])),
      el("button", { autofocus: true, onclick: () => this.keys.close() }, "OK"));
    this.keys.showModal();
  }

  key(event) {
    const inText = /^(TEXTAREA|INPUT|SELECT)$/.test(event.target.tagName);
    const sends = { reply: this.talk, note: this.notes }[event.target.id];
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && sends) {
      event.preventDefault();
      return sends.send();
    }
    if (event.key === "Escape" && !this.keys.open) return this.list.querySelector("[aria-current], button")?.focus();
    if (inText || this.keys.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const does = { j: () => this.step(1), k: () => this.step(-1), c: () => this.talk.session && this.state.document && this.talk.does("claim", {}), r: () => { event.preventDefault(); document.getElementById("reply")?.focus(); }, n: () => { event.preventDefault(); document.getElementById("note")?.focus(); }, t: () => this.state.me.supervises && this.toTeam(), "?": () => this.help() };
    does[event.key]?.();
  }

  step(by) {
    const { yours, waiting, others } = listed(this.state);
    const all = [...yours, ...waiting, ...others].map((one) => one.session);
    const focused = document.activeElement?.dataset?.key;
    const from = all.indexOf(all.includes(focused) ? focused : this.state.open);
    const next = all[Math.min(Math.max(from + by, 0), all.length - 1)];
    [...this.list.querySelectorAll("button")].find((button) => button.dataset.key === next)?.focus();
  }

  leave() {
    this.live.end();
    clearInterval(this.timer);
    removeEventListener("keydown", this.onKey);
    begin();
  }
}

begin();
