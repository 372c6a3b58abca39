import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation } from "../../src/protocol";
import { callText, fieldText, fieldValue, firstAnswer, grouped, kept, parseJson, parseSpan, percent, situation, span, testName, withField } from "../../src/talk/model";

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
