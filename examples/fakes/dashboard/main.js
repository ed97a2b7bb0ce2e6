// The dashboard of the fakes. It does nothing that the control API does not.
import { language, other, t } from "./texts.js";
import { words } from "./api.js";
import { byId, el } from "./dom.js";
import * as activity from "./activity.js";
import * as people from "./people.js";
import * as services from "./services.js";

const views = { activity: () => {}, people: people.show, services: services.show };

function trouble(words) {
  if (byId("trouble").textContent !== words) byId("trouble").textContent = words;
}

// view shows what the address names, and reads it anew.
async function view(event) {
  const name = location.hash.slice(1) in views ? location.hash.slice(1) : "activity";
  for (const link of document.querySelectorAll("[data-view]")) {
    const here = link.dataset.view === name;
    byId(link.dataset.view).hidden = !here;
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId("language").href = `?lang=${other}${location.hash}`;
  document.title = `${t[name]} – ${t.title}`;
  if (event) byId("content").focus({ preventScroll: true });
  await views[name]()?.catch?.((problem) => trouble(words(problem)));
}

document.documentElement.lang = language;
for (const node of document.querySelectorAll("[data-t]")) node.textContent = t[node.dataset.t];
for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t[node.dataset.label]);
Object.assign(byId("language"), { textContent: t.otherLanguage, lang: other, hreflang: other });
document.body.append(el("datalist", { id: "codes" }));
people.prepare();
services.prepare();
addEventListener("hashchange", view);
await people.read().catch((problem) => trouble(words(problem)));
byId("addresses").replaceChildren(...await services.begin().catch(() => []));
await view();
activity.follow(trouble, () => { if (!byId("services").hidden) services.refresh().catch(() => {}); });
