// When a server that died is started again: at once the first time, then later and later, and not
// for ever.

const FIRST_MS = 250;
const LONGEST_MS = 15_000;
/** So many ends within the span are too many. */
const TRIES_MAX = 5;
const SPAN_MS = 180_000;

export class Restarts {
  private ends: number[] = [];

  /** How long to wait before the next start; undefined: enough is enough. */
  ended(nowMs: number): number | undefined {
    this.ends = [...this.ends.filter((end) => nowMs - end < SPAN_MS), nowMs];
    if (this.ends.length > TRIES_MAX) {
      return undefined;
    }
    return Math.min(FIRST_MS * 4 ** (this.ends.length - 1), LONGEST_MS);
  }

  /** The user asked for a start: what was before does not count. */
  forget(): void {
    this.ends = [];
  }
}
