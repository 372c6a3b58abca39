// The list: what is hers, what waits, what colleagues have.
import { el, fill } from "./dom.js";
import { serverNow, since, words } from "./words.js";

export const isMine = (state, one) => one.owner?.agent === state.me.id;

// As they stand in the list.
export function listed(state) {
  const all = state.queue.conversations;
  return {
    yours: all.filter((one) => isMine(state, one)).sort((a, b) => b.heard_at_ms - a.heard_at_ms),
    waiting: all.filter((one) => !one.owner),
    others: all.filter((one) => one.owner && !isMine(state, one)),
  };
}

// How near a first reply is to being late: "late", "soon" or nothing.
export function risk(one, now = serverNow()) {
  if (!one.reply_due_ms) return "";
  if (now >= one.reply_due_ms) return "late";
  return now >= one.reply_soon_ms ? "soon" : "";
}

export function queue(place, state, open) {
  const w = words();
  const lists = listed(state);
  const part = (name) => {
    const ones = lists[name];
    if (name === "others" && !ones.length) return undefined;
    return el("section", { "aria-label": w[name] },
      el("h2", {}, w[name], " ", el("span", { className: "count" }, String(ones.length))),
      ones.length ? el("ul", {}, ones.map((one) => item(state, one, open))) : el("p", { className: "muted" }, w.nothing));
  };
  fill(place, part("yours"), part("waiting"), part("others"),
    state.queue.more > 0 && el("p", { className: "muted" }, w.more(state.queue.more)));
}

// Who a conversation is with, as far as everybody may know.
export const who = (one) => one.customer ?? one.session;

function item(state, one, open) {
  const w = words();
  const danger = risk(one);
  const label = [one.skill ?? "—", one.channel, one.language.toUpperCase()].join(" · ");
  return el("li", {}, el("button", {
    className: `one urgency-${one.urgency} ${danger}`,
    "data-key": one.session,
    "aria-current": state.open === one.session ? "true" : undefined,
    onclick: () => open(one.session),
  },
  el("span", { className: "what" }, label),
  el("span", { className: "urgency" }, w.urgency[one.urgency]),
  el("span", { className: "who" }, one.owner && !isMine(state, one) ? `${one.owner.name} · ${who(one)}` : who(one), one.notes > 0 && ` · ${w.noted(one.notes)}`),
  el("time", { dateTime: new Date(one.heard_at_ms).toISOString() }, since(one.owner ? one.heard_at_ms : one.wanted_at_ms)),
  danger && el("span", { className: "risk" }, w[danger])));
}
