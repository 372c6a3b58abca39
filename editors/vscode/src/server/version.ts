// What a binary says of itself, and whether it is new enough.

/** The oldest version with a language server that this extension understands. */
export const OLDEST = "0.1.0";

/** `flowright 0.1.0 (…)` to `0.1.0`. */
export function parseVersion(output: string): string | undefined {
  return /^flowright (\d+\.\d+\.\d+)/m.exec(output)?.[1];
}

export function isOld(version: string, oldest: string = OLDEST): boolean {
  const numbers = (text: string) => text.split(".").map(Number);
  const [found, wanted] = [numbers(version), numbers(oldest)];
  for (let i = 0; i < wanted.length; i++) {
    const difference = (found[i] ?? 0) - (wanted[i] ?? 0);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return false;
}
