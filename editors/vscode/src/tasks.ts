// Tasks: check, test and fmt of each project, in a terminal.
import * as vscode from "vscode";
import type { Server } from "./server/server";
import { projectDirectories, taskArguments, taskName, type TaskCommand } from "./task-model";

const FILES_MAX = 2_000;

export function registerTasks(server: Server): vscode.Disposable {
  return vscode.tasks.registerTaskProvider("flowright", {
    provideTasks: async () => {
      if (server.path === undefined || !vscode.workspace.isTrusted) {
        return [];
      }
      const tasks: vscode.Task[] = [];
      for (const folder of vscode.workspace.workspaceFolders ?? []) {
        const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, "**/*.flow"), "**/{node_modules,target}/**", FILES_MAX);
        const inside = files.map((file) => vscode.workspace.asRelativePath(file, false));
        for (const project of projectDirectories(inside)) {
          for (const command of ["check", "test", "fmt"] as const) {
            tasks.push(task(server.path, folder, { type: "flowright", command, project }));
          }
        }
      }
      return tasks;
    },
    resolveTask: (asked) => {
      const { command } = asked.definition;
      const folder = typeof asked.scope === "object" ? asked.scope : vscode.workspace.workspaceFolders?.[0];
      if (server.path === undefined || folder === undefined || !vscode.workspace.isTrusted || !["check", "test", "fmt"].includes(command)) {
        return undefined;
      }
      return task(server.path, folder, asked.definition as Definition);
    },
  });
}

interface Definition extends vscode.TaskDefinition {
  command: TaskCommand;
  project?: string;
}

function task(binary: string, folder: vscode.WorkspaceFolder, definition: Definition): vscode.Task {
  const project = definition.project ?? ".";
  const execution = new vscode.ProcessExecution(binary, taskArguments(definition.command, project), { cwd: folder.uri.fsPath });
  const made = new vscode.Task(definition, folder, taskName(definition.command, project), "flowright", execution, "$flowright");
  if (definition.command !== "fmt") {
    made.group = definition.command === "test" ? vscode.TaskGroup.Test : vscode.TaskGroup.Build;
  }
  return made;
}
