// Makes VS Code's server runnable from what the npm registry has: code-server's package holds it
// built, but its own install script fetches a binary from GitHub. What is native is compiled here.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const vscode = join(here, "node_modules/code-server/lib/vscode");
const done = join(here, "node_modules/.vscode-is-built");

export function install() {
  if (existsSync(done)) {
    return;
  }
  // Headers of the node that runs this, so that none are fetched.
  const prefix = dirname(dirname(process.execPath));
  if (!existsSync(join(prefix, "include/node/node.h"))) {
    throw new Error(`node's headers are not in ${prefix}/include/node`);
  }
  const npm = (cwd, ...args) => execFileSync("npm", [...args, "--no-audit", "--no-fund"], { cwd, stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, npm_config_nodedir: prefix, npm_config_yes: "true" } });
  npm(here, "ci", "--ignore-scripts");
  npm(vscode, "install", "--omit=dev", "--ignore-scripts");
  npm(join(vscode, "extensions"), "install", "--omit=dev", "--ignore-scripts");
  npm(vscode, "rebuild", "node-pty", "@vscode/spdlog", "native-watchdog");
  link("node_modules", join(vscode, "node_modules.asar"));
  const rg = which("rg");
  if (rg === undefined) {
    throw new Error("ripgrep is not installed: apt-get install ripgrep");
  }
  mkdirSync(join(vscode, "node_modules/@vscode/ripgrep/bin"), { recursive: true });
  link(rg, join(vscode, "node_modules/@vscode/ripgrep/bin/rg"));
  writeFileSync(done, "");
}

function link(target, path) {
  rmSync(path, { force: true, recursive: true });
  symlinkSync(target, path);
}

function which(name) {
  return (process.env.PATH ?? "").split(":").map((folder) => join(folder, name)).find(existsSync);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
}
