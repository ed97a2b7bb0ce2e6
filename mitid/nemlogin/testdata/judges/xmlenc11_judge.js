'use strict';
// AES-256-GCM with RSA-OAEP as XML Encryption 1.1 names it (xmlenc11#rsa-oaep), in the form
// with SHA-256 for the digest and for MGF1, by Node's OpenSSL. No SAML library at hand
// knows that name. The script reads one question from standard input and writes one answer
// to standard output, both JSON.
//
//   do           encrypt or decrypt
//   document     XML: what is encrypted, or an element that holds one EncryptedData
//   certificate  PEM, to encrypt for
//   key          PEM, to decrypt with
const assert = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const { DOMParser } = require('@xmldom/xmldom');

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const SHA256 = XENC + 'sha256'; // as a digest, XML Encryption 1.1 section 5.8
const MGF1_SHA256 = XENC11 + 'mgf1sha256';

const oaep = (key) => ({ key, padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' });

function encrypt(q) {
  const key = crypto.randomBytes(32);
  const iv = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv('aes-256-gcm', key, iv);
  const data = Buffer.concat([iv, cipher.update(q.document, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const wrapped = crypto.publicEncrypt(oaep(new crypto.X509Certificate(q.certificate).publicKey), key);
  const value = (b) => `<xenc:CipherData><xenc:CipherValue>${b.toString('base64')}</xenc:CipherValue></xenc:CipherData>`;
  return {
    document: `<xenc:EncryptedData xmlns:xenc="${XENC}" Type="${XENC}Element"><xenc:EncryptionMethod Algorithm="${XENC11}aes256-gcm"/>`
      + `<ds:KeyInfo xmlns:ds="${DSIG}"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="${XENC11}rsa-oaep">`
      + `<ds:DigestMethod Algorithm="${SHA256}"/><xenc11:MGF xmlns:xenc11="${XENC11}" Algorithm="${MGF1_SHA256}"/></xenc:EncryptionMethod>`
      + `${value(wrapped)}</xenc:EncryptedKey></ds:KeyInfo>${value(data)}</xenc:EncryptedData>`,
  };
}

function decrypt(q) {
  const document = new DOMParser().parseFromString(q.document, 'text/xml');
  const one = (parent, namespace, name) => {
    const found = parent.getElementsByTagNameNS(namespace, name);
    assert.strictEqual(found.length, 1, name);
    return found[0];
  };
  const data = one(document, XENC, 'EncryptedData');
  const wrapped = one(document, XENC, 'EncryptedKey');
  const methods = Array.from(document.getElementsByTagNameNS(XENC, 'EncryptionMethod'));
  const methodOf = (parent) => methods.filter((m) => m.parentNode === parent)[0];
  const valueOf = (parent) => {
    const values = Array.from(document.getElementsByTagNameNS(XENC, 'CipherValue'));
    const mine = values.filter((v) => v.parentNode.parentNode === parent);
    assert.strictEqual(mine.length, 1, 'CipherValue');
    return Buffer.from(mine[0].textContent, 'base64');
  };
  assert.strictEqual(methodOf(data).getAttribute('Algorithm'), XENC11 + 'aes256-gcm');
  assert.strictEqual(methodOf(wrapped).getAttribute('Algorithm'), XENC11 + 'rsa-oaep');
  assert.strictEqual(one(methodOf(wrapped), DSIG, 'DigestMethod').getAttribute('Algorithm'), SHA256);
  assert.strictEqual(one(methodOf(wrapped), XENC11, 'MGF').getAttribute('Algorithm'), MGF1_SHA256);
  const key = crypto.privateDecrypt(oaep(q.key), valueOf(wrapped));
  const sealed = valueOf(data);
  const cipher = crypto.createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  cipher.setAuthTag(sealed.subarray(-16));
  return { document: Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]).toString('utf8') };
}

const q = JSON.parse(fs.readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify({ encrypt, decrypt }[q.do](q)));
