// What the conversation's page shows, without a page.
import type { Conversation, CustomerField, Line, PendingCall, Suggestion } from "../protocol";

/** `0.934` as it is read: 93 %. */
export function percent(confidence: number): string {
  return `${Math.round(confidence * 100)} %`;
}

/** `90s`, `5m`, `2h`, `3d` in milliseconds, as the language writes time spans; undefined if it is none. */
export function parseSpan(text: string): number | undefined {
  const [, number, unit] = /^(\d[\d_]*)(ms|s|m|h|d|w)$/.exec(text.trim()) ?? [];
  const ms = UNITS[unit ?? ""];
  if (number === undefined || ms === undefined) {
    return undefined;
  }
  const span = Number(number.replaceAll("_", "")) * ms;
  return span > 0 && span <= SPAN_MAX_MS ? span : undefined;
}

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** What the server lets pass at once. */
const SPAN_MAX_MS = 400 * 86_400_000;

/** Milliseconds as the language writes them, in the largest unit that fits. */
export function span(ms: number): string {
  for (const [unit, size] of Object.entries(UNITS).reverse()) {
    if (ms >= size && ms % size === 0) {
      return `${ms / size}${unit}`;
    }
  }
  return `${Math.round(ms)}ms`;
}

/** What is going on, in a line. */
export function situation(conversation: Conversation): string {
  if (conversation.call !== undefined) {
    return `waits for the answer of ${conversation.call.action}`;
  }
  switch (conversation.status) {
    case "human":
      return "a human has it";
    case "ended":
      return "over";
    case "bot": {
      const waits = conversation.waitsFor === undefined ? "waits for the customer" : `waits for ${conversation.waitsFor}`;
      return conversation.wakesInMs === undefined ? waits : `${waits}; goes on by itself in ${span(conversation.wakesInMs)}`;
    }
  }
}

/** What became of it when the sources changed. */
export function kept(conversation: Conversation): { text: string; kept: boolean } | undefined {
  if (conversation.kept === undefined) {
    return undefined;
  }
  const why = conversation.kept.why === undefined ? "" : `: ${conversation.kept.why}`;
  return conversation.kept.kept ? { kept: true, text: `It came over your edit${why}.` } : { kept: false, text: `It goes on in the version before your edit${why}. Restart takes the new one.` };
}

/** A line for people of what a call was given. */
export function callText(call: PendingCall): string {
  const args = Object.entries(call.args).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `${call.action}(${args.join(", ")})`;
}

/** The JSON that the field of an answer begins with: the first suggestion that has a value. */
export function firstAnswer(suggestions: readonly Suggestion[]): string {
  const value = suggestions.find((suggestion) => suggestion.error === undefined && suggestion.value !== undefined)?.value;
  return value === undefined ? "{}" : JSON.stringify(value, null, 2);
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; why: string };

/** What was typed as an answer. Nothing typed is no answer but "nothing": null. */
export function parseJson(text: string): Parsed<unknown> {
  if (text.trim() === "") {
    return { ok: true, value: null };
  }
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, why: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Things under what they belong to, both in their order. */
export function grouped<T>(items: readonly T[], nameOf: (item: T) => string): { name: string; items: T[] }[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item);
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return [...groups].map(([name, inIt]) => ({ name, items: inIt }));
}

/** A field's value from its input; an empty one is not known. */
export function fieldValue(field: CustomerField, text: string): unknown {
  if (text === "") {
    return undefined;
  }
  if (field.type === "number" && text.trim() !== "" && Number.isFinite(Number(text))) {
    return Number(text);
  }
  return field.type === "bool" ? text === "true" : text;
}

export function fieldText(value: unknown): string {
  return value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The profile with a field changed; one that is emptied is left out. */
export function withField(customer: Record<string, unknown>, name: string, value: unknown): Record<string, unknown> {
  const { [name]: _, ...rest } = customer;
  return value === undefined ? rest : { ...rest, [name]: value };
}

/** A name for the test that is recorded: what she said first. */
export function testName(conversation: Conversation): string {
  const first = conversation.lines.find((line) => line.who === "user")?.text ?? conversation.flow ?? "a conversation";
  const short = [...first.replace(/\s+/g, " ").trim()];
  return short.length > 60 ? `${short.slice(0, 59).join("")}…` : short.join("");
}

/** A moment as the server takes it, by this machine's clock: `2026-06-01T09:30`. */
export function localMinute(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What of the lines on the page is still so. A screen reader says what is put on it: what was there
 * stays. The first `dropped` are gone from the top, the next `kept` are as they were. */
export function keptLines(before: readonly Line[], after: readonly Line[]): { dropped: number; kept: number } {
  const [old, now] = [before.map(readsAs), after.map(readsAs)];
  const changed = old.findIndex((line, i) => line !== now[i]);
  if (changed !== 0) {
    return { dropped: 0, kept: changed < 0 ? old.length : changed };
  }
  // A long conversation loses its beginning.
  for (let dropped = 1; dropped < old.length; dropped++) {
    if (old.slice(dropped).every((line, i) => line === now[i])) {
      return { dropped, kept: old.length - dropped };
    }
  }
  return { dropped: 0, kept: 0 };
}

/** A line without where its place is: an edit above moves all places, and nothing that is read. */
function readsAs({ state, ...line }: Line): string {
  return JSON.stringify([line, state?.flow, state?.state, state?.location !== undefined]);
}

/** Where the keyboard was when the page asked for something, or is when the server tells something. */
export type Focus = "compose" | "choice" | "call" | "field" | "elsewhere";

/** Where the keyboard goes when a conversation is shown; undefined: it stays. `asked`: the page waited
 * for this, and nobody writes something else meanwhile. */
export function focusAfter(from: Focus, asked: boolean, shownCall: string | undefined, { call, status }: Pick<Conversation, "call" | "status">): "call" | "text" | undefined {
  if (call !== undefined) {
    return call.key !== shownCall && (asked || from !== "field") ? "call" : undefined;
  }
  // What was pressed is gone, or was where one writes.
  const wasTalking = from === "compose" || from === "choice" || from === "call";
  return wasTalking && status !== "ended" ? "text" : undefined;
}
