// Small helpers to build the page. Text always becomes a text node, so nothing that arrives can
// become markup.
import { locale, t } from "./texts.js";
import { call, words } from "./api.js";

// el returns an element. Members of set that begin with on are listeners, and others
// attributes; null, false and undefined leave an attribute out.
export function el(name, set = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(set)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== null && value !== false && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

// tell says something to people who do not see it.
export function tell(words) {
  byId("told").textContent = words;
}

// field is a label with its control.
export const field = (label, control) => el("label", {}, el("span", {}, label), control);

// select is a choice of [value, words].
export const select = (name, choices) => el("select", { name }, choices.map(([value, words]) => el("option", { value }, words)));

// time is a moment in the reader's own manner.
export const time = (at, manner) => el("time", { datetime: at }, new Date(at).toLocaleString(locale, manner));

// form is a form whose button does something. It says what went wrong beside the button,
// and that it went well to screen readers.
export function form({ button, testid, quiet, fields = [], run }) {
  const wrong = el("p", { class: "wrong", role: "alert" });
  const press = el("button", { class: quiet ? "quiet" : null, "data-testid": testid }, button);
  let busy = false; // a disabled button would lose the focus
  return el("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      wrong.textContent = "";
      try {
        const values = Object.fromEntries(new FormData(event.target));
        if ((await run(values, event.target)) !== false) tell(t.done(button));
      } catch (problem) {
        wrong.textContent = words(problem);
      } finally {
        busy = false;
      }
    },
  }, fields, press, wrong);
}

// given leaves out what nobody filled in.
export const given = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "" && value !== undefined));

export const post = (path, body = {}) => call("POST", path, body);
