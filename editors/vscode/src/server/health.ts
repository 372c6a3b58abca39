// What the status bar shows, from what is known of the server.
import type { Checked } from "../protocol";

export type Health =
  | { state: "starting" }
  | { state: "running"; version: string; projects: readonly Checked[] }
  | { state: "restarting"; inMs: number }
  | { state: "stopped"; why: string }
  | { state: "missing"; why: string };

export interface Shown {
  text: string;
  tooltip: string;
  tone: "plain" | "warning" | "error";
}

/** The status bar's item. */
export function shown(health: Health): Shown {
  switch (health.state) {
    case "starting":
      return { text: "$(sync~spin) Flowright", tooltip: "The server is starting.", tone: "plain" };
    case "restarting":
      return { text: "$(sync~spin) Flowright", tooltip: `The server ended; it is started again in ${seconds(health.inMs)}.`, tone: "warning" };
    case "stopped":
      return { text: "$(error) Flowright", tooltip: `The server does not run: ${health.why}`, tone: "error" };
    case "missing":
      return { text: "$(error) Flowright", tooltip: health.why, tone: "error" };
    case "running":
      return running(health.version, health.projects);
  }
}

function running(version: string, projects: readonly Checked[]): Shown {
  const sum = (of: (project: Checked) => number) => projects.reduce((total, project) => total + of(project), 0);
  const [errors, warnings] = [sum((p) => p.errors), sum((p) => p.warnings)];
  const counts = errors + warnings === 0 ? "" : ` $(error) ${errors} $(warning) ${warnings}`;
  const lines = projects.map((p) => `- ${folderName(p.project)}: ${counted(p.errors, "error")}, ${counted(p.warnings, "warning")}, ${counted(p.files, "file")}${p.ms === undefined ? "" : `, checked in ${p.ms} ms`}`);
  return {
    text: `$(check) Flowright${counts}`,
    tooltip: [`flowright ${version}`, ...(lines.length === 0 ? ["No project was checked yet."] : lines)].join("\n"),
    tone: "plain",
  };
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`;
}

export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** The last part of a folder's URI. */
export function folderName(uri: string): string {
  const last = uri.replace(/\/+$/, "").split("/").pop() ?? uri;
  try {
    return decodeURIComponent(last);
  } catch {
    return last; // Not encoded as a URI is: shown as it is.
  }
}
