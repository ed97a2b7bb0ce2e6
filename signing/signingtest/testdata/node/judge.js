// The vendor's SDK, both clients, takes an order through its life at the fake: create,
// log in to view, read, log in to sign, close, download, clean up. It prints one line of
// JSON with what it saw.
//
//   node judge.js ENDPOINT CLIENT_ID CLIENT_SECRET RETURN_ADDRESS < document.pdf

const { CriiptoSignatures } = require('@criipto/signatures');
const { SignatoryViewerClient } = require('@criipto/signatures/dist/signatory-viewer');
const { readFileSync } = require('node:fs');
const { createHash } = require('node:crypto');

const [endpoint, id, secret, home] = process.argv.slice(2);
const acr = 'urn:grn:authn:dk:mitid:substantial';
const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');

function must(what, truth) {
  if (!truth) throw new Error('not so: ' + what);
}

// login walks one login at the tenant, where the test has decided who approves.
async function login(viewer, provider, stage) {
  const begun = await viewer.startCriiptoVerifyEvidenceProvider({ id: provider.id, acrValue: acr, redirectUri: home, stage });
  must('a redirect', begun.__typename === 'CriiptoVerifyEvidenceProviderRedirect');
  const answer = await fetch(begun.redirectUri, { redirect: 'manual' });
  const back = new URL(answer.headers.get('location'));
  must('the state comes back', back.searchParams.get('state') === begun.state);
  return { code: back.searchParams.get('code'), state: begun.state };
}

async function main() {
  const pdf = readFileSync(0);
  const app = new CriiptoSignatures(id, secret, { endpoint });
  const checked = await app.validateDocument({ pdf });
  must('the document is valid', checked.valid === true);

  const made = await app.createSignatureOrder({
    title: 'Aftale på Ærø',
    documents: [{ pdf: { title: 'Æbler og øl', blob: pdf, storageMode: 'Temporary', reference: 'bilag-å' } }],
    evidenceProviders: [{ criiptoVerify: { acrValues: [acr], message: sha256(pdf), uniqueEvidenceKey: 'sub' } }],
    evidenceValidationStages: ['VIEW', 'SIGN'],
    expiresInDays: 10,
    ui: { language: 'DA_DK' },
  });
  must('it is open', made.status === 'OPEN');
  const two = await app.addSignatories(made.id, { signatories: [{ reference: 'første' }, { reference: 'anden' }] });
  must('two signatories', two.length === 2);
  const gone = await app.deleteSignatory(made.id, two[1].id);
  must('one is deleted', gone.signatories.find(s => s.id === two[1].id).status === 'DELETED');
  const changed = await app.changeSignatory(two[0].id, { signingAs: 'Køber' });
  must('it is changed', changed.signingAs === 'Køber');
  await app.changeSignatureOrder({ signatureOrderId: made.id, maxSignatories: 3 });
  await app.extendSignatureOrder(made.id, { additionalExpirationInDays: 5 });
  const listed = await app.querySignatureOrders({ first: 5, status: 'OPEN' });
  must('it is in the list', listed.some(o => o.id === made.id));

  const viewer = new SignatoryViewerClient({ token: two[0].token }, { endpoint });
  const before = await viewer.viewer();
  must('nothing is seen before a login', before.__typename === 'UnvalidatedSignatoryViewer');
  const provider = before.evidenceProviders.find(p => p.__typename === 'CriiptoVerifySignatureEvidenceProvider');
  const { jwt } = await viewer.completeCriiptoVerifyEvidenceProvider(await login(viewer, provider, 'VIEW'));
  viewer.setAuthentication({ token: two[0].token, validation: provider.id + ':' + jwt });
  const seen = await viewer.viewer();
  must('the signatory is known', seen.__typename === 'SignatoryViewer' && seen.signer === true);
  for (const edge of seen.documents.edges) {
    must('the document can be read', Buffer.compare(edge.node.blob, pdf) === 0);
    await viewer.openDocument({ documentId: edge.node.id });
    await viewer.approveDocument({ documentId: edge.node.id });
  }
  const signed = await viewer.sign({ id: provider.id, criiptoVerifyV2: await login(viewer, provider, 'SIGN') });
  must('it is signed', signed.status === 'SIGNED');

  const closed = await app.closeSignatureOrder(made.id, { retainDocumentsForDays: 7 });
  must('it is closed', closed.status === 'CLOSED');
  const again = await app.querySignatureOrder(made.id, true);
  const [a, b] = [closed.documents[0].blob, again.documents[0].blob];
  must('the file stays', Buffer.isBuffer(a) && Buffer.compare(a, b) === 0);
  const [signature] = again.documents[0].signatures;
  must('the signature is a token', signature.__typename === 'JWTSignature' && signature.timestampToken.timestamp);
  const cleaned = await app.cleanupSignatureOrder(made.id);
  must('it is cleaned up', cleaned.status === 'CLOSED');
  must('the file is gone', (await app.querySignatureOrder(made.id, true)).documents[0].blob === null);

  const other = await app.createSignatureOrder({
    documents: [{ pdf: { title: 'Æbler', blob: pdf, storageMode: 'Temporary' } }],
    disableVerifyEvidenceProvider: true,
    evidenceProviders: [{ drawable: { requireName: true } }],
    signatories: [{}, {}],
  });
  const batch = await app.createBatchSignatory({ items: [{ signatureOrderId: other.id, signatoryId: other.signatories[0].id }] });
  must('a batch can be asked for', (await app.queryBatchSignatory(batch.id)).items.length === 1);
  await new SignatoryViewerClient({ token: other.signatories[1].token }, { endpoint }).rejectSignatureOrder({ reason: 'Nej tak, æøå' });
  must('a rejection tells why', (await app.querySignatory(other.signatories[1].id)).statusReason === 'Nej tak, æøå');
  must('it is cancelled', (await app.cancelSignatureOrder(other.id)).status === 'CANCELLED');
  const failed = await app.cancelSignatureOrder(other.id).then(() => '', e => e.message);
  must('errors reach the caller', failed.includes('CANCELLED'));

  console.log(JSON.stringify({
    file: sha256(a), size: a.length, jwt: signature.jwt,
    name: signature.claims.find(c => c.name === 'name').value,
    text: signature.claims.find(c => c.name === 'refTextBody').value,
  }));
}

main().catch(e => { console.error(e); process.exit(1); });
