// The conversation's page: shows what the server says of it, and sends what the customer does.
import { byId, element, type Host } from "../../dom";
import type { Kept } from "../../kept";
import type { Conversation, Line, Location } from "../../protocol";
import type { FromPage, ToPage } from "../messages";
import { callText, fieldText, fieldValue, firstAnswer, focusAfter, grouped, kept, keptLines, parseJson, parseSpan, percent, situation, span, withField, type Focus } from "../model";

declare function acquireVsCodeApi(): Host<Kept>;

const host = acquireVsCodeApi();
const say = (message: FromPage) => host.postMessage(message);

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const lines = byId<HTMLOListElement>("lines");
const text = byId<HTMLInputElement>("text");
const call = byId<HTMLFormElement>("call");
const answer = byId<HTMLTextAreaElement>("answer");
const answerError = byId("answer-error");
const banner = byId("banner");
const languages = byId<HTMLSelectElement>("language");
const channels = byId<HTMLSelectElement>("channel");
const wake = byId<HTMLButtonElement>("wake");

let shown: Conversation | undefined;
/** The lines that are on the page. */
let written: readonly Line[] = [];
/** Who has asked for something waits for its answer: nothing is sent twice. */
let busy = false;
/** What had the keyboard when something was asked for: a button that waits loses it. */
let asker: Element | null = null;

function ask(message: FromPage): void {
  if (busy) {
    return;
  }
  asker = document.activeElement;
  setBusy(true);
  say(message);
}

function setBusy(now: boolean): void {
  busy = now;
  document.body.classList.toggle("busy", now);
  enable();
}

function enable(): void {
  const over = shown === undefined || shown.status === "ended" || shown.call !== undefined;
  text.disabled = over;
  for (const button of document.querySelectorAll("button")) {
    button.disabled = busy || (button.form?.id === "compose" && over) || (shown === undefined && button.id !== "restart");
  }
  for (const field of document.querySelectorAll<Field>("select, textarea, input:not(#text)")) {
    field.disabled = shown === undefined;
  }
}

/** Something that leads to the source, if it has a place there. */
function link(words: string, place: () => Location | undefined): Node {
  if (place() === undefined) {
    return document.createTextNode(words);
  }
  const button = element("button", { type: "button", class: "link", title: "Show the source" }, words);
  button.addEventListener("click", () => {
    const location = place();
    if (location !== undefined) {
      say({ type: "reveal", location });
    }
  });
  return button;
}

function line(of: Line): HTMLLIElement {
  const item = element("li", { class: `line ${of.who}` });
  const bubble = element("div", { class: "bubble" }, of.text);
  if (of.on !== undefined) {
    bubble.prepend(element("span", { class: "on" }, `on ${of.on}`));
  }
  item.append(bubble);
  if (of.choices !== undefined && of.choices.length > 0) {
    const choices = of.choices.map(({ label, payload }) => {
      const button = element("button", { type: "button", class: "choice" }, label);
      button.addEventListener("click", () => ask({ type: "say", text: label, payload }));
      return button;
    });
    item.append(element("div", { class: "choices" }, ...choices));
  }
  const facts: Node[] = [];
  if (of.state !== undefined) {
    // The line stays while edits move its place.
    const place = () => (item.isConnected ? shown?.lines[[...lines.children].indexOf(item)] : of)?.state?.location;
    facts.push(link(`${of.state.flow}.${of.state.state}`, place));
  }
  for (const { intent, confidence } of (of.understanding ?? []).slice(0, 3)) {
    facts.push(element("span", { class: "intent" }, `${intent} ${percent(confidence)}`));
  }
  if (of.taken !== undefined) {
    facts.push(element("span", { class: "taken" }, of.taken));
  }
  if (facts.length > 0) {
    item.append(element("div", { class: "facts" }, ...facts));
  }
  return item;
}

function show(conversation: Conversation, edited: boolean): void {
  const before = shown;
  // What was asked for may have come meanwhile, or this is what the server tells by itself.
  const asked = busy;
  const from = focus(asked ? asker : document.activeElement);
  shown = conversation;
  showLines(conversation.lines);
  showCall(conversation, before?.call?.key);
  showControls(conversation);
  showFacts(conversation);
  // That it came over is news once; that it did not holds until it does.
  const survived = kept(conversation);
  tell(survived?.kept === true && !edited ? undefined : survived?.text, survived?.kept === false);
  lines.scrollTop = lines.scrollHeight;
  switch (focusAfter(from, asked, before?.call?.key, conversation)) {
    case "text":
      done(text);
      break;
    case "call":
      done(document.querySelector<HTMLElement>("#suggestions button") ?? answer);
      break;
    case undefined:
      done();
  }
}

/** What was asked for is answered. The keyboard goes to what is next; else back to what was pressed, if
 * it lost it and is still there. */
function done(next?: HTMLElement): void {
  setBusy(false);
  const lost = document.activeElement === document.body && asker instanceof HTMLElement && asker.isConnected ? asker : undefined;
  if (document.hasFocus()) {
    (next ?? lost)?.focus();
  }
  asker = null;
}

function focus(at: Element | null): Focus {
  if (at?.closest("#compose") != null) {
    return "compose";
  }
  if (at?.classList.contains("choice") === true) {
    return "choice";
  }
  if (at?.closest("#call") != null) {
    return "call";
  }
  return at?.matches("input, select, textarea") === true ? "field" : "elsewhere";
}

/** Puts new lines behind those that are there already. */
function showLines(all: readonly Line[]): void {
  const { dropped, kept } = keptLines(written, all);
  written = all;
  const items = [...lines.children];
  for (const item of [...items.slice(0, dropped), ...items.slice(dropped + kept)]) {
    item.remove();
  }
  lines.append(...all.slice(kept).map(line));
  const lastAsked = all.findLastIndex((one) => one.who === "bot");
  [...lines.children].forEach((item, i) => item.querySelector(".choices")?.classList.toggle("old", i !== lastAsked));
}

function showCall(conversation: Conversation, shownKey: string | undefined): void {
  const pending = conversation.call;
  call.hidden = pending === undefined;
  if (pending === undefined || pending.key === shownKey) {
    return;
  }
  byId("call-text").replaceChildren("The flow calls ", element("code", {}, callText(pending)), ". What does it answer?");
  byId("suggestions").replaceChildren(
    ...pending.suggestions.map((suggestion) => {
      const button = element("button", { type: "button", class: suggestion.error === undefined ? "suggestion" : "suggestion error" }, suggestion.label);
      const with_ = suggestion.error === undefined ? { value: suggestion.value ?? null } : { error: suggestion.error };
      button.addEventListener("click", () => ask({ type: "answer", key: pending.key, ...with_ }));
      return button;
    }),
  );
  answer.value = firstAnswer(pending.suggestions);
  byId<HTMLDetailsElement>("json").open = pending.suggestions.length === 0;
  answerError.hidden = true;
}

function showControls(conversation: Conversation): void {
  options(languages, conversation.languages, conversation.language);
  options(channels, conversation.channels, conversation.channel);
  byId("now").textContent = conversation.now.replace("T", " ");
  byId("situation").textContent = situation(conversation);
  wake.hidden = conversation.wakesInMs === undefined;
  wake.textContent = conversation.wakesInMs === undefined ? "" : `Until it goes on (${span(conversation.wakesInMs)})`;
}

function options(select: HTMLSelectElement, names: readonly string[], chosen: string): void {
  select.replaceChildren(...(names.includes(chosen) ? names : [chosen, ...names]).map((name) => element("option", { value: name }, name)));
  select.value = chosen;
}

function showFacts(conversation: Conversation): void {
  const slots = grouped(conversation.slots, (slot) => slot.of).map(({ name, items }) =>
    element(
      "tbody",
      {},
      element("tr", {}, element("th", { colspan: 2, scope: "rowgroup", class: "of" }, name)),
      ...items.map((slot) =>
        element(
          "tr",
          slot.turn === undefined ? {} : { title: `filled in turn ${slot.turn}` },
          element("th", { scope: "row" }, link(slot.name, () => slot.location)),
          element("td", slot.value === undefined ? { class: "empty" } : {}, slot.value ?? "empty"),
        ),
      ),
    ),
  );
  byId("slots").replaceChildren(...(slots.length === 0 ? ["none yet"] : slots));
  // The flow is said where it changes.
  byId("path").replaceChildren(
    ...conversation.path.map((place, i) => {
      const entered = conversation.path[i - 1]?.flow !== place.flow;
      return element("li", {}, ...(entered ? [element("span", { class: "of" }, place.flow), element("br")] : []), link(place.state, () => place.location));
    }),
  );
  const box = byId("customer");
  // Who types into a field keeps it.
  if (!box.contains(document.activeElement)) {
    box.replaceChildren(...(conversation.customerFields.length === 0 ? ["The project declares no customer."] : conversation.customerFields.map((field) => customerField(conversation, field))));
  }
}

function customerField(conversation: Conversation, field: Conversation["customerFields"][number]): HTMLElement {
  const value = fieldText(conversation.customer[field.name]);
  const choices = field.options ?? (field.type === "bool" ? ["true", "false"] : undefined);
  const input = choices === undefined ? element("input", { type: "text", value }) : element("select", {}, ...["", ...choices].map((option) => element("option", { value: option }, option === "" ? "not known" : option)));
  input.value = value;
  input.addEventListener("change", () => {
    const customer = withField(shown?.customer ?? {}, field.name, fieldValue(field, input.value));
    ask({ type: "set", customer });
  });
  return element("label", { class: "field" }, element("span", {}, field.name, element("small", {}, ` ${field.type}`)), input);
}

function tell(what: string | undefined, bad = true): void {
  banner.hidden = what === undefined;
  banner.textContent = what ?? "";
  banner.classList.toggle("good", !bad);
}

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  switch (data.type) {
    case "conversation":
      show(data.conversation, data.edited);
      break;
    case "none":
      shown = undefined;
      showLines([]);
      call.hidden = true;
      tell(data.why);
      done();
      break;
    case "begins":
      host.setState(data.kept);
      break;
    case "notice":
      tell(data.text, false);
      break;
    case "failed":
      tell(data.why);
      done();
      break;
  }
});

byId<HTMLFormElement>("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (words !== "" && !busy) {
    text.value = "";
    ask({ type: "say", text: words });
  }
});
call.addEventListener("submit", (event) => {
  event.preventDefault();
  const key = shown?.call?.key;
  const parsed = parseJson(answer.value);
  answerError.hidden = parsed.ok;
  answerError.textContent = parsed.ok ? "" : parsed.why;
  if (parsed.ok && key !== undefined) {
    ask({ type: "answer", key, value: parsed.value });
  }
});
byId<HTMLFormElement>("time").addEventListener("submit", (event) => {
  event.preventDefault();
  const ms = parseSpan(byId<HTMLInputElement>("span").value);
  if (ms === undefined) {
    tell("How long? Write it as 30s, 10m, 2h or 1d; at most 400 days.");
  } else {
    ask({ type: "pass", ms });
  }
});
wake.addEventListener("click", () => {
  if (shown?.wakesInMs !== undefined) {
    ask({ type: "pass", ms: shown.wakesInMs });
  }
});
byId("restart").addEventListener("click", () => ask({ type: "restart" }));
byId("record").addEventListener("click", () => ask({ type: "record" }));
languages.addEventListener("change", () => ask({ type: "set", language: languages.value }));
channels.addEventListener("change", () => ask({ type: "set", channel: channels.value }));

// The last line stays in sight when there is less room.
new ResizeObserver(() => {
  lines.scrollTop = lines.scrollHeight;
}).observe(lines);

enable();
say({ type: "ready" });
