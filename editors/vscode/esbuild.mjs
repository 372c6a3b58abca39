// Bundles the extension, the scripts of its webviews, and, with --tests, the tests.
import { readdirSync, rmSync } from "node:fs";
import { build, context } from "esbuild";

const has = (flag) => process.argv.includes(flag);
const shared = { bundle: true, sourcemap: has("--production") ? false : "linked", minify: has("--production"), logLevel: "warning" };

const extension = { ...shared, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", platform: "node", format: "cjs", target: "node20", external: ["vscode"] };
const webviews = { ...shared, entryPoints: { graph: "src/graph/view/main.ts", talk: "src/talk/view/main.ts" }, outdir: "dist", platform: "browser", format: "iife", target: "es2022" };
const styles = { ...shared, entryPoints: ["src/graph/view/graph.css", "src/talk/view/talk.css"], outdir: "dist", outbase: "src", entryNames: "[name]" };

const tests = (folder, end) => ({
  ...shared,
  minify: false,
  entryPoints: readdirSync(`test/${folder}`, { recursive: true }).filter((name) => name.endsWith(end) && !name.includes("node_modules")).map((name) => `test/${folder}/${name}`),
  outdir: "dist-test",
  outbase: "test",
  platform: "node",
  format: "cjs",
  target: "node20",
  packages: "external",
});
// Unit tests run without VS Code: what the modules have of it is a double, which has what tests come to.
const unit = () => ({
  ...tests("unit", ".test.ts"),
  alias: { vscode: "./test/unit/double/vscode.ts", "vscode-languageclient/node": "./test/unit/double/client.ts" },
  logOverride: { "import-is-undefined": "silent" },
});

if (has("--watch")) {
  for (const options of [extension, webviews, styles]) await (await context(options)).watch();
} else {
  rmSync("dist", { recursive: true, force: true });
  await Promise.all([extension, webviews, styles].map(build));
  if (has("--tests")) {
    rmSync("dist-test", { recursive: true, force: true });
    await Promise.all([build(unit()), build(tests("workbench", ".ts"))]);
  }
}
