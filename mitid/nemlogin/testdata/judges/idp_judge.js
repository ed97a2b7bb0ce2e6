'use strict';
// npm samlp (https://www.npmjs.com/package/samlp) as an IdP. The script reads one question
// from standard input and writes one answer to standard output, both JSON. What samlp
// refuses ends it with samlp's error.
//
//   query         the raw query that brought the AuthnRequest
//   issuer, key, certificate   the IdP's, in PEM
//   spCertificate the service provider's, for its signature and for the encryption
//   acs           where the response goes
//   person        {name_id, session_index, attributes: [{name, values}]}
//   encrypt       an algorithm of XML Encryption, or '' for samlp's own default
const crypto = require('crypto');
const fs = require('fs');
const querystring = require('querystring');
const samlp = require('samlp');

const q = JSON.parse(fs.readFileSync(0, 'utf8'));
const parameters = querystring.parse(q.query);

function mapper() {
  return {
    getClaims: () => Object.fromEntries(q.person.attributes.map((a) => [a.name, a.values])),
    getNameIdentifier: () => ({
      nameIdentifier: q.person.name_id,
      nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    }),
  };
}

const options = {
  issuer: q.issuer,
  key: q.key,
  cert: q.certificate,
  signingCert: q.spCertificate,
  encryptionCert: q.spCertificate,
  encryptionPublicKey: new crypto.X509Certificate(q.spCertificate).publicKey.export({ type: 'spki', format: 'pem' }),
  encryptionAlgorithm: q.encrypt || undefined,
  // Without this, samlp refuses CBC.
  disallowEncryptionWithInsecureAlgorithm: false,
  warnOnInsecureEncryptionAlgorithm: false,
  destination: q.acs,
  recipient: q.acs,
  sessionIndex: q.person.session_index,
  lifetimeInSeconds: 300,
  profileMapper: mapper,
  getUserFromRequest: () => ({}),
  getPostURL: (audience, request, req, callback) => callback(null, q.acs),
  responseHandler: (response, opts) => {
    process.stdout.write(JSON.stringify({
      body: response.toString('base64'),
      relay_state: parameters.RelayState,
      request: { id: opts.inResponseTo, issuer: opts.audience },
    }));
  },
};

function fail(error) {
  console.error(error);
  process.exit(1);
}

samlp.auth(options)({ method: 'GET', query: parameters, body: {} }, { send: fail }, fail);
