// What the extension host runs: the suite that the environment names.
import { runAll, type Case } from "./harness";
import { failures, missing, old } from "./failures";
import { project } from "./project";
import { restricted } from "./restricted";

const SUITES: Record<string, readonly Case[]> = { project, failures, missing, old, restricted };

export async function run(): Promise<void> {
  const suite = SUITES[process.env["FLOWRIGHT_SUITE"] ?? ""];
  if (suite === undefined) {
    throw new Error("FLOWRIGHT_SUITE names no suite");
  }
  await runAll(suite);
}
