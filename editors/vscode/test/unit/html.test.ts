import assert from "node:assert/strict";
import { test } from "node:test";
import { GRAPH_BODY } from "../../src/graph/body";
import { escape, page, policy } from "../../src/html";
import { TALK_BODY } from "../../src/talk/body";

const SOURCE = "https://*.vscode-cdn.net";

test("a page runs its one script and reaches nothing", () => {
  const allowed = policy(SOURCE, "abc");
  assert.match(allowed, /^default-src 'none'/);
  assert.match(allowed, /script-src 'nonce-abc'/);
  assert.doesNotMatch(allowed, /unsafe|connect-src|img-src|\*(?!\.vscode-cdn)/);
});

for (const [name, body] of Object.entries({ graph: GRAPH_BODY, talk: TALK_BODY })) {
  test(`the markup of the ${name} has neither handlers, styles nor addresses in it`, () => {
    const html = page({ title: name, source: SOURCE, script: "x.js", style: "x.css", nonce: "n", body });
    assert.doesNotMatch(html, /\son\w+=|\sstyle=|javascript:|https?:\/\/(?!\*\.vscode-cdn)/);
    assert.equal(html.match(/<script/g)?.length, 1);
    const ids = [...body.matchAll(/\sid="([^"]+)"/g)].map((found) => found[1]);
    assert.equal(new Set(ids).size, ids.length);
    // Who cannot see it hears what each control is.
    for (const [control] of body.matchAll(/<(?:select|textarea|input)[^>]*>/g)) {
      const id = /id="([^"]+)"/.exec(control)?.[1] ?? "";
      assert.ok(control.includes("aria-label") || body.includes(`for="${id}"`) || new RegExp(`<label>[^<]*<[^>]*id="${id}"`).test(body), control);
    }
  });
}

test("what is put into a page stays text", () => {
  assert.equal(escape(`<a href="x">'&`), "&#60;a href=&#34;x&#34;&#62;&#39;&#38;");
});
