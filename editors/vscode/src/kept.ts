// What a panel's page keeps for when the window is loaded anew: what it was about.

export interface Kept {
  document: string;
  flow?: string;
}

export function keep(document: string, flow: string | undefined): Kept {
  return flow === undefined ? { document } : { document, flow };
}

/** What was kept; undefined if there is nothing of the kind, as of another version of the extension. */
export function asKept(state: unknown): Kept | undefined {
  const { document, flow } = (state ?? {}) as Record<string, unknown>;
  return typeof document === "string" ? keep(document, typeof flow === "string" ? flow : undefined) : undefined;
}
