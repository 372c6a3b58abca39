// Elements of a page, made in one line. No markup is ever parsed: texts stay texts.

type Attributes = Record<string, string | number | boolean | undefined>;

/** The part of a page's API that a webview has of VS Code. */
export interface Host<State> {
  postMessage(message: unknown): void;
  getState(): State | undefined;
  setState(state: State): void;
}

export function element<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Attributes = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[Name] {
  return finish(document.createElement(name), attributes, children);
}

export function svg<Name extends keyof SVGElementTagNameMap>(name: Name, attributes: Attributes = {}, ...children: (Node | string)[]): SVGElementTagNameMap[Name] {
  return finish(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function finish<E extends Element>(made: E, attributes: Attributes, children: (Node | string)[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  made.append(...children);
  return made;
}

/** An element that the page's own markup has. */
export function byId<E extends Element = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`the page has no element "${id}"`);
  }
  return found as unknown as E;
}
