// The conversation that is open: what was said, and what can be done with it.
import { move, newId, typing } from "./api.js";
import { named } from "./files.js";
import { el, fill } from "./dom.js";
import { isMine } from "./queue.js";
import { clock, words } from "./words.js";

const TYPING_EVERY_MS = 3_000;

export class Talk {
  constructor(place, state, on) {
    Object.assign(this, { place, state, on });
    this.list = el("ol");
    this.lines = el("div", { id: "lines", tabIndex: 0, role: "log", "aria-live": "polite" }, this.list);
    this.typing = el("p", { id: "typing", "aria-live": "polite" });
    this.trouble = el("p", { role: "alert", className: "warn" });
    this.text = el("textarea", { id: "reply", rows: 3, oninput: () => this.writes() });
    this.bar = el("div", { className: "bar" });
    this.drafts = new Map();
    this.wrote = 0;
  }

  // Another conversation, or none.
  show(session) {
    if (this.session) this.drafts.set(this.session, this.text.value);
    this.session = session;
    this.shown = 0;
    this.trouble.textContent = "";
    this.typing.textContent = "";
    this.text.value = this.drafts.get(session) ?? "";
    this.list.replaceChildren();
    this.draw();
  }

  draw() {
    const w = words();
    const { document: doc } = this.state;
    if (!this.session) return fill(this.place, el("p", { className: "muted middle" }, w.choose));
    if (!doc || doc.conversation.session !== this.session) return fill(this.place, el("p", { className: "muted middle" }, this.state.gone ? w.gone : w.connecting));
    this.text.placeholder = w.say;
    this.text.setAttribute("aria-label", w.say);
    this.lines.setAttribute("aria-label", this.session);
    this.said(doc.transcript);
    this.actions(doc.conversation);
    const mine = isMine(this.state, doc.conversation);
    const parts = [this.lines, this.typing, this.trouble, mine && this.text, this.bar].filter(Boolean);
    if (parts.length !== this.place.children.length || parts.some((part, n) => this.place.children[n] !== part)) fill(this.place, parts);
    if (this.toEnd) this.lines.scrollTop = this.lines.scrollHeight;
  }

  said(transcript) {
    const w = words();
    const atEnd = this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 40;
    this.toEnd = atEnd || this.shown === 0;
    // Lines only come; where the oldest were dropped, all are drawn anew.
    const key = (line) => `${line.turn}/${line.at_ms}/${line.text}`;
    const known = this.shown && this.lastKey === key(transcript[this.shown - 1] ?? {});
    if (!known) { this.list.replaceChildren(); this.shown = 0; }
    const who = { customer: w.theCustomer, bot: w.bot, agent: w.agent };
    for (const line of transcript.slice(this.shown)) {
      const files = (line.attachments ?? []).map((file) => el("span", { className: "file" }, "📎 ", named(this.session, file)));
      this.list.append(el("li", { className: line.from }, el("small", {}, `${who[line.from]} · ${clock(line.at_ms)}`), el("span", { className: "text" }, line.text), files));
    }
    this.shown = transcript.length;
    this.lastKey = key(transcript[this.shown - 1] ?? {});
  }

  actions(held) {
    const w = words();
    const mine = isMine(this.state, held), { supervises } = this.state.me;
    const button = (text, what, fields = {}, kind = "") => el("button", { type: "button", className: kind, "data-key": what + (fields.outcome ?? ""), onclick: () => this.does(what, fields) }, text);
    const choice = (name, options, does) => options.length > 0 && el("select", { "aria-label": name, "data-key": name, onchange: (event) => { const value = event.target.value; event.target.value = ""; if (value) does(value); } },
      el("option", { value: "" }, `${name}…`), options.map(([value, text]) => el("option", { value }, text)));
    const skills = this.state.queue.skills.filter((skill) => skill !== held.skill).map((skill) => [skill, skill]);
    const agents = this.state.queue.agents.filter((agent) => agent.agent !== held.owner?.agent && agent.presence !== "offline").map((agent) => [agent.agent, agent.name]);
    fill(this.bar,
      mine && el("button", { type: "button", className: "main", "data-key": "send", onclick: () => this.send() }, w.send),
      !mine && button(held.owner ? w.take : w.claim, "claim", {}, "main"),
      mine && choice(w.closeAs, ["resolved", "unresolved", "cancelled"].map((outcome) => [outcome, w[outcome]]), (outcome) => this.does("close", { outcome }, true)),
      mine && button(w.back, "return"),
      (mine || supervises) && held.owner && button(w.release, "release"),
      (mine || supervises) && choice(w.transfer, skills, (skill) => this.does("transfer", { skill })),
      supervises && choice(w.assign, agents, (agent) => this.does("assign", { agent })));
  }

  // Behind what is written already; only who has the conversation writes.
  insert(text) {
    if (!this.text.isConnected) return;
    this.text.value = [this.text.value.trimEnd(), text].filter(Boolean).join("\n\n");
    this.text.focus();
    this.writes();
  }

  writes() {
    if (Date.now() - this.wrote < TYPING_EVERY_MS) return;
    this.wrote = Date.now();
    // That somebody writes may get lost.
    typing(this.session).catch(() => {});
  }

  send() {
    const text = this.text.value.trim();
    if (!text) { this.trouble.textContent = words().empty; return; }
    this.does("say", { text });
  }

  // `withText`: what is written is said with it.
  async does(what, fields, withText = false) {
    const w = words();
    const { session } = this;
    const { epoch } = this.state.document.conversation;
    const text = this.text.value.trim();
    // The same id until it is known what became of it.
    const asked = JSON.stringify([session, what, fields, epoch]);
    if (this.asked !== asked) Object.assign(this, { asked, id: newId() });
    this.trouble.textContent = "";
    try {
      await move(session, what, { id: this.id, epoch, ...fields, ...(withText && text ? { text } : {}) });
      this.asked = undefined;
      if (what === "say" || withText) { this.drafts.delete(session); if (session === this.session) this.text.value = ""; }
      this.on.moved(session, what);
    } catch (error) {
      if (session !== this.session) return;
      this.trouble.textContent = error.status === 409 ? w.first : error.status === 413 ? w.tooLong : error.status === 400 || error.status === 403 || error.status === 422 ? error.message : w.trouble;
    }
  }

  somebodyWrites(who) {
    const w = words();
    if (who.who === "agent" && who.agent === this.state.me.name) return;
    this.typing.textContent = w.writes(who.who === "customer" ? w.theCustomer : who.agent ?? w.bot);
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => { this.typing.textContent = ""; }, 2 * TYPING_EVERY_MS);
  }
}
