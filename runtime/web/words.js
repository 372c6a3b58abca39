// What people read in the chat page and in the widget.
const WORDS = {
  en: {
    open: "Open the chat", close: "Close the chat", chat: "Chat", conversation: "Conversation", choices: "Choices", picture: "Picture",
    write: "Type a message…", send: "Send", you: "You", attach: "Attach files", file: "File",
    connecting: "Connecting…", connected: "Connected", lost: "Connection lost, trying again…",
    human: "A colleague is here for you", humanNamed: (name) => `${name} is here for you`,
    typing: (name) => `${name} is typing…`, colleague: "A colleague",
    unread: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
    waiting: "It will be sent when the connection is back", sending: "Sending…", refused: "Not sent",
    tooLong: "This message is too long. Please send it in parts.",
    fileTooLarge: "This file is too large.",
    fileNotTaken: "Files of this kind, and empty ones, cannot be taken.",
    notTaken: "This message could not be taken. Please write it in other words.",
    busy: "There is much to do just now. Your message is sent again by itself.",
    trouble: "Something does not work just now. Please try again later.",
    full: "Too many messages wait to be sent. Please wait until the connection is back.",
    youAre: "You are", again: "New conversation", nobody: "nobody in particular",
    noSocket: "This bot has no WebSocket channel: it can be reached over REST, see /openapi.json.",
  },
  zh: {
    open: "打开聊天", close: "关闭聊天", chat: "聊天", conversation: "对话", choices: "选项", picture: "图片",
    write: "请输入消息…", send: "发送", you: "您", attach: "添加文件", file: "文件",
    connecting: "正在连接…", connected: "已连接", lost: "连接已断开,正在重试…",
    human: "人工客服正在为您服务", humanNamed: (name) => `${name}正在为您服务`,
    typing: (name) => `${name}正在输入…`, colleague: "人工客服",
    unread: (count) => `${count} 条新消息`,
    waiting: "恢复连接后将自动发送", sending: "正在发送…", refused: "未发送",
    tooLong: "消息太长,请分几条发送。",
    fileTooLarge: "文件太大。",
    fileNotTaken: "无法接收此类文件或空文件。",
    notTaken: "消息无法处理,请换一种说法。",
    busy: "当前咨询较多,您的消息将自动重新发送。",
    trouble: "服务暂时不可用,请稍后再试。",
    full: "等待发送的消息太多,请等待连接恢复。",
    youAre: "您是", again: "新对话", nobody: "匿名",
    noSocket: "该机器人没有 WebSocket 渠道,请使用 REST,见 /openapi.json。",
  },
};

// The first language wanted that the bot has, or else the bot's first; and the words in it.
function languageOf(wanted, languages) {
  const small = wanted.filter(Boolean).map((name) => name.slice(0, 2).toLowerCase());
  return small.find((name) => languages.includes(name)) ?? languages[0];
}
const wordsOf = (language) => WORDS[language] ?? WORDS.en;

// What a refusal means to whoever wrote the message.
function plainly(problem, word) {
  if (problem.status === 413) return word.tooLong;
  if (problem.status === 429 || problem.status === 503) return word.busy;
  return problem.status < 500 ? word.notTaken : word.trouble;
}

// The same of a file.
function plainlyOfFile(problem, word) {
  if (problem.status === 413) return word.fileTooLarge;
  return problem.status < 429 ? word.fileNotTaken : plainly(problem, word);
}
