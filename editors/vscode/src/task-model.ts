// Which projects there are to have tasks, and what each task runs.

export type TaskCommand = "check" | "test" | "fmt";

/** The folders of `.flow` files, without those that lie in another one: they belong to its project. */
export function projectDirectories(files: readonly string[]): string[] {
  const folders = [...new Set(files.map((file) => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : ".")))].sort();
  return folders.filter((folder) => !folders.some((other) => other !== folder && (other === "." || folder.startsWith(`${other}/`))));
}

export function taskArguments(command: TaskCommand, project: string): string[] {
  switch (command) {
    case "check":
      return ["check", "--format", "short", project];
    case "test":
      return ["test", project];
    case "fmt":
      return ["fmt", "--check", project];
  }
}

export function taskName(command: TaskCommand, project: string): string {
  const verb = command === "fmt" ? "fmt --check" : command;
  return project === "." ? verb : `${verb} ${project}`;
}
