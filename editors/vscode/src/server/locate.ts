// Which `flowright` binary is started: the one that is set, the one in the extension, the one in PATH.
import { delimiter, isAbsolute, join } from "node:path";

export interface Surroundings {
  /** The setting, whatever somebody wrote there; empty where it is not set. A workspace's own value is
   * not in it unless it is trusted. */
  configured: unknown;
  extensionFolder: string;
  /** The folder that a relative setting is meant from. */
  workspaceFolder: string | undefined;
  path: string | undefined;
  platform: NodeJS.Platform;
  trusted: boolean;
  isFile(path: string): boolean;
}

export type Found =
  | { kind: "found"; path: string; source: "setting" | "bundled" | "path" }
  | { kind: "missing"; why: string };

/** The binary's place, or why there is none. What is set and missing is said, not passed over. */
export function locate(around: Surroundings): Found {
  const configured = typeof around.configured === "string" ? around.configured.trim() : "";
  if (configured !== "") {
    const path = absolute(configured, around.workspaceFolder);
    if (path === undefined) {
      return { kind: "missing", why: `flowright.server.path is "${configured}", and no folder is open that it could be in.` };
    }
    if (!around.isFile(path)) {
      return { kind: "missing", why: `flowright.server.path is "${configured}", and there is no such file.` };
    }
    return { kind: "found", path, source: "setting" };
  }
  const name = around.platform === "win32" ? "flowright.exe" : "flowright";
  const bundled = join(around.extensionFolder, "bin", name);
  if (around.isFile(bundled)) {
    return { kind: "found", path: bundled, source: "bundled" };
  }
  if (!around.trusted) {
    return { kind: "missing", why: "This workspace is not trusted, and this extension has no server of its own that may be run in it." };
  }
  // A relative entry of PATH would be a folder of the workspace.
  for (const folder of (around.path ?? "").split(delimiter).filter(isAbsolute)) {
    const path = join(folder, name);
    if (around.isFile(path)) {
      return { kind: "found", path, source: "path" };
    }
  }
  return { kind: "missing", why: "There is no flowright in PATH, and none is bundled with this extension." };
}

function absolute(path: string, workspaceFolder: string | undefined): string | undefined {
  if (isAbsolute(path)) {
    return path;
  }
  const inside = path.replace(/^\$\{workspaceFolder\}[\\/]?/, "");
  return workspaceFolder === undefined ? undefined : join(workspaceFolder, inside);
}
