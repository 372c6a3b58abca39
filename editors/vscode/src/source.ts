// What a `.flow` text says at a line, without the compiler: declarations begin in the first column.

/** The name of the declaration of a kind that a line is in, or that begins before it. */
function declarationAt(text: string, line: number, keyword: string, name: RegExp): string | undefined {
  let found: string | undefined;
  const lines = text.split(/\r?\n/, line + 1);
  for (const of of lines) {
    const word = /^([a-z]+)(?![\w.]|\s*:)/.exec(of)?.[1];
    if (word === undefined) {
      continue;
    }
    found = word === keyword ? name.exec(of.slice(keyword.length))?.[1] : DECLARATIONS.has(word) ? undefined : found;
  }
  return found;
}

const DECLARATIONS = new Set(
  "bot use role customer channel entity intent slot action effect skill route fallback knowledge experiment text flow test migrate".split(" "),
);

/** The flow that a line is in; none between flows. */
export function flowAt(text: string, line: number): string | undefined {
  return declarationAt(text, line, "flow", /^\s+([\p{L}\p{N}_.]+)/u);
}

/** The test that a line is in, by its name. */
export function testAt(text: string, line: number): string | undefined {
  const name = declarationAt(text, line, "test", /^\s+"((?:[^"\\]|\\.)*)"/u);
  return name?.replace(/\\(.)/g, "$1");
}

/** The flow that a line is in, else the first of the text. */
export function flowNear(text: string, line: number): string | undefined {
  return flowAt(text, line) ?? /^flow\s+([\p{L}\p{N}_.]+)/mu.exec(text)?.[1];
}
