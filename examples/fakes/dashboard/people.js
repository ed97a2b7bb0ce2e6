// The people who can log in: what they always do, and what is the matter with their mailbox.
import { t } from "./texts.js";
import { call } from "./api.js";
import { byId, el, field, form, given, post, select } from "./dom.js";
import { codes } from "./actions.js";

let known = [];

// people returns the citizens as they were last read.
export const people = () => known;

// read fetches the citizens.
export async function read() {
  known = (await call("GET", "citizens")).citizens;
}

// acts are the fields of what somebody does: errors belong to failing alone, and more to
// approving.
export function acts(choices, errors, more = () => []) {
  const choice = select("act", choices.map((act) => [act, act ? t.act[act] : t.noRule]));
  const wrong = el("div", { class: "fields" }, errors), code = wrong.querySelector("[name=code]"), extra = more();
  const show = () => {
    wrong.hidden = choice.value !== "fail";
    code.required = !wrong.hidden;
    extra.forEach((part) => { part.hidden = choice.value !== "approve"; });
  };
  choice.addEventListener("change", show);
  show();
  return [choice, [...extra, wrong]];
}

// outcome is what the fields of acts say.
export const outcome = ({ act, code, description }) => (act === "fail" ? given({ act, code, description }) : { act });

const codeField = () => field(t.code, codes()); // of any broker: a rule is for all

const mailboxStates = Object.entries(t.mailboxState);

const words = (o) => [t.act[o.act], o.code].filter(Boolean).join(" ");

function rules(person) {
  const byOutcome = Map.groupBy(person.always, (rule) => words(rule.outcome));
  return [...byOutcome].map(([what, some]) => `${what} (${some.map((rule) => rule.fake).join(", ")})`).join("; ");
}

function card(person) {
  const path = `citizens/${person.id}`, [act, rest] = acts(["abort", "fail", "approve"], codeField());
  const mailbox = select("state", mailboxStates);
  mailbox.value = person.mailbox;
  return el("li", { class: "card", "data-testid": "citizen" }, el("details", { "data-id": person.id },
    el("summary", {},
      el("strong", {}, person.name || t.noName),
      el("span", { class: "what" }, person.shows[document.documentElement.lang] ?? ""),
      person.always.length > 0 && el("span", { class: "why", "data-testid": "rules" }, `${t.always}: ${rules(person)}`)),
    el("dl", {},
      el("div", {}, el("dt", {}, t.cpr), el("dd", {}, person.cpr || t.noCPR)),
      el("div", {}, el("dt", {}, t.mailbox), el("dd", {}, t.mailboxState[person.mailbox])),
      person.companies.length > 0 && el("div", {}, el("dt", {}, t.companies), el("dd", {}, person.companies.map((c) => c.name).join(", ")))),
    el("div", { class: "forms" },
      form({
        button: t.setRule, testid: "always", fields: [field(t.rule, act), ...rest],
        run: async (values) => { await call("PUT", `${path}/always`, outcome(values)); await show(); },
      }),
      person.always.length > 0 && form({
        button: t.forget, testid: "forget", quiet: true,
        run: async () => { await call("DELETE", `${path}/always`); await show(); },
      }),
      form({
        button: t.setMailbox, testid: "mailbox", quiet: true, fields: [field(t.mailbox, mailbox)],
        run: async ({ state }) => { await post("mailboxes", { citizen: person.id, state }); await show(); },
      }))));
}

// show draws the view. What is open stays open, and the focus stays with its person.
export async function show() {
  const list = byId("citizens"), open = new Set([...list.querySelectorAll("details[open]")].map((d) => d.dataset.id));
  const focused = document.activeElement.closest?.("#citizens details")?.dataset.id;
  await read();
  list.replaceChildren(...known.map(card));
  for (const details of list.querySelectorAll("details")) details.open = open.has(details.dataset.id);
  if (focused) list.querySelector(`details[data-id="${CSS.escape(focused)}"] summary`)?.focus();
}

// prepare draws the form for somebody new.
export function prepare() {
  const [act, rest] = acts(["", "abort", "fail"], codeField());
  byId("newcomer").append(el("p", {}, t.addLead), form({
    button: t.add, testid: "add",
    fields: [
      field(t.name, el("input", { name: "name", required: true, maxlength: 200, autocomplete: "off" })),
      field(t.mailbox, select("mailbox", mailboxStates)),
      field(t.rule, act), ...rest,
    ],
    run: async (values, self) => {
      await post("citizens", { name: values.name, mailbox: values.mailbox, ...(values.act ? { always: outcome(values) } : {}) });
      self.reset();
      act.dispatchEvent(new Event("change"));
      await show();
    },
  }));
}

