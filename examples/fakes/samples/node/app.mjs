// An app that logs people in with MitID at Criipto. It uses openid-client as one would in
// production: of the fake it knows issuer, client id and secret, and nothing else.
import http from "node:http";
import { randomUUID } from "node:crypto";
import * as oidc from "openid-client";

// start serves the app on a free port of loopback, and returns its address and how to stop it.
export async function start({ issuer, client_id, client_secret }) {
  // The library takes an ID token's signature for granted when it came over TLS; this app looks.
  const execute = [oidc.enableNonRepudiationChecks];
  if (issuer.startsWith("http://127.0.0.1:")) execute.push(oidc.allowInsecureRequests);
  const config = await oidc.discovery(new URL(issuer), client_id, client_secret, undefined, { execute });

  // Both by cookie. An attempt belongs to the browser that began it: with another person's answer
  // somebody would be logged in as that person.
  const attempts = new Map(), sessions = new Map();
  const cookie = (name, value) => `${name}=${value}; HttpOnly; SameSite=Lax; Path=/`;
  const redirect = (to, headers = {}) => [302, null, { location: to, ...headers }];

  const routes = {
    "/": (url, cookies) => {
      const who = sessions.get(cookies.get("app"));
      return who ? [200, who] : [401, { error: "nobody is logged in" }];
    },
    "/login": async () => {
      const state = oidc.randomState(), nonce = oidc.randomNonce(), verifier = oidc.randomPKCECodeVerifier();
      const browser = randomUUID();
      attempts.set(browser, { state, nonce, verifier });
      return redirect(oidc.buildAuthorizationUrl(config, {
        redirect_uri: `${base}/callback`, scope: "openid", state, nonce,
        acr_values: "urn:grn:authn:dk:mitid:substantial",
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
      }).href, { "set-cookie": cookie("attempt", browser) });
    },
    "/callback": async (url, cookies) => {
      const browser = cookies.get("attempt"), attempt = attempts.get(browser);
      if (!attempt) return [400, { error: "no such attempt" }];
      attempts.delete(browser);
      try {
        const tokens = await oidc.authorizationCodeGrant(config, url, {
          expectedState: attempt.state, expectedNonce: attempt.nonce, pkceCodeVerifier: attempt.verifier, idTokenExpected: true,
        });
        const { name, uuid, loA } = tokens.claims();
        if (loA !== "SUBSTANTIAL" && loA !== "HIGH") return [403, { error: "level too low" }];
        const session = randomUUID();
        sessions.set(session, { name, uuid });
        return redirect("/", { "set-cookie": cookie("app", session) });
      } catch (e) {
        // What the person did has a code of OAuth 2.0; a forged answer has one of the library.
        return [e.error ? 403 : 502, { error: e.error ?? e.code }];
      }
    },
  };

  const server = http.createServer(async (req, res) => {
    const url = new URL(req.url, base);
    const cookies = new Map((req.headers.cookie ?? "").split("; ").map((pair) => pair.split("=", 2)));
    const [status, body, headers] = (await routes[url.pathname]?.(url, cookies)) ?? [404, { error: "no such page" }];
    res.writeHead(status, { "content-type": "application/json", ...headers });
    res.end(body && JSON.stringify(body));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const base = `http://127.0.0.1:${server.address().port}`;
  return { base, stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }) };
}
