// What the conversation's page and the extension say to each other.
import type { Kept } from "../kept";
import type { Conversation, Location } from "../protocol";

export type ToPage =
  /** `edited`: it was sent because the sources changed. */
  | { type: "conversation"; conversation: Conversation; edited: boolean }
  | { type: "none"; why: string }
  /** How it begins; the page keeps it for when the window is loaded anew. */
  | { type: "begins"; kept: Kept }
  /** Something that happened to what is shown. */
  | { type: "notice"; text: string }
  /** Something could not be done; what is shown stays as it was. */
  | { type: "failed"; why: string };

export type FromPage =
  | { type: "ready" }
  | { type: "say"; text: string; payload?: string }
  | { type: "answer"; key: string; value?: unknown; error?: string }
  | { type: "pass"; ms: number }
  | { type: "set"; channel?: string; language?: string; customer?: Record<string, unknown> }
  | { type: "restart" }
  | { type: "record" }
  | { type: "reveal"; location: Location };
