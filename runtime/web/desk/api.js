// What the desk asks the server. The login is a cookie that no script can read.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? String(status));
    this.status = status;
    this.problem = problem;
  }
}

async function ask(method, path, body) {
  const response = await fetch(`/desk/v1/${path}`, {
    method,
    credentials: "same-origin",
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : undefined;
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

export const me = () => ask("GET", "me");
export const signIn = (login, password) => ask("POST", "login", { login, password });
export const signOut = () => ask("POST", "logout", {});
export const presence = (wanted) => ask("POST", "presence", { presence: wanted });

const path = (session) => `conversations/${encodeURIComponent(session)}`;
// A move has an id of its own, so that one that is sent again after a lost answer is carried out once.
export const move = (session, what, fields) => ask("POST", `${path(session)}/${what}`, fields);
export const note = (session, fields) => ask("POST", `${path(session)}/notes`, fields);
export const typing = (session) => ask("POST", `${path(session)}/typing`, {});
export const suggestions = (session, question) => ask("GET", `${path(session)}/suggestions${question ? `?q=${encodeURIComponent(question)}` : ""}`);
export const fileAt = (session, id) => `/desk/v1/${path(session)}/attachments/${encodeURIComponent(id)}`;
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

const PAUSE_MS = 500, PAUSE_MAX_MS = 15_000;

// The WebSocket that tells what changes; opened again when it breaks, with what is looked at.
export class Live {
  constructor(on) {
    this.on = on;
    this.pause = PAUSE_MS;
    this.watched = null;
    this.open();
  }

  open() {
    this.on.state("connecting");
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/desk/v1/live`);
    this.socket = socket;
    socket.onopen = () => {
      this.pause = PAUSE_MS;
      this.on.state("open");
      if (this.watched) this.say();
    };
    socket.onmessage = ({ data }) => this.on.told(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (this.ended || socket !== this.socket) return;
      // The login is over, or the account is closed.
      if (code === 1008) return this.on.out();
      this.on.state("lost");
      this.timer = setTimeout(() => this.open(), this.pause * (0.5 + Math.random()));
      this.pause = Math.min(2 * this.pause, PAUSE_MAX_MS);
    };
  }

  watch(session) {
    this.watched = session;
    if (this.socket.readyState === WebSocket.OPEN) this.say();
  }

  say() {
    this.socket.send(JSON.stringify({ type: "watch", conversation: this.watched }));
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}
