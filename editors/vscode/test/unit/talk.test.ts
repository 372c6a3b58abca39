import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation, Line } from "../../src/protocol";
import { callText, fieldText, fieldValue, firstAnswer, focusAfter, grouped, kept, keptLines, localMinute, parseJson, parseSpan, percent, situation, span, testName, withField } from "../../src/talk/model";

const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  id: "1",
  revision: 1,
  channel: "web",
  language: "en",
  languages: ["en"],
  channels: ["web"],
  now: "2026-06-01T09:30",
  customerFields: [],
  customer: {},
  lines: [],
  status: "bot",
  slots: [],
  path: [],
  ...more,
});
const call = { key: "1", action: "orders.get", args: { order: "12345" }, suggestions: [] };

test("time spans are written as the language writes them", () => {
  assert.equal(parseSpan("10m"), 600_000);
  assert.equal(parseSpan(" 1_000ms "), 1000);
  for (const wrong of ["", "10", "m", "-1h", "0s", "1.5h", "9999999d", "10 m"]) {
    assert.equal(parseSpan(wrong), undefined, wrong);
  }
  assert.equal(span(7_200_000), "2h");
  assert.equal(span(90_000), "90s");
  assert.equal(span(parseSpan("2w") ?? 0), "2w");
});

test("what is going on is said in a line", () => {
  assert.equal(situation(conversation({ call })), "waits for the answer of orders.get");
  assert.equal(situation(conversation({ waitsFor: "order", wakesInMs: 600_000 })), "waits for order; goes on by itself in 10m");
  assert.equal(situation(conversation({ status: "human" })), "a human has it");
  assert.equal(situation(conversation({ status: "ended" })), "over");
});

test("whether it came over an edit is said, and why not", () => {
  assert.equal(kept(conversation()), undefined);
  assert.equal(kept(conversation({ kept: { kept: true } }))?.kept, true);
  assert.match(kept(conversation({ kept: { kept: false, why: "the state is gone" } }))?.text ?? "", /the state is gone/);
});

test("an answer is JSON, or it is said what is wrong with it", () => {
  assert.deepEqual(parseJson('{"due": "2026-06-10"}'), { ok: true, value: { due: "2026-06-10" } });
  assert.deepEqual(parseJson("  "), { ok: true, value: null });
  assert.equal(parseJson("{due}").ok, false);
});

test("the first suggestion with a value is where an answer begins", () => {
  assert.equal(firstAnswer([{ label: "not found", error: "not_found" }, { label: "a day", value: { due: "2026-06-10" } }]), '{\n  "due": "2026-06-10"\n}');
  assert.equal(firstAnswer([]), "{}");
});

test("a call is written with what it was given", () => {
  assert.equal(callText(call), 'orders.get(order: "12345")');
});

test("fields of the customer keep their types, and an empty one is not known", () => {
  assert.equal(fieldValue({ name: "n", type: "number" }, "12"), 12);
  assert.equal(fieldValue({ name: "n", type: "number" }, "many"), "many");
  assert.equal(fieldValue({ name: "b", type: "bool" }, "false"), false);
  assert.equal(fieldValue({ name: "t", type: "text" }, ""), undefined);
  assert.equal(fieldText(undefined), "");
  assert.equal(fieldText(["a"]), '["a"]');
  assert.deepEqual(withField({ id: "C-1", tier: "gold" }, "tier", undefined), { id: "C-1" });
  assert.deepEqual(withField({ id: "C-1" }, "tier", "gold"), { id: "C-1", tier: "gold" });
});

test("slots are shown under what they belong to", () => {
  const groups = grouped([{ of: "session", n: 1 }, { of: "f", n: 2 }, { of: "session", n: 3 }], (slot) => slot.of);
  assert.deepEqual(groups.map(({ name, items }) => [name, items.map((slot) => slot.n)]), [["session", [1, 3]], ["f", [2]]]);
});

test("a recorded test is called by what was said first", () => {
  assert.equal(testName(conversation({ lines: [{ who: "bot", text: "Hello" }, { who: "user", text: " move  my\norder " }] })), "move my order");
  assert.equal([...testName(conversation({ lines: [{ who: "user", text: "好".repeat(100) }] }))].length, 60);
  assert.equal(percent(0.934), "93 %");
});

test("a moment is written as the server takes it, by this machine's clock", () => {
  assert.equal(localMinute(new Date(2026, 5, 1, 9, 5, 59)), "2026-06-01T09:05");
  assert.equal(localMinute(new Date(987, 11, 31, 23, 59)), "0987-12-31T23:59");
});

test("lines that are on the page stay: only new ones are put there", () => {
  const said = (...texts: string[]): Line[] => texts.map((text) => ({ who: "bot", text }));
  const cases: [Line[], Line[], number, number][] = [
    [[], said("a"), 0, 0],
    [said("a", "b"), said("a", "b", "c"), 0, 2],
    [said("a", "b"), said("a", "B", "c"), 0, 1],
    [said("a", "b", "c"), said("b", "c", "d"), 1, 2],
    [said("a", "b", "c"), said("a"), 0, 1],
    [said("a", "b"), said("x"), 0, 0],
    [said("a"), [], 0, 0],
  ];
  for (const [before, after, dropped, left] of cases) {
    assert.deepEqual(keptLines(before, after), { dropped, kept: left }, JSON.stringify([before, after]));
  }
});

test("a line whose place moved reads as before; one that lost its place does not", () => {
  const at = (line: number) => ({ uri: "file:///a.flow", range: { start: { line, character: 0 }, end: { line, character: 1 } } });
  const line = (location?: ReturnType<typeof at>): Line[] => [{ who: "bot", text: "a", state: { flow: "f", state: "s", ...(location === undefined ? {} : { location }) } }];
  assert.equal(keptLines(line(at(1)), line(at(9))).kept, 1);
  assert.equal(keptLines(line(at(1)), line()).kept, 0);
});

test("the keyboard goes to a call's suggestions, back to the text where one was talking, and else stays", () => {
  const [calm, calls, over] = [{ status: "bot" }, { status: "bot", call }, { status: "ended" }] as const;
  const cases: [Parameters<typeof focusAfter>, ReturnType<typeof focusAfter>][] = [
    [["compose", true, undefined, calm], "text"],
    [["choice", true, undefined, calm], "text"],
    [["call", true, "1", calm], "text"],
    [["field", true, undefined, calm], undefined],
    [["elsewhere", true, undefined, calm], undefined],
    [["compose", true, undefined, over], undefined],
    [["compose", true, undefined, calls], "call"],
    [["elsewhere", true, "0", calls], "call"],
    [["elsewhere", false, undefined, calls], "call"],
    // The call was there before.
    [["compose", false, "1", calls], undefined],
    // Somebody writes something else while the server tells this by itself.
    [["field", false, undefined, calls], undefined],
  ];
  for (const [given, goal] of cases) {
    assert.equal(focusAfter(...given), goal, JSON.stringify(given));
  }
});
