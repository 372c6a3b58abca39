// A VS Code of our own for a test: its server on a port, a folder that it opens, and Chromium.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { vscode } from "./install.mjs";

const here = dirname(fileURLToPath(import.meta.url));
export const extension = join(here, "../..");
export const repository = join(extension, "../..");
const PATIENCE_MS = 60_000;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A copy of an example project, alone in a folder. */
export function project(name) {
  const folder = join(mkdtempSync(join(tmpdir(), "flowright-workbench-")), name);
  cpSync(join(repository, "flows", name), folder, { recursive: true });
  return folder;
}

/**
 * @param {{ folder: string, settings?: object, workspaceSettings?: object, env?: object, tests?: string,
 *   trusted?: boolean, extensions?: string, theme?: string, size?: { width: number, height: number } }} options
 */
export async function open(options) {
  const data = mkdtempSync(join(tmpdir(), "flowright-vscode-"));
  const settings = {
    "security.workspace.trust.enabled": options.trusted === false,
    "security.workspace.trust.startupPrompt": "never",
    "telemetry.telemetryLevel": "off",
    "workbench.startupEditor": "none",
    "workbench.colorTheme": options.theme ?? "Default Dark Modern",
    "workbench.tips.enabled": false,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "extensions.autoCheckUpdates": false,
    "git.enabled": false,
    "chat.commandCenter.enabled": false,
    "editor.minimap.enabled": false,
    "testing.automaticallyOpenPeekView": "never",
    ...options.settings,
  };
  for (const place of ["Machine", "User"]) {
    mkdirSync(join(data, place), { recursive: true });
    writeFileSync(join(data, place, "settings.json"), JSON.stringify(settings));
  }
  if (options.workspaceSettings !== undefined) {
    mkdirSync(join(options.folder, ".vscode"), { recursive: true });
    writeFileSync(join(options.folder, ".vscode/settings.json"), JSON.stringify(options.workspaceSettings));
  }
  const port = await freePort();
  const args = ["out/server-main.js", "--host", "127.0.0.1", "--port", String(port), "--without-connection-token", "--accept-server-license-terms", "--telemetry-level", "off", "--user-data-dir", data, "--server-data-dir", data, "--extensions-dir", options.extensions ?? join(data, "extensions")];
  const server = spawn(process.execPath, args, { cwd: vscode, env: { ...process.env, ...options.env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  server.stdout.on("data", (chunk) => (said += chunk));
  server.stderr.on("data", (chunk) => (said += chunk));
  const started = Date.now();
  while (!said.includes("Extension host agent started")) {
    if (Date.now() - started > PATIENCE_MS || server.exitCode !== null) {
      server.kill();
      throw new Error(`VS Code's server does not start:\n${said}`);
    }
    await new Promise((later) => setTimeout(later, 100));
  }
  const browser = await chromium.launch({
    executablePath: process.env.FLOWRIGHT_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const page = await browser.newPage({ viewport: options.size ?? { width: 1500, height: 950 } });
  page.setDefaultTimeout(PATIENCE_MS / 2);
  const remote = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
  const payload = options.tests === undefined ? [] : [["extensionDevelopmentPath", remote(extension)], ["extensionTestsPath", remote(options.tests)]];
  const address = `http://127.0.0.1:${port}/?folder=${encodeURIComponent(options.folder)}${payload.length === 0 ? "" : `&payload=${encodeURIComponent(JSON.stringify(payload))}`}`;
  const messages = [];
  page.on("console", (message) => messages.push(message.text()));
  // The only way out of a page of ours would be the network: none of it may be another machine's.
  const foreign = [];
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1" && hostname !== "localhost") {
      foreign.push(request.url());
    }
  });
  await page.goto(address);
  return {
    page,
    data,
    messages,
    foreign,
    log: () => said,
    close: async () => {
      await browser.close();
      server.kill();
      await new Promise((gone) => (server.exitCode === null ? server.once("exit", gone) : gone()));
      rmSync(data, { recursive: true, force: true });
    },
  };
}
