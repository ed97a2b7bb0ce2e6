// Calls of the control API. A token is kept for this tab and this origin alone: a cookie would
// be sent to every other port of the host too, and so to the app under test.
import { t } from "./texts.js";

const kept = "token";

// Problem is an answer that says no, in words for people.
class Problem extends Error {}

// words says what went wrong.
export const words = (problem) => (problem instanceof Problem ? problem.message : t.away);

// call returns the JSON that is answered. It asks for a token where one is wanted.
export async function call(method, path, body, signal) {
  for (;;) {
    const headers = {}, token = sessionStorage.getItem(kept);
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await fetch(`/control/v1/${path}`, { method, headers, signal, body: body && JSON.stringify(body), cache: "no-store", redirect: "error" });
    if (answer.status === 401) {
      await askToken(token);
      continue;
    }
    if (answer.status === 204) return null;
    const said = await answer.json();
    if (!answer.ok) throw new Problem(said.detail);
    return said;
  }
}

// asked is the question for the token while it is open: several calls may be refused at once.
let asked;

function askToken(refused) {
  if (sessionStorage.getItem(kept) !== refused) return; // another call has been told a new one
  asked ??= new Promise((done) => {
    const dialog = document.getElementById("token"), form = dialog.querySelector("form");
    form.querySelector(".wrong").textContent = refused ? t.tokenWrong : "";
    dialog.oncancel = (event) => event.preventDefault(); // nothing works without it
    form.onsubmit = () => {
      sessionStorage.setItem(kept, form.elements.token.value.trim());
      form.reset();
      asked = undefined;
      done();
    };
    dialog.showModal();
  });
  return asked;
}
