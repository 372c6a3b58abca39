// What colleagues wrote down about the conversation, and one of one's own. The customer never reads it.
import { newId, note } from "./api.js";
import { el, fill } from "./dom.js";
import { clock, words } from "./words.js";

const CHARS_MAX = 4_000;

export class Notes {
  constructor(place) {
    this.place = place;
    this.title = el("h3", {});
    this.list = el("ul", { id: "notes", "aria-live": "polite" });
    this.text = el("textarea", { id: "note", rows: 2, maxLength: CHARS_MAX });
    this.keep = el("button", { type: "button", id: "keep", onclick: () => this.send() });
    this.trouble = el("p", { role: "alert", className: "warn" });
    this.drafts = new Map();
  }

  // With each document; nothing where none is open.
  show(session, doc) {
    const w = words();
    if (this.session !== session) {
      if (this.session) this.drafts.set(this.session, this.text.value);
      this.text.value = this.drafts.get(session) ?? "";
      this.trouble.textContent = "";
      this.session = session;
    }
    if (!doc) return fill(this.place);
    this.title.textContent = w.notes;
    this.text.placeholder = w.note;
    this.text.setAttribute("aria-label", w.note);
    this.keep.textContent = w.keep;
    fill(this.list, doc.notes.map((one) => el("li", {}, el("small", {}, `${one.by.name} · ${clock(one.at_ms)}`), el("span", { className: "text" }, one.text))));
    if (!this.place.contains(this.text)) fill(this.place, this.title, this.list, this.text, this.keep, this.trouble);
  }

  async send() {
    const w = words();
    const { session } = this;
    const text = this.text.value.trim();
    if (!text) { this.trouble.textContent = w.empty; return; }
    // The same id until it is known what became of it.
    const asked = JSON.stringify([session, text]);
    if (this.asked !== asked) Object.assign(this, { asked, id: newId() });
    this.trouble.textContent = "";
    let trouble = "";
    try {
      await note(session, { id: this.id, text });
      this.asked = undefined;
      // What was written meanwhile stays, here or in the draft of the conversation that is left.
      if (session !== this.session) this.drafts.delete(session);
      else if (this.text.value.trim() === text) this.text.value = "";
    } catch (error) {
      trouble = error.status === 413 ? w.tooLong : error.status === 404 ? w.gone : w.trouble;
    }
    if (session === this.session) this.trouble.textContent = trouble;
  }
}
