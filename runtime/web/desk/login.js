// Where somebody signs in.
import { signIn } from "./api.js";
import { el, fill } from "./dom.js";
import { chosen, languages, speak, words } from "./words.js";

export function login(place, done) {
  const w = words();
  const trouble = el("p", { role: "alert", className: "warn" });
  const name = el("input", { id: "login", autocomplete: "username", required: true, autofocus: true });
  const password = el("input", { id: "password", type: "password", autocomplete: "current-password", required: true });
  const button = el("button", { className: "main" }, w.signIn);
  const form = el("form", {
    className: "login",
    async onsubmit(event) {
      event.preventDefault();
      button.disabled = true;
      trouble.textContent = "";
      try {
        await signIn(name.value.trim(), password.value);
        done();
      } catch (error) {
        trouble.textContent = error.status === 401 ? w.wrong : error.status === 429 ? w.tooMany : w.trouble;
        button.disabled = false;
        password.focus();
        password.select();
      }
    },
  },
  el("h1", {}, w.desk),
  el("label", { htmlFor: "login" }, w.login), name,
  el("label", { htmlFor: "password" }, w.password), password,
  trouble, button, languageChoice(() => login(place, done)));
  fill(place, el("main", {}, form));
  name.focus();
}

export function languageChoice(changed) {
  const choice = el("select", { id: "language", "aria-label": words().language, onchange: () => { speak(choice.value); changed(); } },
    languages.map((name) => el("option", { value: name, selected: name === chosen() }, name === "zh" ? "中文" : "English")));
  return choice;
}
