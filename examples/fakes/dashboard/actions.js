// What a human may decide about a login, a letter or a signature: one form for each action that
// the control API offers.
import { t } from "./texts.js";
import { call } from "./api.js";
import { byId, el, field, form, given, post, select } from "./dom.js";

const refusals = Object.entries(t.refusal);
export const codes = () => el("input", { name: "code", required: true, maxlength: 200, list: "codes", autocomplete: "off", spellcheck: "false" });
export const durations = [[3600, t.hour], [86400, t.day], [604800, t.week]];

// who is the choice of a citizen.
const who = (people) => field(t.as, select("citizen", people.map((p) => [p.id, p.name || t.noName])));

// company is the choice of the company for which somebody acts, there only if they may.
function company(people) {
  const choice = select("for", []), box = field(t.forCompany, choice);
  const show = (id) => {
    const companies = people.find((p) => p.id === id)?.companies ?? [];
    choice.replaceChildren(...select("", [["", t.forNobody], ...companies.map((c) => [c.cvr, c.name])]).children);
    box.hidden = companies.length === 0;
  };
  show(people[0]?.id);
  return [box, show];
}

// approval are the fields of an approval: as whom, for whom, and with which facts. They are one
// element, so that all can be hidden at once.
export function approval(people) {
  const [forCompany, show] = company(people), whoField = who(people);
  whoField.querySelector("select").addEventListener("change", (event) => show(event.target.value));
  return [el("div", { class: "fields" }, whoField, forCompany, el("label", { class: "tick" }, el("input", { type: "checkbox", name: "without_cpr" }), el("span", {}, t.withoutCPR)))];
}

// approved is what they say.
export const approved = (values) => ({ ...given({ act: values.act, citizen: values.citizen, for: values.for }), ...(values.without_cpr ? { without_cpr: true } : {}) });

const failures = {}; // the errors that each broker documents

// readFailures fetches them, once.
export async function readFailures(brokers) {
  await Promise.all(brokers.map(async ({ name }) => { failures[name] = (await call("GET", `fakes/${name}/failures`)).failures; }));
  const all = new Set(Object.values(failures).flat().map((failure) => failure.code));
  byId("codes").replaceChildren(...[...all].map((value) => el("option", { value })));
}

// failure are the fields of an error: one that the broker documents, or another code.
export function failure(broker) {
  const code = codes(), description = el("input", { name: "description", maxlength: 1000, autocomplete: "off" });
  const other = el("div", { class: "fields" }, field(t.code, code), field(t.description, description));
  const known = failures[broker] ?? [];
  if (known.length === 0) return [other];
  const words = (one) => `${one.words[document.documentElement.lang]} (${[one.code, one.description].filter(Boolean).join(": ")})`;
  const choice = select("failure", [...known.map((one, i) => [i, words(one)]), ["", t.otherCode]]);
  const show = () => {
    const one = known[choice.value];
    other.hidden = one !== undefined;
    code.value = one?.code ?? "";
    description.value = one?.description ?? "";
  };
  choice.addEventListener("change", show);
  show();
  return [field(t.error, choice), other];
}

const failed = ({ code, description }) => given({ code, description });

const table = {
  approve: { fields: approval, body: approved },
  abort: { quiet: true },
  fail: { quiet: true, fields: (_, item) => failure(item.fake), body: failed },
  deliver: {},
  refuse: { quiet: true, fields: () => [field(t.reason, select("reason", refusals))] },
  delay: { quiet: true, fields: () => [field(t.by, select("seconds", durations))], body: (values) => ({ seconds: Number(values.seconds) }) },
  sign: { fields: (people) => [who(people)] },
  reject: { quiet: true, fields: (people) => [who(people), field(t.reason, el("input", { name: "reason", maxlength: 1000, autocomplete: "off" }))] },
};

// decisions returns the forms of what can be done with an item now. take gets the item as it
// is afterwards.
export const decisions = (item, people, take) => item.actions.map((action) => {
  const { fields, quiet, body = given } = table[action];
  return form({
    button: t.act[action], testid: action, quiet, fields: fields?.(people, item) ?? [],
    run: async (values) => take(await post(`activity/${encodeURIComponent(item.id)}/${action}`, body(values))),
  });
});
