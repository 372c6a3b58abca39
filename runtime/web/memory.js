// What the widget keeps in the browser, for each server apart: which conversation the page is in, how far it was
// read, and what the customer wrote, so that other pages of the site and later visits show it, and
// what was not sent yet is not lost. Each thing has a key of its own: pages write at the same time.
const OWN_MAX = 100;

class Memory {
  // `where`: "site" for all pages of the site, "tab" for one tab until it is closed.
  constructor(base, where) {
    this.prefix = `flowright:${base}:`;
    try {
      this.area = where === "tab" ? sessionStorage : localStorage;
      this.area.setItem(`${this.prefix}probe`, "1");
      this.area.removeItem(`${this.prefix}probe`);
    } catch {
      // The browser keeps nothing for this site.
      const kept = new Map();
      this.area = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key), keys: () => [...kept.keys()] };
    }
  }

  get(name) { return this.area.getItem(this.prefix + name) ?? ""; }

  set(name, value) {
    // Full: what is shown now is not shown later, and nothing else goes wrong.
    try { this.area.setItem(this.prefix + name, String(value)); } catch { /* see above */ }
  }

  // What the customer wrote in a conversation, in order.
  own(conversation) {
    const entries = this.names("own.").map((name) => this.read(name)).filter((entry) => entry?.in === conversation);
    return entries.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }

  keepOwn(entry) {
    this.set(`own.${entry.id}`, JSON.stringify(entry));
    const done = this.own(entry.in).filter((old) => old.state !== "waiting");
    for (const old of done.slice(0, -OWN_MAX)) this.area.removeItem(`${this.prefix}own.${old.id}`);
  }

  markOwn(id, state) {
    const entry = this.read(`own.${id}`);
    if (entry) this.set(`own.${id}`, JSON.stringify({ ...entry, state }));
  }

  // Takes all of a conversation out; what was not sent yet comes back.
  takeOwn(conversation) {
    const entries = this.own(conversation);
    for (const { id } of entries) this.area.removeItem(`${this.prefix}own.${id}`);
    return entries.filter((entry) => entry.state === "waiting");
  }

  forget() {
    for (const name of this.names("")) this.area.removeItem(this.prefix + name);
  }

  // What other pages of the site change.
  watch(changed) {
    addEventListener("storage", (event) => {
      if (event.storageArea === this.area && event.key?.startsWith(this.prefix)) changed(event.key.slice(this.prefix.length));
    });
  }

  read(name) {
    try { return JSON.parse(this.get(name)); } catch { return undefined; }
  }

  names(start) {
    const keys = this.area.keys?.() ?? Object.keys(this.area);
    return keys.filter((key) => key.startsWith(this.prefix + start)).map((key) => key.slice(this.prefix.length));
  }
}
