// What people read at the desk.
const WORDS = {
  en: {
    desk: "Desk", login: "Login", password: "Password", signIn: "Sign in", signOut: "Sign out", language: "Language",
    wrong: "Login or password is wrong.", tooMany: "Too many attempts. Please try again later.",
    online: "Takes conversations", away: "Takes no new ones", offline: "Not connected",
    connecting: "Connecting…", lost: "Connection lost, trying again…", yours: "Yours", waiting: "Waiting", others: "With colleagues",
    team: "Team", nothing: "Nothing here", choose: "Choose a conversation.", claim: "Take it", take: "Take it over",
    say: "Reply…", send: "Send", close: "Close", closeAs: "Close as", resolved: "Resolved", unresolved: "Unresolved", cancelled: "Cancelled",
    back: "Back to the bot", release: "Back to the queue", transfer: "To another skill", assign: "Give to",
    why: "Why a human", customer: "Customer", known: "What is known", tried: "What was tried", rules: "Routing", details: "Details",
    flow: "Flow", intent: "Intent", sentiment: "Sentiment", turn: (n) => `turn ${n}`, files: "Files",
    urgency: ["low", "normal", "high", "critical"], late: "The first reply is late", soon: "The first reply is due soon",
    gone: "This conversation is no longer yours to see.", first: "Somebody was first: it has changed hands.",
    trouble: "That did not work. Please try again.", tooLong: "This text is too long.", empty: "There is nothing to send.",
    bot: "Bot", agent: "Agent", writes: (who) => `${who} is writing…`, theCustomer: "The customer",
    agents: "Agents", load: "Load", has: "Has", pace: "Pace", skills: "Skills", presence: "Presence", atRisk: "Targets at risk", waits: "Waiting", longest: "Longest wait",
    keys: "Keys", help: [["j / k", "next, previous"], ["Enter", "open"], ["c", "take it"], ["r", "reply"], ["n", "note"], ["Ctrl+Enter", "send"], ["t", "team"], ["?", "these keys"], ["Esc", "back to the list"]],
    offers: "Suggestions", look: "Search articles…", noOffers: "No article fits.", ready: "Ready replies", insert: "Insert", read: "Read",
    chosen: (name) => `Why ${name}`, ofMany: (n) => (n === 1 ? "Nobody else could take it." : `${n} could take it; most turns owed first:`),
    notes: "Notes for colleagues", note: "Write a note…", keep: "Keep the note", noted: (n) => `notes: ${n}`,
    more: (n) => `and ${n} more`,
  },
  zh: {
    desk: "客服工作台", login: "账号", password: "密码", signIn: "登录", signOut: "退出", language: "语言",
    wrong: "账号或密码不正确。", tooMany: "尝试次数过多,请稍后再试。",
    online: "接受新会话", away: "暂不接新会话", offline: "未连接",
    connecting: "正在连接…", lost: "连接已断开,正在重试…", yours: "我的会话", waiting: "等待中", others: "同事处理中",
    team: "团队", nothing: "暂无", choose: "请选择一个会话。", claim: "接入", take: "接管",
    say: "请输入回复…", send: "发送", close: "结束", closeAs: "结束为", resolved: "已解决", unresolved: "未解决", cancelled: "已取消",
    back: "交还机器人", release: "放回队列", transfer: "转给其他技能", assign: "分配给",
    why: "转人工原因", customer: "客户", known: "已知信息", tried: "已尝试的操作", rules: "路由规则", details: "详情",
    flow: "流程", intent: "意图", sentiment: "情绪", turn: (n) => `第 ${n} 轮`, files: "文件",
    urgency: ["低", "普通", "高", "紧急"], late: "首次回复已超时", soon: "首次回复即将超时",
    gone: "您已不能查看此会话。", first: "已被他人抢先:会话归属已改变。",
    trouble: "操作未成功,请重试。", tooLong: "内容太长。", empty: "没有可发送的内容。",
    bot: "机器人", agent: "客服", writes: (who) => `${who}正在输入…`, theCustomer: "客户",
    agents: "客服人员", load: "负载", has: "会话数", pace: "耗时", skills: "技能", presence: "状态", atRisk: "目标有风险", waits: "等待数", longest: "最长等待",
    keys: "快捷键", help: [["j / k", "下一个、上一个"], ["Enter", "打开"], ["c", "接入"], ["r", "回复"], ["n", "备注"], ["Ctrl+Enter", "发送"], ["t", "团队"], ["?", "快捷键"], ["Esc", "回到列表"]],
    offers: "建议", look: "搜索知识库…", noOffers: "没有合适的文章。", ready: "常用回复", insert: "填入回复", read: "阅读",
    chosen: (name) => `为何分配给${name}`, ofMany: (n) => (n === 1 ? "仅此一人可接。" : `${n} 人可接,按应得轮次排列:`),
    notes: "内部备注", note: "写备注…", keep: "保存备注", noted: (n) => `备注 ${n}`,
    more: (n) => `另有 ${n} 个`,
  },
};

const KEPT = "flowright-desk-language";
let language = localStorage.getItem(KEPT) ?? (navigator.language.startsWith("zh") ? "zh" : "en");

export const languages = Object.keys(WORDS);
export const chosen = () => language;
export const words = () => WORDS[language] ?? WORDS.en;
export function speak(other) {
  language = other in WORDS ? other : "en";
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  document.title = words().desk;
}
speak(language);

// Moments are the server's: the clock of an agent's computer may be wrong.
let ahead = 0;
export const serverNow = () => Date.now() + ahead;
export function serverIs(ms) {
  ahead = ms - Date.now();
}

// How long since a moment, short: "3 min".
export function since(ms, now = serverNow()) {
  const seconds = Math.max(0, Math.round((now - ms) / 1000));
  const [value, unit] = seconds < 60 ? [seconds, "second"] : seconds < 5400 ? [Math.round(seconds / 60), "minute"] : seconds < 129_600 ? [Math.round(seconds / 3600), "hour"] : [Math.round(seconds / 86_400), "day"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value);
}
export const clock = (ms) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(ms);
