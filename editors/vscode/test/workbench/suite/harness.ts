// Tests inside the extension host: they run one after the other, and the results go into a file.
import { appendFileSync } from "node:fs";
import * as vscode from "vscode";
import type { Api } from "../../../src/extension";

export type Case = [name: string, run: () => Promise<void>];

export const ID = "flowright.flowright";
const PATIENCE_MS = 60_000;

export async function api(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>(ID);
  if (extension === undefined) {
    throw new Error("the extension is not there");
  }
  return extension.activate();
}

/** Waits until something is so; what it is, for the message. */
export async function eventually<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>, patienceMs = PATIENCE_MS): Promise<T> {
  const started = Date.now();
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) {
      return seen;
    }
    if (Date.now() - started > patienceMs) {
      throw new Error(`waited ${patienceMs} ms in vain: ${what}`);
    }
    await new Promise((later) => setTimeout(later, 50));
  }
}

/** A file of the folder that is open. */
export function file(name: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder === undefined) {
    throw new Error("no folder is open");
  }
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Opens a file with the cursor behind the first place where some text stands. */
export async function open(name: string, at?: string): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(file(name), { viewColumn: vscode.ViewColumn.One });
  if (at !== undefined) {
    const place = positionOf(editor.document, at);
    editor.selection = new vscode.Selection(place, place);
  }
  return editor;
}

export function positionOf(document: vscode.TextDocument, text: string): vscode.Position {
  const offset = document.getText().indexOf(text);
  if (offset < 0) {
    throw new Error(`"${text}" is not in ${document.fileName}`);
  }
  return document.positionAt(offset + text.length);
}

/** Replaces some text by another one, as typing would. */
export async function replace(editor: vscode.TextEditor, from: string, to: string): Promise<void> {
  const end = positionOf(editor.document, from);
  const start = editor.document.positionAt(editor.document.offsetAt(end) - from.length);
  await editor.edit((edit) => edit.replace(new vscode.Range(start, end), to));
}

export async function runAll(cases: readonly Case[]): Promise<void> {
  const results = process.env["FLOWRIGHT_RESULTS"];
  if (results === undefined) {
    throw new Error("FLOWRIGHT_RESULTS is not set");
  }
  const only = process.env["FLOWRIGHT_ONLY"];
  for (const [name, run] of cases) {
    if (only !== undefined && !name.includes(only)) {
      continue;
    }
    const started = Date.now();
    try {
      await run();
      appendFileSync(results, `ok ${name} (${Date.now() - started} ms)\n`);
    } catch (error) {
      appendFileSync(results, `FAILED ${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
      // What it left undone is not the next one's trouble.
      await vscode.commands.executeCommand("workbench.action.files.revert");
    }
  }
  appendFileSync(results, "end\n");
}
