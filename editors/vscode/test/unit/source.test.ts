import assert from "node:assert/strict";
import { test } from "node:test";
import { flowAt, flowNear, testAt } from "../../src/source";

const TEXT = `bot b {
  languages en
}

flow hello {
  state start { say "x" }
}

flow 修改.订单 {
  state start {
    when flow is x -> start
  }
}

test "a \\"quoted\\" name" {
  user "hi"
}
`;

test("the flow at a line is the one that begins before it", () => {
  assert.equal(flowAt(TEXT, 0), undefined);
  assert.equal(flowAt(TEXT, 4), "hello");
  assert.equal(flowAt(TEXT, 6), "hello");
  assert.equal(flowAt(TEXT, 10), "修改.订单");
  assert.equal(flowAt(TEXT, 15), undefined);
  assert.equal(flowAt(TEXT, 1000), undefined);
});

test("outside of flows the first of the file is meant", () => {
  assert.equal(flowNear(TEXT, 0), "hello");
  assert.equal(flowNear("bot b {}", 0), undefined);
});

test("the test at a line, with what is escaped in its name", () => {
  assert.equal(testAt(TEXT, 15), 'a "quoted" name');
  assert.equal(testAt(TEXT, 6), undefined);
});
