// What the graph's page and the extension say to each other.
import type { FlowGraph, Location, Position } from "../protocol";

export type ToPage =
  | { type: "graph"; document: string; flows: FlowGraph[]; flow: string | undefined; followCursor: boolean }
  | { type: "none"; why: string }
  /** The cursor is in a file with nothing to draw: the drawing stays, and this is said of it. */
  | { type: "notice"; text: string }
  | { type: "cursor"; uri: string; position: Position; flow: string | undefined };

export type FromPage =
  | { type: "ready" }
  | { type: "reveal"; location: Location }
  | { type: "flow"; name: string }
  | { type: "export"; format: "svg" | "mermaid"; flow: string | undefined };
