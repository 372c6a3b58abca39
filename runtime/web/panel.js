// The launcher and the panel. They stand in a shadow root: no style of the site reaches them, and none of theirs
// the site.
const LINES_MAX = 300, HUSH_MS = 6_000, CHARS_MAX = 10_000;
const SVG = "http://www.w3.org/2000/svg";

function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: "24", height: "24", "aria-hidden": "true", focusable: "false" })) svg.setAttribute(key, value);
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}
const BUBBLE = "M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z";
const CROSS = "M6 4.6 12 10.6 18 4.6 19.4 6 13.4 12 19.4 18 18 19.4 12 13.4 6 19.4 4.6 18 10.6 12 4.6 6z";
const CLIP = "M16.5 6.5v9.8a4.5 4.5 0 0 1-9 0V5.8a3 3 0 0 1 6 0v9.4a1.5 1.5 0 0 1-3 0V6.5H9v8.7a3 3 0 0 0 6 0V5.8a4.5 4.5 0 0 0-9 0v10.5a6 6 0 0 0 12 0V6.5z";
const ARROW = "M3 20.5 21.5 12 3 3.5 3 10.2 15 12 3 13.8z";

class Panel {
  // `on`: said(text), attached(files), chose(choice), typed(), opened(), closed().
  constructor({ word, language, title, side, theme, colour, on }) {
    Object.assign(this, { word, title, on });
    this.host = make("flowright-chat");
    const shadow = this.host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    shadow.adoptedStyleSheets = [sheet];
    this.root = make("div", { className: "root", lang: language, role: "region", "aria-label": word.chat, "data-side": side });
    this.themed(theme);
    if (colour) this.coloured(colour);
    this.launcher = make("button", { className: "launcher", type: "button", "aria-haspopup": "dialog", "aria-label": word.open }, icon(BUBBLE));
    this.badge = make("span", { className: "badge", "aria-hidden": "true", hidden: true });
    this.launcher.append(this.badge);
    this.news = make("p", { className: "unseen", role: "status" });
    this.root.append(this.launcher, this.news, this.panel());
    shadow.append(this.root);
    this.launcher.onclick = () => this.open();
  }

  panel() {
    const { word } = this;
    this.state = make("p", { className: "state", role: "status" });
    const shut = make("button", { className: "shut", type: "button", "aria-label": word.close }, icon(CROSS));
    shut.onclick = () => this.close();
    this.log = make("div", { className: "log", role: "log", "aria-live": "off", "aria-label": word.conversation, tabIndex: 0 });
    this.hint = make("p", { className: "typing", role: "status" });
    this.box = make("textarea", { rows: 1, maxLength: CHARS_MAX, placeholder: word.write, "aria-label": word.write, autocomplete: "off" });
    const send = make("button", { className: "send", type: "submit", "aria-label": word.send }, icon(ARROW));
    const picker = make("input", { type: "file", multiple: true, hidden: true, tabIndex: -1 });
    const attach = make("button", { className: "attach", type: "button", "aria-label": word.attach, title: word.attach }, icon(CLIP));
    attach.onclick = () => picker.click();
    // The same file may be chosen again.
    picker.onchange = () => { this.on.attached([...picker.files]); picker.value = ""; this.box.focus(); };
    this.form = make("form", {}, attach, picker, this.box, send);
    this.form.onsubmit = (event) => { event.preventDefault(); this.submit(); };
    this.box.oninput = () => { this.fit(); this.on.typed(); };
    // Enter sends, but not the Enter that ends a word in an input method.
    this.box.onkeydown = (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    };
    this.dialog = make("section", { className: "panel", role: "dialog", "aria-labelledby": "title", tabIndex: -1, hidden: true },
      make("header", {}, make("div", {}, make("h2", { id: "title" }, this.title), this.state), shut), this.log, this.hint, this.form);
    this.dialog.onkeydown = (event) => {
      // The site must not take what is typed here for its own keys.
      event.stopPropagation();
      if (event.key === "Escape" && !event.isComposing) this.close();
      else if (event.key === "Tab") this.stay(event);
    };
    return this.dialog;
  }

  themed(theme) {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const apply = () => { this.root.setAttribute("data-theme", theme ?? (dark.matches ? "dark" : "light")); };
    dark.addEventListener("change", apply);
    apply();
  }

  // The site's colour, and on it black or white, whichever is read better.
  coloured(colour) {
    const part = (at) => { const c = parseInt(colour.slice(at, at + 2), 16) / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
    const light = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
    this.root.style.setProperty("--accent", colour);
    this.root.style.setProperty("--on-accent", light > 0.179 ? "#000" : "#fff");
  }

  get isOpen() { return !this.dialog.hidden; }

  open() {
    if (this.isOpen) return;
    this.dialog.hidden = false;
    this.launcher.hidden = true;
    this.unread(0);
    // On a telephone the keyboard would hide what the bot says.
    (matchMedia("(pointer: coarse)").matches ? this.dialog : this.box).focus();
    this.toEnd();
    this.on.opened();
  }

  close() {
    if (!this.isOpen) return;
    this.dialog.hidden = true;
    this.launcher.hidden = false;
    this.launcher.focus();
    this.on.closed();
  }

  // Where the panel covers the page, Tab does not go to what is behind it.
  stay(event) {
    if (!matchMedia("(max-width: 480px), (max-height: 480px)").matches) return;
    const stops = [...this.dialog.querySelectorAll("button:not(:disabled), a, textarea, .log")];
    const last = event.shiftKey ? stops[0] : stops.at(-1);
    const here = this.host.shadowRoot.activeElement;
    if (here !== last && !(event.shiftKey && here === this.dialog)) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }

  submit() {
    const text = this.box.value.trim();
    if (text && this.on.said(text)) { this.box.value = ""; this.fit(); }
  }

  // As many lines as there are, up to five; a line is 24 pixels, and there are 8 above and below.
  fit() {
    this.box.rows = 1;
    this.box.rows = Math.min(5, Math.max(1, Math.floor((this.box.scrollHeight - 16) / 24)));
  }

  // Where a line stands is its number: replies have theirs, and what the customer wrote stands behind the last that
  // she had seen.
  place(line, order) {
    line.order = order;
    const atEnd = this.isAtEnd();
    let before = null;
    for (let other = this.log.lastElementChild; other && other.order > order; other = other.previousElementSibling) before = other;
    this.log.insertBefore(line, before);
    while (this.log.childElementCount > LINES_MAX) this.log.firstElementChild.remove();
    this.settle();
    if (atEnd || line.classList.contains("mine")) this.toEnd();
  }

  // What the customer has answered is not to be pressed any more.
  settle() {
    const answered = Math.max(0, ...[...this.log.querySelectorAll(".mine")].map((line) => line.order));
    for (const button of this.log.querySelectorAll(".choices button")) button.disabled = button.closest(".line").order < answered;
  }

  isAtEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60; }
  toEnd() { this.log.scrollTop = this.log.scrollHeight; }

  reply(reply) {
    this.typing();
    const name = reply.agent ?? this.title;
    const line = make("div", { className: "line bot" },
      reply.agent ? make("small", { className: "name" }, name) : make("span", { className: "unseen" }, `${name}: `));
    fill(line, reply, this.word, (choice) => { this.box.focus(); this.on.chose(choice); });
    this.place(line, reply.seq);
  }

  own({ id, text, files = [], after, state }) {
    const line = make("div", { className: "line mine" }, make("span", { className: "unseen" }, `${this.word.you}: `), make("span", { className: "text" }, text),
      ...files.map((name) => make("span", { className: "file" }, icon(CLIP), make("span", { className: "unseen" }, `${this.word.file}: `), name)), make("small", { className: "note" }));
    line.setAttribute("data-id", id);
    this.place(line, after + 0.5);
    this.mark(id, state);
  }

  has(id) { return Boolean(this.line(id)); }
  line(id) { return [...this.log.querySelectorAll(".mine")].find((line) => line.getAttribute("data-id") === id); }

  // `state`: waiting, sending, sent, refused; with why.
  mark(id, state, why) {
    const line = this.line(id);
    if (!line) return;
    const atEnd = this.isAtEnd();
    line.setAttribute("data-state", state);
    const note = { waiting: this.word.waiting, sending: this.word.sending, refused: this.word.refused }[state] ?? "";
    line.querySelector(".note").textContent = why ? `${note}: ${why}` : note;
    if (atEnd) this.toEnd();
  }

  // Something that is neither's words; said once.
  note(text) {
    const last = this.log.lastElementChild;
    if (last?.classList.contains("warn") && last.textContent === text) return;
    this.place(make("div", { className: "line warn" }, text), last?.order ?? 0);
  }

  typing(name) {
    clearTimeout(this.hush);
    this.hint.textContent = name ? this.word.typing(name) : "";
    this.hint.classList.toggle("on", Boolean(name));
    if (name) this.hush = setTimeout(() => this.typing(), HUSH_MS);
  }

  show(text, lost) {
    this.state.textContent = text;
    this.state.classList.toggle("lost", Boolean(lost));
  }

  // What was said before is not read out when it is shown again.
  aloud(aloud) { this.log.setAttribute("aria-live", aloud ? "polite" : "off"); }

  unread(count) {
    this.badge.hidden = count === 0;
    this.badge.textContent = count > 9 ? "9+" : String(count);
    this.launcher.setAttribute("aria-label", count ? `${this.word.open}, ${this.word.unread(count)}` : this.word.open);
    this.news.textContent = count ? this.word.unread(count) : "";
  }

  clear() { this.log.replaceChildren(); this.typing(); }
}
