// The Test Explorer: tests of all projects, run, debugged and covered by the server.
import * as vscode from "vscode";
import { asRange } from "../places";
import { method, type FileCovered, type TestInfo, type TestOutcome, type TestsRun } from "../protocol";
import { message, type Server } from "../server/server";
import { byFile, statements, transcript } from "./results";

/** What is started to look into a test. */
export type DebugTest = (test: TestInfo) => Promise<boolean>;

const DISCOVER_AFTER_MS = 150;

export class Tests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController("flowright", "Flowright");
  private readonly known = new Map<string, TestInfo>();
  private readonly disposables: vscode.Disposable[] = [this.controller];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly server: Server,
    private readonly debug: DebugTest,
    /** Called when it is known what tests cover. */
    private readonly covered: () => void,
  ) {
    this.controller.refreshHandler = () => this.discover();
    this.controller.resolveHandler = () => this.discover();
    const { Run, Debug, Coverage } = vscode.TestRunProfileKind;
    this.controller.createRunProfile("Run", Run, (request, token) => this.run(request, token, false), true);
    this.controller.createRunProfile("Debug", Debug, (request, token) => this.debugAll(request, token), true);
    const coverage = this.controller.createRunProfile("Coverage", Coverage, (request, token) => this.run(request, token, true), true);
    coverage.loadDetailedCoverage = async (_run, covered) => (covered instanceof FlowCoverage ? covered.details : []);
    this.disposables.push(
      server.onChecked(() => this.discoverSoon()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.discoverSoon()),
    );
  }

  get items(): vscode.TestItemCollection {
    return this.controller.items;
  }

  info(id: string): TestInfo | undefined {
    return this.known.get(id);
  }

  /** A test of a file, by its name. */
  named(uri: string, name: string): TestInfo | undefined {
    return [...this.known.values()].find((test) => test.location.uri === uri && test.name === name);
  }

  private discoverSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.discover(), DISCOVER_AFTER_MS);
  }

  async discover(): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      this.controller.items.replace([]);
      return;
    }
    try {
      this.fill(await this.server.ask<TestInfo[]>(method.tests, {}));
    } catch (error) {
      // The list stays as it was: the server may be on its way.
      this.server.log.debug(`no tests: ${message(error)}`);
    }
  }

  private fill(tests: readonly TestInfo[]): void {
    this.known.clear();
    const files = [...byFile(tests)].map(([file, inFile]) => {
      const uri = vscode.Uri.parse(file);
      const item = this.controller.items.get(file) ?? this.controller.createTestItem(file, vscode.workspace.asRelativePath(uri), uri);
      item.children.replace(
        inFile.map((test, i) => {
          this.known.set(test.id, test);
          const child = item.children.get(test.id) ?? this.controller.createTestItem(test.id, test.name, uri);
          child.label = test.name;
          child.range = asRange(test.location);
          child.sortText = String(i).padStart(6, "0");
          return child;
        }),
      );
      return item;
    });
    this.controller.items.replace(files);
  }

  /** The tests that a request means. */
  private meant(request: vscode.TestRunRequest): vscode.TestItem[] {
    const found: vscode.TestItem[] = [];
    const excluded = new Set(request.exclude?.map((item) => item.id));
    const visit = (item: vscode.TestItem) => {
      if (excluded.has(item.id)) {
        return;
      }
      if (this.known.has(item.id)) {
        found.push(item);
      }
      item.children.forEach(visit);
    };
    if (request.include === undefined) {
      this.controller.items.forEach(visit);
    } else {
      request.include.forEach(visit);
    }
    return found;
  }

  /** Runs tests by id, as code lenses ask for it. */
  async runIds(ids: readonly string[]): Promise<void> {
    const items: vscode.TestItem[] = [];
    this.controller.items.forEach((file) => file.children.forEach((item) => ids.includes(item.id) && items.push(item)));
    if (items.length === 0) {
      throw new Error("there is no such test; it may have been renamed a moment ago");
    }
    await this.run(new vscode.TestRunRequest(items), undefined, false);
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken | undefined, coverage: boolean): Promise<void> {
    const run = this.controller.createTestRun(request);
    const items = this.meant(request);
    items.forEach((item) => run.started(item));
    try {
      const answer = await this.server.ask<TestsRun>(method.runTests, { ids: items.map((item) => item.id), coverage }, token);
      const outcomes = new Map(answer.results.map((outcome) => [outcome.id, outcome]));
      for (const item of items) {
        this.report(run, item, outcomes.get(item.id));
      }
      for (const file of answer.coverage ?? []) {
        run.addCoverage(new FlowCoverage(file));
      }
      this.covered();
    } catch (error) {
      for (const item of items) {
        run.errored(item, new vscode.TestMessage(message(error)));
      }
    } finally {
      run.end();
    }
  }

  private report(run: vscode.TestRun, item: vscode.TestItem, outcome: TestOutcome | undefined): void {
    if (outcome === undefined) {
      run.errored(item, new vscode.TestMessage("The server does not know this test any more."));
      return;
    }
    run.appendOutput(transcript(outcome, item.label), undefined, item);
    if (outcome.passed) {
      run.passed(item, outcome.ms);
      return;
    }
    const text = outcome.message ?? "It went otherwise.";
    const { expected, actual } = outcome;
    const told = expected !== undefined && actual !== undefined ? vscode.TestMessage.diff(text, expected, actual) : new vscode.TestMessage(text);
    const at = outcome.location ?? this.known.get(item.id)?.location;
    if (at !== undefined) {
      told.location = new vscode.Location(vscode.Uri.parse(at.uri), asRange(at));
    }
    run.failed(item, told, outcome.ms);
  }

  /** One after the other: a debugger has one conversation. */
  private async debugAll(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    for (const item of this.meant(request)) {
      const test = this.known.get(item.id);
      if (test === undefined || token.isCancellationRequested || !(await this.debug(test))) {
        return;
      }
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
  }
}

/** What the tests came to in a file: states are statements, the ways out of them branches. */
class FlowCoverage extends vscode.FileCoverage {
  readonly details: vscode.FileCoverageDetail[];

  constructor(file: FileCovered) {
    const found = statements(file);
    const branches = found.flatMap((state) => state.branches);
    const count = (all: readonly { executed: number }[]) => new vscode.TestCoverageCount(all.filter((one) => one.executed > 0).length, all.length);
    super(vscode.Uri.parse(file.uri), count(found), branches.length === 0 ? undefined : count(branches));
    const range = (of: { line: number; character: number; endLine: number; endCharacter: number }) => new vscode.Range(of.line, of.character, of.endLine, of.endCharacter);
    this.details = found.map((state) => new vscode.StatementCoverage(state.executed, range(state), state.branches.map((branch) => new vscode.BranchCoverage(branch.executed, range(branch)))));
  }
}
