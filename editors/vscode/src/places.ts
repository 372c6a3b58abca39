// From places of the server to places in an editor.
import * as vscode from "vscode";
import type { Checked, Location } from "./protocol";

export function asRange({ range }: Location): vscode.Range {
  return new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
}

/** Shows a place in the source: in the editor that has the file, else beside whoever asks. */
export async function revealPlace(location: Location): Promise<void> {
  const uri = vscode.Uri.parse(location.uri);
  const range = asRange(location);
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
  const column = shown?.viewColumn ?? vscode.ViewColumn.One;
  const editor = await vscode.window.showTextDocument(uri, { viewColumn: column });
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** An address as VS Code writes it. The server may write the same one otherwise, as `file:///C:/a.flow`
 * for `file:///c%3A/a.flow`: addresses compare by this. */
export function spelled(uri: string): string {
  return vscode.Uri.parse(uri).toString();
}

/** The innermost of the projects that a file is in. */
export function projectOf(uri: string, projects: readonly Checked[]): string | undefined {
  const file = spelled(uri);
  const holding = projects.map((one) => spelled(one.project).replace(/\/+$/, "")).filter((project) => file.startsWith(`${project}/`));
  return holding.sort((a, b) => b.length - a.length)[0];
}

/** The folder of the project that a document belongs to: what the server checked, else its own. */
export function projectFolder(document: vscode.Uri, projects: readonly Checked[]): vscode.Uri {
  const project = projectOf(document.toString(), projects);
  return project === undefined ? vscode.Uri.joinPath(document, "..") : vscode.Uri.parse(project);
}
