// The web chat: one WebSocket, opened again when it breaks. Whatever the bot says is put in as
// text, never as HTML. A message is kept until the server says that it is durable.
const words = {
  en: { you: "You are", send: "Send", again: "New conversation", type: "Type a message…", on: "Connected", off: "Connection lost, trying again…", human: "A colleague takes over", nobody: "nobody in particular", nosocket: "This bot has no WebSocket channel: it can be reached over REST, see /openapi.json." },
  zh: { you: "您是", send: "发送", again: "新对话", type: "请输入消息…", on: "已连接", off: "连接已断开,正在重试…", human: "已转接人工客服", nobody: "匿名", nosocket: "该机器人没有 WebSocket 渠道,请使用 REST,见 /openapi.json。" },
};
const at = (id) => document.getElementById(id);
const bot = await (await fetch("/chat.json")).json();
const browser = navigator.language.slice(0, 2);
const language = bot.languages.includes(browser) ? browser : bot.languages[0];
const word = words[language] ?? words.en;
document.documentElement.lang = language;

const kept = (key) => { try { return sessionStorage.getItem(key); } catch { return null; } };
const keep = (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* private mode */ } };
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

let session, seen, waiting, socket, pause, people;

function line(kind, text) {
  const li = document.createElement("li");
  li.className = kind;
  if (text) { const span = document.createElement("span"); span.textContent = text; li.append(span); }
  at("lines").append(li);
  li.scrollIntoView({ block: "end" });
  return li;
}
const state = (text, warn) => { at("state").textContent = text; at("state").className = warn ? "warn" : ""; };
const isWeb = (url) => /^https?:\/\//i.test(url);

function media(parent, { links = [], images = [] }) {
  for (const { url, label } of images) {
    if (!isWeb(url)) continue;
    const img = document.createElement("img"); img.src = url; img.alt = label ?? ""; parent.append(img);
  }
  for (const { url, label } of links) {
    if (!isWeb(url)) continue;
    const a = document.createElement("a"); a.href = url; a.rel = "noopener noreferrer"; a.target = "_blank"; a.textContent = label ?? url; parent.append(a);
  }
}
function show(reply) {
  const li = line("bot", reply.text);
  if (reply.agent) {
    const name = document.createElement("small"); name.textContent = reply.agent; li.prepend(name);
  }
  if (reply.card) {
    const card = document.createElement("div"); card.className = "card";
    const title = document.createElement("b"); title.textContent = reply.card.title; card.append(title);
    if (reply.card.body) card.append(reply.card.body);
    media(card, reply.card); li.append(card);
  }
  media(li, reply);
  if (reply.choices?.length) {
    const row = document.createElement("div"); row.className = "choices";
    for (const choice of reply.choices) {
      const button = document.createElement("button"); button.type = "button"; button.textContent = choice.label;
      button.onclick = () => { row.querySelectorAll("button").forEach((b) => { b.disabled = true; }); say(choice.label, choice.payload); };
      row.append(button);
    }
    li.append(row);
  }
  li.scrollIntoView({ block: "end" });
}
function say(text, payload) {
  const message = { type: "message", id: random(), text, ...(payload === undefined ? {} : { payload }) };
  waiting.set(message.id, { message, li: line("mine waiting", text) });
  transmit(message);
}
const transmit = (message) => { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };

function take(data) {
  if (data.type === "reply") { if (data.seq > seen) { seen = data.seq; show(data); } }
  else if (data.type === "ack") { waiting.get(data.id)?.li.classList.remove("waiting"); waiting.delete(data.id); }
  // Only now it is served: a page that is sent away at once comes again ever more slowly.
  else if (data.type === "status") { pause = 500; if (data.status === "handed_off") state(word.human); else state(word.on); }
  else if (data.type === "error") {
    const note = [data.problem.detail, data.problem.help].filter(Boolean).join("; ");
    // What is tried again is refused again, perhaps often: it is said once.
    if (at("lines").lastElementChild?.textContent !== note) line("note warn", note);
    // What the server may take later is sent again; what is wrong is not.
    if (data.problem.status < 500 && data.problem.status !== 429) waiting.delete(data.id);
    else if (data.id) setTimeout(() => { const w = waiting.get(data.id); if (w) transmit(w.message); }, 2000);
  }
}
function open() {
  const query = new URLSearchParams({ session, after: String(seen), language });
  const person = people.value; if (person) query.set("customer", person);
  const here = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${bot.socket}?${query}`);
  socket = here;
  here.onopen = () => { state(word.on); waiting.forEach(({ message }) => transmit(message)); };
  here.onmessage = (event) => take(JSON.parse(event.data));
  here.onclose = () => {
    if (socket !== here) return;
    state(word.off, true);
    setTimeout(() => { if (socket === here) open(); }, pause); pause = Math.min(pause * 2, 10000);
  };
}
function begin(fresh) {
  session = (!fresh && kept("session")) || random(); keep("session", session);
  seen = 0; waiting = new Map(); pause = 500; at("lines").replaceChildren();
  const old = socket; socket = undefined; old?.close(); open(); at("text").focus();
}

document.title = bot.bot.replaceAll("_", " ");
at("bot").textContent = document.title;
at("send").textContent = word.send; at("again").textContent = word.again; at("text").placeholder = word.type;
at("text").setAttribute("aria-label", word.type);
people = at("who").querySelector("select");
at("who").querySelector("span").textContent = word.you;
for (const { id, label } of [...bot.customers, { id: "", label: word.nobody }]) people.append(new Option(id ? `${label} (${id})` : label, id));
people.value = kept("customer") ?? bot.customers[0]?.id ?? "";
at("who").hidden = bot.customers.length === 0;
people.onchange = () => { keep("customer", people.value); begin(true); };
at("again").onclick = () => begin(true);
const box = at("text");
const fit = () => { box.rows = Math.min(6, box.value.split("\n").length); };
box.oninput = fit;
// Enter sends, but not the Enter that ends a word in an input method.
box.onkeydown = (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); at("form").requestSubmit(); } };
at("form").onsubmit = (event) => { event.preventDefault(); const text = box.value.trim(); if (text) { say(text); box.value = ""; fit(); } };
if (bot.socket) begin(false); else { state(word.nosocket, true); at("send").disabled = true; }
