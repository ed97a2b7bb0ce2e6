'use strict';
// @node-saml/node-saml as a service provider. The script reads one question from standard
// input and writes one answer to standard output, both JSON. What node-saml refuses ends it
// with node-saml's error.
//
//   do       one of the names in questions
//   self     {entityID, acs, key, certificate}
//   idp      {entityID, sso, slo, certificates}
//   pending  {id: instant}: the requests that still wait for an answer
const fs = require('fs');
const querystring = require('querystring');
const { SAML, ValidateInResponseTo } = require('@node-saml/node-saml');

const q = JSON.parse(fs.readFileSync(0, 'utf8'));
const pending = q.pending || {};

const saml = new SAML({
  issuer: q.self.entityID,
  callbackUrl: q.self.acs,
  privateKey: q.self.key,
  decryptionPvk: q.self.key,
  signatureAlgorithm: 'sha256',
  digestAlgorithm: 'sha256',
  idpIssuer: q.idp.entityID,
  entryPoint: q.idp.sso,
  logoutUrl: q.idp.slo,
  idpCert: q.idp.certificates,
  // OIOSAML signs the assertion, not the response.
  wantAssertionsSigned: true,
  wantAuthnResponseSigned: false,
  identifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  authnContext: q.classes || [],
  racComparison: 'minimum',
  forceAuthn: q.force === true,
  passive: q.passive === true,
  acceptedClockSkewMs: 5 * 60 * 1000,
  validateInResponseTo: ValidateInResponseTo.always,
  cacheProvider: {
    saveAsync: async (id, instant) => { pending[id] = instant; return null; },
    getAsync: async (id) => pending[id] || null,
    removeAsync: async (id) => { delete pending[id]; return null; },
  },
});

function said(result) {
  const p = result.profile || {};
  return {
    pending,
    logged_out: result.loggedOut,
    issuer: p.issuer,
    name_id: p.nameID,
    name_id_format: p.nameIDFormat,
    session_index: p.sessionIndex,
    attributes: Object.fromEntries(
      Object.entries(p.attributes || {}).map(([name, value]) => [name, [].concat(value)])),
  };
}

// A signature that is missing counts as good for node-saml.
function signed(message) {
  const parameters = querystring.parse(message);
  if (!parameters.Signature) throw new Error('the message has no signature');
  return parameters;
}

const questions = {
  request: async () => ({ url: await saml.getAuthorizeUrlAsync(q.relay_state, '', {}), pending }),
  accept: async () => said(await saml.validatePostResponseAsync({ SAMLResponse: q.response })),
  logout_request: async () => ({
    url: await saml.getLogoutUrlAsync(
      { nameID: q.name_id, nameIDFormat: q.name_id_format, sessionIndex: q.session_index }, q.relay_state, {}),
    pending,
  }),
  logout_answer: async () => {
    const result = await saml.validateRedirectAsync(signed(q.message), q.message);
    return {
      ...said(result),
      url: await saml.getLogoutResponseUrlAsync(result.profile, signed(q.message).RelayState, {}, true),
    };
  },
  logout_finish: async () => said(await saml.validateRedirectAsync(signed(q.message), q.message)),
};

questions[q.do]().then(
  (answer) => process.stdout.write(JSON.stringify(answer)),
  (error) => { console.error(error); process.exit(1); },
);
