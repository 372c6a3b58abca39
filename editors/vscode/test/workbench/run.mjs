// Runs the suites in VS Code's own extension host, and looks at the workbench in Chromium.
//   node test/workbench/run.mjs [SUITE…]    FLOWRIGHT_BINARY=…/flowright: the real server
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install } from "./install.mjs";

install();
const { extension, open, project, repository } = await import("./workbench.mjs");
const { looks } = await import("./looks.mjs");
const { pages } = await import("./pages.mjs");

const PATIENCE_MS = 240_000;
const binary = process.env.FLOWRIGHT_BINARY ?? join(repository, "target/debug/flowright");
const fake = join(extension, "test/workbench/fake-server.mjs");
if (!existsSync(binary)) {
  console.error(`${binary} is not built: cargo build -p flowright`);
  process.exit(2);
}

/** Runs a suite in an extension host of its own; false if something in it failed. */
async function suite(name, options) {
  const folder = project("order_change");
  options.before?.(folder);
  const results = join(mkdtempSync(join(tmpdir(), "flowright-results-")), "results");
  const workbench = await open({
    folder,
    tests: join(extension, "dist-test/workbench/suite/index.js"),
    ...options,
    env: { FLOWRIGHT_SUITE: name, FLOWRIGHT_RESULTS: results, ...options.env },
  });
  const read = () => (existsSync(results) ? readFileSync(results, "utf8") : "");
  const started = Date.now();
  while (!read().endsWith("end\n") && Date.now() - started < PATIENCE_MS) {
    await new Promise((later) => setTimeout(later, 200));
  }
  await workbench.close();
  rmSync(folder, { recursive: true, force: true });
  const report = read();
  console.log(`${name}:\n${report.replace(/^/gm, "  ")}`);
  if (!report.endsWith("end\n")) {
    console.log(workbench.messages.slice(-20).join("\n"));
  }
  return report.endsWith("end\n") && !report.includes("FAILED") && report.includes("ok ");
}

/** The binary where a packaged extension has it, while something runs. */
async function bundled(run) {
  const folder = join(extension, "bin");
  const link = join(folder, "flowright");
  const was = existsSync(link);
  if (!was) {
    mkdirSync(folder, { recursive: true });
    symlinkSync(binary, link);
  }
  try {
    return await run();
  } finally {
    if (!was) {
      rmSync(link);
    }
  }
}

// The flows' days are past: a conversation begins before them.
const real = { "flowright.server.path": binary, "flowright.conversation.at": "2026-06-01T09:30" };
const suites = {
  pages,
  project: () => suite("project", { settings: real }),
  failures: () => suite("failures", { settings: { "flowright.server.path": fake } }),
  missing: () => suite("missing", { settings: { "flowright.server.path": "/nowhere/flowright" } }),
  old: () => suite("old", { settings: { "flowright.server.path": fake }, env: { FAKE_VERSION: "0.0.1" } }),
  restricted: () =>
    bundled(() =>
      suite("restricted", {
        trusted: false,
        workspaceSettings: { "flowright.server.path": "evil.sh" },
        before: (folder) => {
          writeFileSync(join(folder, "evil.sh"), `#!/bin/sh\ntouch "${folder}/STARTED"\n`);
          chmodSync(join(folder, "evil.sh"), 0o755);
        },
      }),
    ),
  looks: () => looks(binary),
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
let fine = true;
for (const name of wanted) {
  fine = (await suites[name]()) && fine;
}
process.exit(fine ? 0 : 1);
