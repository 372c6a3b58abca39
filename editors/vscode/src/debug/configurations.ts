// What can be debugged, as configurations: without VS Code, so that it can be tested.
import type { TestInfo } from "../protocol";

export interface Configuration {
  type: "flowright";
  request: "launch" | "attach";
  name: string;
  project: string;
  test?: string;
  flow?: string;
  server?: string;
  stopOnEntry?: boolean;
}

export function forTest(test: string, project: string): Configuration {
  return { type: "flowright", request: "launch", name: `Test: ${test}`, project, test };
}

export function forFlow(flow: string, project: string): Configuration {
  return { type: "flowright", request: "launch", name: `Flow: ${flow}`, project, flow, stopOnEntry: true };
}

export function forServer(project: string): Configuration {
  return { type: "flowright", request: "attach", name: "Attach to a running server", project, server: "http://127.0.0.1:8080" };
}

/** So many of a kind are offered: the list is one to pick from. */
const OFFERED_MAX = 200;

/** What is offered where nobody wrote a `launch.json`. */
export function offered(flows: readonly string[], tests: readonly TestInfo[], folder: string, folderOf: (uri: string) => string): Configuration[] {
  return [
    ...flows.slice(0, OFFERED_MAX).map((flow) => forFlow(flow, folder)),
    ...tests.slice(0, OFFERED_MAX).map((test) => forTest(test.name, folderOf(test.project))),
    forServer(folder),
  ];
}

/** Why a configuration cannot be started; undefined if it can. */
export function unfit(configuration: Record<string, unknown>): string | undefined {
  const text = (name: string) => typeof configuration[name] === "string" && configuration[name] !== "";
  if (!text("project")) {
    return "The configuration names no project: the folder of the flows.";
  }
  if (configuration["request"] === "attach") {
    return text("server") ? undefined : "The configuration names no server to attach to.";
  }
  if (text("test") && text("flow")) {
    return "The configuration names a test and a flow: it is one or the other.";
  }
  return undefined;
}
