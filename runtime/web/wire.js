// One conversation over one WebSocket, which is opened again when it breaks. Replies are numbered, so none is
// missed or shown twice; a message is kept until the server says that it is durable, and sent again under
// the same id, so none is lost or carried out twice.
const PIECE = 48_000, BUFFERED_MAX = 1_000_000, BUFFER_MS = 50;
const PAUSE_MS = 500, PAUSE_MAX_MS = 30_000, AGAIN_MS = 2_000, TYPING_EVERY_MS = 3_000;
const PROTOCOL = "flowright.v1";
const randomId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

class Wire {
  // address(): where the WebSocket is; query(): what is asked for beside the conversation; token(): what says
  // whose page it is, if anything; on: what is to be done with what comes.
  constructor({ address, query, token, on, session, conversation = "", seen = 0 }) {
    Object.assign(this, { address, query, token, on, session, conversation, seen });
    this.waiting = new Map();
    this.files = [];
    this.pause = PAUSE_MS;
    this.number = 0;
    this.typed = 0;
    this.begun = false;
  }

  start() {
    if (this.begun) return;
    this.begun = true;
    this.whenOn = () => this.reconnect();
    this.whenOff = () => { if (this.socket) this.lose(); };
    addEventListener("online", this.whenOn);
    addEventListener("offline", this.whenOff);
    this.connect();
  }

  stop() {
    this.begun = false;
    this.leave();
    removeEventListener("online", this.whenOn);
    removeEventListener("offline", this.whenOff);
  }

  // At once, with a new token.
  reconnect() {
    if (!this.begun) return;
    this.pause = PAUSE_MS;
    this.connect();
  }

  leave() {
    this.number += 1;
    clearTimeout(this.timer);
    this.ready = this.uploading = false;
    const old = this.socket;
    this.socket = undefined;
    old?.close();
  }

  async connect(asVisitor = false) {
    this.leave();
    const { number } = this;
    this.on.state("connecting");
    const token = asVisitor ? "" : await this.tokenNow();
    if (number !== this.number) return;
    const query = new URLSearchParams({ session: this.session, after: String(this.seen), ...this.query() });
    if (this.conversation) query.set("conversation", this.conversation);
    let opened = false;
    const closed = () => {
      if (number !== this.number) return;
      // A browser does not say why there is no WebSocket: without the token it may be another story.
      if (token && !opened) this.connect(true); else this.lose();
    };
    try {
      this.socket = new WebSocket(`${this.address()}?${query}`, token ? [PROTOCOL, `token.${token}`] : [PROTOCOL]);
    } catch (error) {
      console.warn(`Flowright: no connection could be opened: ${error.message}`);
      closed();
      return;
    }
    this.first = true;
    this.socket.onopen = () => {
      opened = true;
      if (asVisitor) console.warn("Flowright: the token was refused (expired, for another bot, or signed with another key); the page is a visitor's");
    };
    this.socket.onmessage = (event) => { if (number === this.number) this.take(JSON.parse(event.data)); };
    this.socket.onclose = closed;
  }

  async tokenNow() {
    try {
      const token = await this.token?.();
      return typeof token === "string" ? token.trim() : "";
    } catch (error) {
      console.warn(`Flowright: the site gave no token: ${error?.message ?? error}; the page is a visitor's`);
      return "";
    }
  }

  // Ever more slowly, and not all pages at the same moment.
  lose() {
    this.leave();
    this.on.state("lost");
    this.timer = setTimeout(() => this.connect(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, PAUSE_MAX_MS);
  }

  send(message) {
    this.waiting.set(message.id, message);
    if (this.ready) this.transmit(message);
  }

  transmit({ id, text, payload, attachments }) {
    this.socket?.send(JSON.stringify({ type: "message", id, text, ...(payload === undefined ? {} : { payload }), ...(attachments ? { attachments } : {}) }));
  }

  // Files go one after the other, and from their beginning again when the connection breaks.
  upload(id, file) {
    this.files.push({ id, file });
    this.pump();
  }

  async pump() {
    const [next] = this.files;
    if (!this.ready || this.uploading || !next) return;
    this.uploading = true;
    const { number, socket } = this, { id, file } = next;
    const goes = () => number === this.number && this.files[0] === next;
    socket.send(JSON.stringify({ type: "file", id, name: file.name, bytes: file.size }));
    try {
      for (let at = 0; at < file.size && goes(); at += PIECE) {
        const piece = await file.slice(at, at + PIECE).arrayBuffer();
        while (goes() && socket.bufferedAmount > BUFFERED_MAX) await new Promise((over) => { setTimeout(over, BUFFER_MS); });
        if (goes()) socket.send(piece);
      }
    } catch (error) {
      // It was changed, or taken away, since it was chosen.
      if (goes()) { this.uploaded(next); this.on.refused(id, { status: 400, detail: `the file cannot be read: ${error.message}` }, false); }
    }
  }

  uploaded(file) {
    this.files = this.files.filter((other) => other !== file);
    this.uploading = false;
    this.pump();
  }

  // The customer is writing: told now and then.
  typing() {
    if (!this.ready || Date.now() - this.typed < TYPING_EVERY_MS) return;
    this.typed = Date.now();
    this.socket.send(JSON.stringify({ type: "typing" }));
  }

  take(data) {
    const first = this.first;
    this.first = false;
    if (data.type === "conversation") {
      const named = data.conversation === this.session ? "" : data.conversation;
      if (named !== this.conversation || (data.after ?? 0) < this.seen) this.move(named);
      return;
    }
    // It is in the page's own conversation, and was in another.
    if (first && this.conversation) this.move("");
    if (data.type === "reply") {
      if (data.seq <= this.seen) return;
      this.seen = data.seq;
      this.on.reply(data);
    } else if (data.type === "ack") {
      if (this.waiting.delete(data.id)) this.on.acked(data.id);
    } else if (data.type === "status") {
      // Only now it is served: a page that is sent away at once comes again ever more slowly.
      this.pause = PAUSE_MS;
      this.on.status(data.status);
      this.serve();
    } else if (data.type === "file") {
      const file = this.files.find(({ id }) => id === data.id);
      if (file) { this.uploaded(file); this.on.uploaded(data.id, data.attachment); }
    } else if (data.type === "typing") {
      this.on.typing(data);
    } else if (data.type === "error") {
      this.refused(data);
    }
  }

  serve() {
    if (this.ready) return;
    this.ready = true;
    this.on.state("open");
    this.waiting.forEach((message) => this.transmit(message));
    this.pump();
  }

  // Nothing that was seen is of this conversation.
  move(conversation) {
    this.conversation = conversation;
    this.seen = 0;
    this.on.moved(conversation);
  }

  refused({ id, problem }) {
    const passes = problem.status >= 500 || problem.status === 429;
    const file = this.files.find((other) => other.id === id);
    if (file && passes) {
      // What is on its way of it still is passed over there.
      this.files = this.files.filter((other) => other !== file);
      setTimeout(() => { this.uploading = false; this.upload(id, file.file); }, AGAIN_MS);
    } else if (file) {
      this.uploaded(file);
    } else if (id && passes) {
      const { number } = this;
      setTimeout(() => {
        const message = this.waiting.get(id);
        if (message && this.ready && number === this.number) this.transmit(message);
      }, AGAIN_MS);
    } else if (id) {
      this.waiting.delete(id);
    }
    this.on.refused(id, problem, passes);
    if (!id) this.serve();
  }
}
