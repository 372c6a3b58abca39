// What the bot says as elements. Words are put in as text, never as HTML; addresses lead where the
// schemes below lead, or nowhere.
const LINKS = ["http:", "https:", "mailto:"], PICTURES = ["http:", "https:"];

function make(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key in node && !key.startsWith("aria")) node[key] = value; else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null && child !== ""));
  return node;
}

function leads(url, schemes) {
  try { return schemes.includes(new URL(url).protocol); } catch { return false; }
}

function media(parent, { links = [], images = [] }, word) {
  for (const { url, label } of images) {
    if (!leads(url, PICTURES)) continue;
    const picture = make("img", { src: url, alt: label || word.picture, referrerPolicy: "no-referrer" });
    // A site may not let pictures in from elsewhere.
    picture.onerror = () => picture.replaceWith(link(url, label || word.picture));
    parent.append(picture);
  }
  for (const { url, label } of links) {
    if (leads(url, LINKS)) parent.append(link(url, label || url));
  }
}

function link(url, label) {
  const away = leads(url, PICTURES);
  return make("a", { href: url, rel: "noopener noreferrer", target: away ? "_blank" : undefined }, label);
}

// `choose` gets the choice whose button was pressed.
function fill(parent, reply, word, choose) {
  if (reply.text) parent.append(make("span", { className: "text" }, reply.text));
  if (reply.card) {
    const card = make("div", { className: "card" }, make("b", {}, reply.card.title), reply.card.body);
    media(card, reply.card, word);
    parent.append(card);
  }
  media(parent, reply, word);
  if (!reply.choices?.length) return;
  const row = make("div", { className: "choices", role: "group", "aria-label": word.choices });
  for (const choice of reply.choices) {
    const button = make("button", { type: "button" }, choice.label);
    button.onclick = () => choose(choice, row);
    row.append(button);
  }
  parent.append(row);
}
