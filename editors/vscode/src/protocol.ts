// The requests and notifications of the language server that are not LSP's own.
import type { Location, Position, WorkspaceEdit } from "vscode-languageclient";

export interface Checked {
  project: string;
  revision: number;
  errors: number;
  warnings: number;
  files: number;
  ms?: number;
}

export interface Status {
  version: string;
  projects: Checked[];
  conversations: number;
}

export type NodeKind = "start" | "state" | "end" | "human" | "flow";

export interface GraphNode {
  id: number;
  kind: NodeKind;
  label: string;
  doc?: string;
  details?: string[];
  x: number;
  y: number;
  width: number;
  height: number;
  location?: Location;
  severity?: "error" | "warning";
  findings?: string[];
  coverage?: "entered" | "missed";
}

export interface GraphEdge {
  from: number;
  to: number;
  label?: string;
  points: [number, number][];
  location?: Location;
  kind: string;
  coverage?: "taken" | "missed";
}

export interface FlowGraph {
  name: string;
  location?: Location;
  width: number;
  height: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
  stale: boolean;
}

export interface Graph {
  flows: FlowGraph[];
  mermaid: string;
  svg: string;
}

export interface Place {
  flow: string;
  state: string;
  location?: Location;
}

export interface Choice {
  label: string;
  payload: string;
}

export interface Line {
  who: "user" | "bot" | "call" | "time" | "note";
  text: string;
  on?: string;
  choices?: Choice[];
  state?: Place;
  understanding?: { intent: string; confidence: number }[];
  taken?: string;
}

export interface Suggestion {
  label: string;
  value?: unknown;
  error?: string;
}

export interface PendingCall {
  key: string;
  action: string;
  args: Record<string, unknown>;
  suggestions: Suggestion[];
}

export interface SlotValue {
  name: string;
  of: string;
  value?: string;
  turn?: number;
  location?: Location;
}

export interface CustomerField {
  name: string;
  type: string;
  options?: string[];
}

export interface Conversation {
  id: string;
  revision: number;
  flow?: string;
  channel: string;
  language: string;
  languages: string[];
  channels: string[];
  now: string;
  customerFields: CustomerField[];
  customer: Record<string, unknown>;
  lines: Line[];
  status: "bot" | "human" | "ended";
  waitsFor?: string;
  wakesInMs?: number;
  call?: PendingCall;
  slots: SlotValue[];
  path: Place[];
  kept?: { kept: boolean; why?: string };
}

export interface ConversationStart {
  textDocument: { uri: string };
  flow?: string;
  channel?: string;
  language?: string;
  customer?: Record<string, unknown>;
  at?: string;
}

export interface Recorded {
  test: string;
  edit: WorkspaceEdit;
}

export interface TestInfo {
  id: string;
  name: string;
  location: Location;
  project: string;
}

export interface TestOutcome {
  id: string;
  project: string;
  passed: boolean;
  ms: number;
  message?: string;
  expected?: string;
  actual?: string;
  location?: Location;
  lines?: { who: string; text: string }[];
}

export interface FileCovered {
  uri: string;
  states: { name: string; location: Location; entered: number }[];
  ways: { location: Location; taken: number }[];
}

export interface TestsRun {
  results: TestOutcome[];
  coverage?: FileCovered[];
}

export type { Location, Position };

/** The names of the requests, once. */
export const method = {
  checked: "flowright/checked",
  closed: "flowright/closed",
  status: "flowright/status",
  graph: "flowright/graph",
  tests: "flowright/tests",
  runTests: "flowright/tests/run",
  changed: "flowright/conversation/changed",
  conversation: (verb: "start" | "say" | "answer" | "pass" | "set" | "restart" | "record" | "stop") => `flowright/conversation/${verb}`,
} as const;
