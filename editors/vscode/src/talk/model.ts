// What the conversation's page shows, without a page.
import type { Conversation, CustomerField, PendingCall, Suggestion } from "../protocol";

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
