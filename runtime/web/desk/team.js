// For who supervises: what waits, what is at risk, who has how much.
import { el, fill } from "./dom.js";
import { risk, who } from "./queue.js";
import { since, words } from "./words.js";

export function team(place, state, open) {
  const w = words();
  const { conversations, agents } = state.queue;
  const waiting = conversations.filter((one) => !one.owner);
  const atRisk = conversations.filter((one) => risk(one));
  const longest = waiting.length ? since(Math.min(...waiting.map((one) => one.wanted_at_ms))) : "—";
  const figure = (name, value, kind = "") => el("div", { className: `figure ${kind}` }, el("b", {}, String(value)), el("span", {}, name));
  const bySkill = new Map();
  for (const one of waiting) bySkill.set(one.skill ?? "—", [...(bySkill.get(one.skill ?? "—") ?? []), one]);
  const meter = (percent) => el("meter", { min: 0, max: 100, low: 60, high: 90, optimum: 0, value: percent, title: `${percent} %` });
  fill(place,
    el("h2", {}, w.team),
    el("div", { className: "figures" }, figure(w.waits, waiting.length), figure(w.longest, longest), figure(w.atRisk, atRisk.length, atRisk.length ? "late" : "")),
    atRisk.length > 0 && el("ul", { className: "risks" }, atRisk.map((one) => el("li", {}, el("button", { "data-key": `risk-${one.session}`, className: risk(one), onclick: () => open(one.session) }, `${one.skill ?? "—"} · ${who(one)} · ${w[risk(one)]}`)))),
    bySkill.size > 0 && el("table", {},
      el("thead", {}, el("tr", {}, [w.skills, w.waits, w.longest].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, [...bySkill].map(([skill, ones]) => el("tr", {}, el("th", { scope: "row" }, skill), el("td", {}, String(ones.length)), el("td", {}, since(Math.min(...ones.map((one) => one.wanted_at_ms)))))))),
    el("table", {},
      el("thead", {}, el("tr", {}, [w.agents, w.presence, w.has, w.load, w.pace, w.skills].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, agents.map((agent) => el("tr", {},
        el("th", { scope: "row" }, agent.name), el("td", { className: `presence ${agent.presence}` }, w[agent.presence]), el("td", {}, String(agent.conversations)),
        el("td", {}, meter(agent.load_percent)), el("td", {}, `${agent.pace_percent} %`), el("td", {}, Object.entries(agent.skills).map(([skill, level]) => `${skill} ${level}`).join(", ")))))));
}
