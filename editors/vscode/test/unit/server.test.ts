import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { folderName, shown } from "../../src/server/health";
import { locate, type Surroundings } from "../../src/server/locate";
import { Restarts } from "../../src/server/restarts";
import { isOld, parseVersion } from "../../src/server/version";

const around = (changes: Partial<Surroundings>, files: string[]): Surroundings => ({
  configured: "",
  extensionFolder: "/ext",
  workspaceFolder: "/work",
  path: "/usr/bin:/usr/local/bin",
  platform: "linux",
  trusted: true,
  isFile: (path) => files.includes(path),
  ...changes,
});

test("the setting goes before the bundled binary, and that before PATH", () => {
  const files = ["/opt/flowright", "/ext/bin/flowright", "/usr/local/bin/flowright"];
  assert.deepEqual(locate(around({ configured: "/opt/flowright" }, files)), { kind: "found", path: "/opt/flowright", source: "setting" });
  assert.deepEqual(locate(around({}, files)), { kind: "found", path: "/ext/bin/flowright", source: "bundled" });
  assert.deepEqual(locate(around({}, files.slice(2))), { kind: "found", path: "/usr/local/bin/flowright", source: "path" });
});

test("a setting that leads nowhere is said, and nothing else is started in its place", () => {
  const found = locate(around({ configured: "/opt/gone" }, ["/ext/bin/flowright"]));
  assert.equal(found.kind, "missing");
  assert.match(found.kind === "missing" ? found.why : "", /\/opt\/gone/);
});

test("a setting that is no text is none", () => {
  for (const configured of [undefined, null, 7, ["/opt/flowright"]]) {
    assert.deepEqual(locate(around({ configured }, ["/ext/bin/flowright"])), { kind: "found", path: "/ext/bin/flowright", source: "bundled" });
  }
});

test("a relative setting is meant from the workspace's folder", () => {
  const path = join("/work", "target/debug/flowright");
  for (const configured of ["target/debug/flowright", "${workspaceFolder}/target/debug/flowright"]) {
    assert.deepEqual(locate(around({ configured }, [path])), { kind: "found", path, source: "setting" });
  }
  assert.equal(locate(around({ configured: "target/debug/flowright", workspaceFolder: undefined }, [path])).kind, "missing");
});

test("without trust, PATH is not looked at", () => {
  assert.equal(locate(around({ trusted: false }, ["/usr/bin/flowright"])).kind, "missing");
  assert.equal(locate(around({ trusted: false }, ["/ext/bin/flowright"])).kind, "found");
});

test("a relative entry of PATH is never taken: it would be in the workspace", () => {
  assert.equal(locate(around({ path: "bin:." }, ["bin/flowright", "flowright"])).kind, "missing");
});

test("on Windows the binary ends in .exe", () => {
  assert.equal(locate(around({ platform: "win32" }, [join("/ext", "bin", "flowright.exe")])).kind, "found");
});

test("versions compare by number, not by letter", () => {
  assert.equal(parseVersion("flowright 0.10.2\n"), "0.10.2");
  assert.equal(parseVersion("something else 1.0.0"), undefined);
  assert.equal(isOld("0.9.0", "0.10.0"), true);
  assert.equal(isOld("0.10.0", "0.10.0"), false);
  assert.equal(isOld("1.0.0", "0.10.0"), false);
});

test("a server that dies is started again later and later, and at last no more", () => {
  const restarts = new Restarts();
  const waits = [0, 1, 2, 3, 4].map((n) => restarts.ended(n * 1000));
  assert.deepEqual(waits, [250, 1000, 4000, 15_000, 15_000]);
  assert.equal(restarts.ended(5000), undefined);
  restarts.forget();
  assert.equal(restarts.ended(6000), 250);
});

test("ends of long ago do not count", () => {
  const restarts = new Restarts();
  for (let hour = 0; hour < 20; hour++) {
    assert.equal(restarts.ended(hour * 3_600_000), 250);
  }
});

test("the status bar says how many errors there are over all projects", () => {
  const project = (name: string, errors: number, warnings: number) => ({ project: `file:///work/${name}`, revision: 1, errors, warnings, files: 1, ms: 12 });
  const item = shown({ state: "running", version: "0.1.0", projects: [project("a%20b", 1, 0), project("c", 2, 1)] });
  assert.equal(item.text, "$(check) Flowright $(error) 3 $(warning) 1");
  assert.match(item.tooltip, /a b: 1 error, 0 warnings, 1 file, checked in 12 ms/);
  assert.equal(shown({ state: "running", version: "0.1.0", projects: [project("c", 0, 0)] }).text, "$(check) Flowright");
});

test("what is wrong with the server is seen in the status bar", () => {
  assert.equal(shown({ state: "missing", why: "none" }).tone, "error");
  assert.equal(shown({ state: "stopped", why: "it ended" }).tone, "error");
  assert.equal(shown({ state: "restarting", inMs: 4000 }).tone, "warning");
  assert.match(shown({ state: "restarting", inMs: 4000 }).tooltip, /4 s/);
});

test("a folder's name is that of its last part, also where the URI is odd", () => {
  assert.equal(folderName("file:///work/my%20bot/"), "my bot");
  assert.equal(folderName("file:///work/100%"), "100%");
});
