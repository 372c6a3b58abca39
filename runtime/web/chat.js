// The development chat page: the whole window, and customers to choose from.
const at = (id) => document.getElementById(id);
const bot = await (await fetch("/chat.json")).json();
const language = languageOf([navigator.language], bot.languages);
const word = wordsOf(language);
document.documentElement.lang = language;

const kept = (key) => { try { return sessionStorage.getItem(key); } catch { return null; } };
const keep = (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* private mode */ } };
const people = at("who").querySelector("select");
const own = new Map();
let wire, hush;

function line(kind, ...children) {
  const li = make("li", { className: kind }, ...children);
  at("lines").append(li);
  li.scrollIntoView({ block: "end" });
  return li;
}
const state = (text, warn = false) => { at("state").textContent = text; at("state").className = warn ? "warn" : ""; };

function say(text, payload) {
  const id = randomId();
  own.set(id, line("mine waiting", text));
  wire.send({ id, text, payload });
}

const on = {
  state: (now) => { if (now !== "open") state(word[now], now === "lost"); },
  status: (status) => state(status === "handed_off" ? word.human : word.connected),
  reply: (reply) => {
    typing();
    const li = line("bot", reply.agent ? make("small", {}, reply.agent) : undefined);
    fill(li, reply, word, (choice, row) => {
      row.querySelectorAll("button").forEach((b) => { b.disabled = true; });
      say(choice.label, choice.payload);
    });
    li.scrollIntoView({ block: "end" });
  },
  acked: (id) => { typing(); own.get(id)?.classList.remove("waiting"); },
  typing: ({ who, agent }) => { if (who !== "customer") typing(agent ?? document.title); },
  moved: () => at("lines").replaceChildren(),
  // Here what was refused is said as the server says it, once.
  refused: (_, problem) => {
    const note = [problem.detail, problem.help].filter(Boolean).join("; ");
    if (at("lines").lastElementChild?.textContent !== note) line("note warn", note);
  },
};

function typing(name) {
  clearTimeout(hush);
  at("typing").textContent = name ? word.typing(name) : "";
  if (name) hush = setTimeout(typing, 6_000);
}

function begin(fresh) {
  wire?.stop();
  const session = (!fresh && kept("session")) || randomId();
  keep("session", session);
  own.clear();
  at("lines").replaceChildren();
  const address = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${bot.socket}`;
  const query = () => ({ language, ...(people.value ? { customer: people.value } : {}) });
  wire = new Wire({ address, query, on, session });
  wire.start();
  at("text").focus();
}

document.title = bot.bot.replaceAll("_", " ");
at("bot").textContent = document.title;
at("send").textContent = word.send; at("again").textContent = word.again; at("text").placeholder = word.write;
at("text").setAttribute("aria-label", word.write);
at("who").querySelector("span").textContent = word.youAre;
for (const { id, label } of [...bot.customers, { id: "", label: word.nobody }]) people.append(new Option(id ? `${label} (${id})` : label, id));
people.value = kept("customer") ?? bot.customers[0]?.id ?? "";
at("who").hidden = bot.customers.length === 0;
people.onchange = () => { keep("customer", people.value); begin(true); };
at("again").onclick = () => begin(true);
const box = at("text");
const fit = () => { box.rows = Math.min(6, box.value.split("\n").length); };
box.oninput = () => { fit(); wire?.typing(); };
// Enter sends, but not the Enter that ends a word in an input method.
box.onkeydown = (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); at("form").requestSubmit(); } };
at("form").onsubmit = (event) => { event.preventDefault(); const text = box.value.trim(); if (text) { say(text); box.value = ""; fit(); } };
if (bot.socket) begin(false); else { state(word.noSocket, true); at("send").disabled = true; }
