// The Test Explorer: tests of all projects, run, debugged and covered by the server.
import * as vscode from "vscode";
import { asRange, spelled } from "../places";
import { method, type FileCovered, type TestInfo, type TestOutcome, type TestsRun } from "../protocol";
import { message, type Server } from "../server/server";
import { byFile, byProject, keyOf, statements, transcript } from "./results";

/** A test that is to run, and where what it comes to is shown. */
interface Meant {
  test: TestInfo;
  item: vscode.TestItem;
}

/** What is started to look into a test. */
export type DebugTest = (test: TestInfo) => Promise<boolean>;

const DISCOVER_AFTER_MS = 150;

export class Tests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController("flowright", "Flowright");
  /** By their keys, which are their items' ids, too. */
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
    this.controller.createRunProfile("Run", Run, (request) => this.run(request, false), true);
    this.controller.createRunProfile("Debug", Debug, (request, token) => this.debugAll(request, token), true);
    const coverage = this.controller.createRunProfile("Coverage", Coverage, (request) => this.run(request, true), true);
    coverage.loadDetailedCoverage = async (_run, covered) => (covered instanceof FlowCoverage ? covered.details : []);
    this.disposables.push(
      server.onChecked(() => this.discoverSoon()),
      server.onClosed(() => this.discoverSoon()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.discoverSoon()),
    );
  }

  get items(): vscode.TestItemCollection {
    return this.controller.items;
  }

  /** The test of a file that the server knows by an id. */
  withId(uri: string, id: string): TestInfo | undefined {
    return this.inFile(uri).find((test) => test.id === id);
  }

  /** A test of a file, by its name. */
  named(uri: string, name: string): TestInfo | undefined {
    return this.inFile(uri).find((test) => test.name === name);
  }

  private inFile(uri: string): TestInfo[] {
    const file = spelled(uri);
    return [...this.known.values()].filter((test) => spelled(test.location.uri) === file);
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
          const key = keyOf(test);
          this.known.set(key, test);
          const child = item.children.get(key) ?? this.controller.createTestItem(key, test.name, uri);
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
  private meant(request: vscode.TestRunRequest): Meant[] {
    const found: Meant[] = [];
    const excluded = new Set(request.exclude?.map((item) => item.id));
    const visit = (item: vscode.TestItem) => {
      if (excluded.has(item.id)) {
        return;
      }
      const test = this.known.get(item.id);
      if (test !== undefined) {
        found.push({ test, item });
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

  /** Runs one test, as code lenses ask for it. */
  async runOne(test: TestInfo): Promise<void> {
    const key = keyOf(test);
    const items: vscode.TestItem[] = [];
    this.controller.items.forEach((file) => file.children.forEach((item) => item.id === key && items.push(item)));
    if (items.length === 0) {
      throw new Error("there is no such test; it may have been renamed a moment ago");
    }
    await this.run(new vscode.TestRunRequest(items), false);
  }

  private async run(request: vscode.TestRunRequest, coverage: boolean): Promise<void> {
    const run = this.controller.createTestRun(request);
    const meant = this.meant(request);
    meant.forEach(({ item }) => run.started(item));
    try {
      for (const [project, ofProject] of byProject(meant)) {
        await this.runProject(run, project, ofProject, coverage);
      }
      this.covered();
    } finally {
      run.end();
    }
  }

  /** Runs tests of one project. What it refuses is no other project's trouble. */
  private async runProject(run: vscode.TestRun, project: string, meant: readonly Meant[], coverage: boolean): Promise<void> {
    try {
      const answer = run.token.isCancellationRequested ? undefined : await this.server.ask<TestsRun>(method.runTests, { project, ids: meant.map(({ test }) => test.id), coverage }, run.token);
      const outcomes = new Map(answer?.results.map((outcome) => [outcome.id, outcome]));
      for (const { test, item } of meant) {
        this.report(run, item, test, outcomes.get(test.id));
      }
      for (const file of answer?.coverage ?? []) {
        run.addCoverage(new FlowCoverage(file));
      }
    } catch (error) {
      for (const { item } of meant) {
        if (run.token.isCancellationRequested) {
          run.skipped(item);
        } else {
          run.errored(item, new vscode.TestMessage(message(error)));
        }
      }
    }
  }

  private report(run: vscode.TestRun, item: vscode.TestItem, test: TestInfo, outcome: TestOutcome | undefined): void {
    if (outcome === undefined && run.token.isCancellationRequested) {
      run.skipped(item);
      return;
    }
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
    const at = outcome.location ?? test.location;
    told.location = new vscode.Location(vscode.Uri.parse(at.uri), asRange(at));
    run.failed(item, told, outcome.ms);
  }

  /** One after the other: a debugger has one conversation. */
  private async debugAll(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    for (const { test } of this.meant(request)) {
      if (token.isCancellationRequested || !(await this.debug(test))) {
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
