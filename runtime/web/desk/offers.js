// What may help with the customer's last words: articles, and what is ready to be said, to be put into the reply.
import { suggestions } from "./api.js";
import { el, fill } from "./dom.js";
import { words } from "./words.js";

export class Offers {
  constructor(place, insert) {
    Object.assign(this, { place, insert });
    this.search = el("input", { id: "look", type: "search", maxLength: 1000, onchange: () => this.ask(this.search.value.trim()) });
    this.found = el("div", { id: "offers", role: "status" });
  }

  // With each document: asked anew when the customer has said something else, or it is hers now.
  show(session, doc) {
    if (!doc) { this.asked = undefined; return fill(this.place); }
    const w = words();
    this.session = session;
    this.search.setAttribute("aria-label", w.look);
    this.search.placeholder = w.look;
    if (!this.place.contains(this.search)) fill(this.place, el("h3", {}, w.offers), this.search, this.found);
    this.place.firstChild.textContent = w.offers;
    const last = doc.transcript.filter((line) => line.from === "customer").at(-1);
    const asked = `${session}/${doc.is_yours}/${last?.at_ms}/${last?.text}/${w.offers}`;
    if (asked === this.asked) return;
    this.asked = asked;
    this.search.value = "";
    this.ask("");
  }

  async ask(question) {
    const w = words();
    const { session } = this;
    let told;
    try {
      const { articles, ready } = await suggestions(session, question);
      told = [
        articles.length ? el("ul", {}, articles.map((article) => this.article(article))) : el("p", { className: "muted" }, w.noOffers),
        ready.length > 0 && el("h3", {}, w.ready),
        ready.length > 0 && el("ul", { id: "ready" }, ready.map((one) => this.ready(one))),
      ];
    } catch {
      told = el("p", { className: "warn" }, w.trouble);
    }
    // Another conversation may be open by now.
    if (session === this.session) fill(this.found, told);
  }

  ready({ name, text }) {
    const w = words();
    return el("li", {}, el("p", { className: "answer" }, text), el("small", {}, name),
      el("button", { type: "button", "data-key": `ready-${name}`, "aria-label": `${w.insert}: ${name}`, onclick: () => this.insert(text) }, w.insert));
  }

  article(article) {
    const w = words();
    const link = article.url && /^https?:/.test(article.url) && el("a", { href: article.url, target: "_blank", rel: "noopener noreferrer" }, w.read);
    return el("li", {},
      el("details", {}, el("summary", {}, article.title), el("p", { className: "answer" }, article.answer)),
      el("small", {}, `${article.knowledge} · ${Math.round(100 * article.confidence)} % `), link,
      el("button", { type: "button", "data-key": `offer-${article.id}`, "aria-label": `${w.insert}: ${article.title}`, onclick: () => this.insert(article.answer) }, w.insert));
  }
}
