// The pages as the extension makes them, for tests that open them without VS Code.
export { GRAPH_BODY } from "../../src/graph/body";
export { page } from "../../src/html";
export { TALK_BODY } from "../../src/talk/body";
