// What the app does when people log in, when they do not, and when an answer is forged. No account
// at a broker is needed, and nobody picks up a phone.
import { after, afterEach, before, test } from "node:test";
import assert from "node:assert/strict";
import * as app from "./app.mjs";
import * as fakes from "./fakes.mjs";

let fake, site;

before(async () => {
  fake = await fakes.start();
  site = await app.start(fake.ready.criipto);
});
after(async () => {
  await site?.stop();
  await fake?.stop();
});
afterEach(() => fake.control("POST", "reset"));

const next = (...outcomes) => fake.control("POST", "fakes/criipto/next", { outcomes });

async function citizen(name) {
  const { citizens } = await fake.control("GET", "citizens");
  return citizens.find((c) => c.name === name);
}

// login visits the app as a browser does, and returns the answer at which it stops. Another
// browser may bring the answer to the app, which is the path of handOver.
async function login(handOver) {
  const cookies = new Map(); // the app and the fake have an origin each
  for (let url = new URL(`${site.base}/login`), i = 0; i < 10; i++) {
    if (url.pathname === handOver) cookies.clear();
    const answer = await fetch(url, { redirect: "manual", headers: { cookie: cookies.get(url.host) ?? "" } });
    for (const set of answer.headers.getSetCookie()) cookies.set(url.host, set.split(";")[0]);
    if (answer.status < 300 || answer.status > 399) {
      assert.match(answer.headers.get("content-type"), /json/, "the journey ends at the app");
      return [answer.status, await answer.json()];
    }
    url = new URL(answer.headers.get("location"), url);
  }
  throw new Error("redirects without end");
}

test("somebody logs in", async () => {
  const { id } = await fake.control("POST", "citizens", { name: "Ærø Østergård" });
  await next({ act: "approve", citizen: id });
  assert.deepEqual(await login(), [200, { name: "Ærø Østergård", uuid: id }]);
});

test("a person who always aborts does so, and the fake says why", async () => {
  const { id, name } = await citizen("Paiman Petersen");
  await fake.control("PUT", `citizens/${id}/always`, { act: "abort" });
  await next({ act: "approve", citizen: id });
  assert.deepEqual(await login(), [403, { error: "access_denied" }]);
  const { items } = await fake.control("GET", "activity");
  const last = items.at(-1);
  assert.equal(last.state, "aborted");
  assert.match(last.why, new RegExp(name));
});

test("an error of the broker is the person's", async () => {
  await next({ act: "fail", code: "server_error" });
  assert.deepEqual(await login(), [403, { error: "server_error" }]);
});

for (const name of ["wrong-nonce", "wrong-signature", "expired", "other-audience"]) {
  test(`an answer that is spoilt with ${name} logs nobody in`, async () => {
    const { id } = await citizen("Ditlev Von Testesen");
    await fake.control("POST", "fakes/criipto/tamperings", { name });
    await next({ act: "approve", citizen: id });
    const [status, said] = await login();
    assert.equal(status, 502, JSON.stringify(said));
  });
}

test("an answer to somebody else's attempt logs nobody in", async () => {
  await next({ act: "approve", citizen: (await citizen("Ditlev Von Testesen")).id });
  assert.deepEqual(await login("/callback"), [400, { error: "no such attempt" }]);
});

test("a name that is none gets the near ones", async () => {
  await assert.rejects(fake.control("POST", "fakes/criipto/tamperings", { name: "wrong-nonse" }), /wrong-nonce/);
});
