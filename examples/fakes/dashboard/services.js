// The fakes themselves: the clock and the start of all, and what each answers next.
import { t } from "./texts.js";
import { call } from "./api.js";
import { byId, el, field, form, post, select, time } from "./dom.js";
import { approval, approved, durations, failure, readFailures } from "./actions.js";
import { acts, outcome, people, read } from "./people.js";

const receipts = ["in order", "late", "twice", "reordered", "from strangers", "without UUID", "unknown state", "bad time", "doubled element", "two errors", "malformed", "silent"];

// facts is a list of what is so. Those without a value are left out.
const facts = (...pairs) => el("dl", {}, pairs.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));

const link = (address) => el("a", { href: address, rel: "noreferrer" }, address);

// catalogue is a field for a name out of a long list, with what the name means. The list is
// fetched when somebody comes near.
function catalogue(fake, what, label) {
  const id = `${fake.name}-${what}`, list = el("datalist", { id }), meaning = el("output", { class: "hint", lang: "en" });
  let all;
  const load = () => (all ??= call("GET", `fakes/${fake.name}/${what}`).then((said) => {
    list.replaceChildren(...said[what].map((one) => el("option", { value: one.name })));
    return said[what];
  }).catch((problem) => { all = undefined; throw problem; }));
  const explain = async () => {
    const one = (await load().catch(() => [])).find((entry) => entry.name === name.value);
    const wants = one && [one.want].flat().filter(Boolean).join(", ");
    meaning.textContent = one ? `${one.doc}. ${t.want}: ${wants || t.accepted}` : "";
  };
  const name = el("input", { name: "name", required: true, list: id, autocomplete: "off", spellcheck: "false", onfocus: () => load().catch(() => {}), oninput: explain, onchange: explain });
  return [field(label, name), list, meaning];
}

const words = (o) => [t.act[o.act], people().find((p) => p.id === o.citizen)?.name, o.code].filter(Boolean).join(" ");

function brokerForms(fake, again) {
  const [act, rest] = acts(["approve", "abort", "fail"], failure(fake.name), () => approval(people()));
  return [
    form({
      button: t.queued, testid: "next", fields: [field(t.next, act), ...rest],
      run: async (values) => {
        await post(`fakes/${fake.name}/next`, { outcomes: [values.act === "approve" ? approved(values) : outcome(values)] });
        await again();
      },
    }),
    form({
      button: t.tamperDo, testid: "tamper", fields: catalogue(fake, "tamperings", t.tamper),
      run: async ({ name }) => { await post(`fakes/${fake.name}/tamperings`, { name }); await again(); },
    }),
    form({
      button: t.untamper, testid: "untamper", quiet: true,
      run: async () => { await call("DELETE", `fakes/${fake.name}/tamperings`); await again(); },
    }),
    form({ button: t.keys, testid: "keys", quiet: true, run: () => post(`fakes/${fake.name}/keys`) }),
  ];
}

function otherForms(fake, again) {
  return [
    form({
      button: t.misbehaveDo, testid: "misbehave",
      fields: [...catalogue(fake, "misbehaviours", t.misbehave), field(t.when, select("when", [["next", t.misbehaveNext], ["always", t.misbehaveAlways]]))],
      run: async ({ name, when }) => { await post(`fakes/${fake.name}/misbehaviours`, when === "next" ? { next: [name] } : { always: name }); await again(); },
    }),
    form({
      button: t.behave, testid: "behave", quiet: true,
      run: async () => { await call("DELETE", `fakes/${fake.name}/misbehaviours`); await again(); },
    }),
    fake.receipts && form({
      button: t.receiptsDo, testid: "receipts", quiet: true, fields: [field(t.receipts, select("manner", receipts.map((r) => [r, r])))],
      run: async ({ manner }) => { await call("PUT", `fakes/${fake.name}/receipts`, { manner }); await again(); },
    }),
  ];
}

function planned(fake) {
  const { next = [], always = [] } = fake.planned ?? {};
  return [...next, ...always.map((name) => `${name} (${t.misbehaveAlways})`)].join(", ");
}

function differences(fake) {
  const list = el("ul", { lang: "en" });
  return el("details", {
    "data-testid": "differences",
    ontoggle: async (event) => {
      if (!event.target.open || list.children.length > 0) return;
      const said = await call("GET", `fakes/${fake.name}/differences`).catch((problem) => ({ differences: [problem.message] }));
      list.replaceChildren(...said.differences.map((line) => el("li", {}, line)));
    },
  }, el("summary", {}, t.differences), list);
}

const cards = new Map(); // by name: how to show what a fake is about to do

// card draws one fake. Its forms stay as they are, so that what somebody types stays too.
function card(fake) {
  const plans = el("dl", { "data-testid": "plans" });
  const show = (now) => plans.replaceChildren(...facts(
    [t.queue, now.outcomes?.map(words).join(", ")], [t.tamper, now.tampering], [t.misbehave, planned(now)], [t.receipts, now.receipts]).children);
  const again = async () => show(await call("GET", `fakes/${fake.name}`));
  show(fake);
  cards.set(fake.name, show);
  return el("div", { class: "card", "data-testid": fake.name },
    el("h3", {}, fake.name, " ", el("small", {}, t.kinds[fake.kind])),
    facts([t.address, link(fake.url)], [t.mailboxes, fake.page && link(fake.page)]),
    plans,
    el("div", { class: "forms" }, (fake.kind === "broker" ? brokerForms : otherForms)(fake, again),
      form({ button: t.resetFake, testid: "reset-fake", quiet: true, run: async () => { await post(`fakes/${fake.name}/reset`); await again(); } })),
    differences(fake));
}

// begin reads what stays as it is, and returns where the fakes are for somebody who has not
// begun.
export async function begin() {
  const { fakes } = await call("GET", "fakes");
  await readFailures(fakes.filter((fake) => fake.kind === "broker"));
  return [...facts(...fakes.map((fake) => [fake.name, link(fake.url)])).children];
}

// show draws the fakes as they are now.
export async function show() {
  const [{ fakes }, now] = await Promise.all([call("GET", "fakes"), call("GET", "clock"), read()]);
  byId("fakes").replaceChildren(...fakes.map(card));
  clock(now);
}

// refresh shows what the fakes are about to do now.
export async function refresh() {
  for (const fake of (await call("GET", "fakes")).fakes) cards.get(fake.name)?.(fake);
}

function clock({ now, ahead }) {
  byId("clock").replaceChildren(time(now, { dateStyle: "medium", timeStyle: "medium" }), ` (${t.ahead(ahead)})`);
}

// prepare draws the forms for all fakes. A reset is pressed twice: it cannot be taken back.
export function prepare() {
  let sure = false;
  const reset = form({
    button: t.reset, testid: "reset", quiet: true,
    run: async (_, self) => {
      const press = self.querySelector("button");
      sure = !sure;
      press.textContent = sure ? t.resetSure : t.reset;
      if (sure) return false;
      await post("reset");
      await show();
      return true;
    },
  });
  byId("street").append(
    el("dl", {}, el("div", {}, el("dt", {}, t.clock), el("dd", { id: "clock", "data-testid": "clock" }))),
    el("div", { class: "forms" },
      form({
        button: t.move, testid: "move", fields: [field(t.by, select("seconds", [[60, t.minute], ...durations]))],
        run: async ({ seconds }) => clock(await post("clock", { seconds: Number(seconds) })),
      }),
      el("div", {}, el("p", { class: "hint" }, t.resetLead), reset)));
}
