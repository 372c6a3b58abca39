// Beside the conversation: what an agent needs to know at once. What she may not see is not there.
import { el, fill } from "./dom.js";
import { named } from "./files.js";
import { words } from "./words.js";

export function panel(place, state) {
  const doc = state.document;
  if (!doc || doc.conversation.session !== state.open) return fill(place);
  const w = words();
  const { summary, conversation: held } = doc;
  const facts = (list) => el("dl", {}, list.flatMap((fact) => [el("dt", {}, fact.name), el("dd", {}, fact.value, fact.turn ? el("small", {}, ` ${w.turn(fact.turn)}`) : "")]));
  const part = (title, ...children) => el("section", {}, el("h3", {}, title), children);
  const lines = [
    [w.flow, [summary.flow, summary.state].filter(Boolean).join(" / ")],
    [w.intent, summary.intent && (summary.confidence_percent === null ? summary.intent : `${summary.intent} (${summary.confidence_percent} %)`)],
    [w.sentiment, doc.sentiment_percent === null ? undefined : (doc.sentiment_percent / 100).toFixed(2)],
  ].filter(([, value]) => value);
  fill(place,
    part(w.why, el("p", { className: `urgency-${held.urgency}` }, el("strong", {}, w.urgency[held.urgency]), " · ", doc.because || doc.reason)),
    summary.customer.length > 0 && part(w.customer, facts(summary.customer)),
    summary.slots.length > 0 && part(w.known, facts(summary.slots)),
    lines.length > 0 && part(w.details, el("dl", {}, lines.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))),
    summary.tried.length > 0 && part(w.tried, el("ul", {}, summary.tried.map((one) => el("li", {}, `${one.action}: ${one.result}`)))),
    doc.attachments.length > 0 && part(w.files, el("ul", {}, doc.attachments.map((one) => el("li", {}, named(held.session, one))))),
    doc.assigned && part(w.chosen(held.owner?.name), el("p", {}, w.ofMany(doc.assigned.candidates)), standing(held, doc.assigned)),
    doc.rules.length > 0 && part(w.rules, el("ul", { className: "rules" }, doc.rules.map((rule) => el("li", {}, el("code", {}, rule))))));
}

// Who had the turn, and who would have had it next, by what each is owed.
function standing(held, { score, runners_up: others }) {
  const all = [{ agent: held.owner, score }, ...others].filter(({ agent }) => agent);
  return el("dl", {}, all.flatMap(({ agent, score: one }) => [el("dt", {}, agent.name), el("dd", {}, (one.total / 1e6).toFixed(5))]));
}
