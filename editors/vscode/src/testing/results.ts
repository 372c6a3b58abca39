// From the server's answers to what the Test Explorer shows, without the Test Explorer.
import type { FileCovered, TestInfo, TestOutcome } from "../protocol";

/** Tests by the file that they are in, both in the order of the server. */
export function byFile(tests: readonly TestInfo[]): Map<string, TestInfo[]> {
  return by(tests, (test) => test.location.uri);
}

/** What is to run, by the project that its tests are of: each is asked for its own. */
export function byProject<T extends { test: TestInfo }>(meant: readonly T[]): Map<string, T[]> {
  return by(meant, ({ test }) => test.project);
}

function by<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item);
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return groups;
}

/** What a test is known by among those of all projects: an id holds in its project alone. An address has
 * no line break; VS Code keeps the character 0 for itself. */
export function keyOf({ project, id }: Pick<TestInfo, "project" | "id">): string {
  return `${project}\n${id}`;
}

/** The conversation as a terminal shows it: lines end with CR and LF there. */
export function transcript(outcome: TestOutcome, name: string): string {
  const verdict = `${outcome.passed ? "ok" : "FAILED"}  ${name} (${Math.round(outcome.ms)} ms)`;
  const width = Math.max(0, ...(outcome.lines ?? []).map((line) => line.who.length));
  const lines = (outcome.lines ?? []).map((line) => `    ${line.who.padEnd(width)}  ${line.text.replace(/\r?\n/g, `\r\n${" ".repeat(width + 6)}`)}`);
  const why = outcome.passed || outcome.message === undefined ? [] : [`    ${outcome.message}`];
  return [verdict, ...lines, ...why, ""].join("\r\n");
}

export interface Statement {
  executed: number;
  line: number;
  character: number;
  endLine: number;
  endCharacter: number;
  name: string;
  branches: { executed: number; line: number; character: number; endLine: number; endCharacter: number }[];
}

/** A state is a statement; the ways out of it are its branches: those that lie in its range, else
 * behind it and before the next. */
export function statements(file: FileCovered): Statement[] {
  const states = [...file.states].sort((a, b) => a.location.range.start.line - b.location.range.start.line || a.location.range.start.character - b.location.range.start.character);
  const made = states.map((state) => ({ executed: state.entered, name: state.name, ...flat(state.location.range), branches: [] as Statement["branches"] }));
  for (const way of file.ways) {
    const range = flat(way.location.range);
    const holder = made.findLast((state) => state.line < range.line || (state.line === range.line && state.character <= range.character));
    holder?.branches.push({ executed: way.taken, ...range });
  }
  return made;
}

function flat({ start, end }: FileCovered["ways"][number]["location"]["range"]) {
  return { line: start.line, character: start.character, endLine: end.line, endCharacter: end.character };
}
