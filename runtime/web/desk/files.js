// Files that the customer sent. The server sends them as downloads, and no page of hers runs.
import { fileAt } from "./api.js";
import { el } from "./dom.js";

// Its name, by which it can be had where its bytes were taken.
export const named = (session, file) => (file.id ? el("a", { href: fileAt(session, file.id), download: file.name }, file.name) : el("span", { title: file.cause }, file.name));
