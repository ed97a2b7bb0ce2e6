package evidence

// readme is README.txt in every bundle. It tells people without this library what they
// have, in Danish and English.
const readme = `BEVIS: HVAD DETTE ER, OG HVORDAN DET KONTROLLERES
=================================================

Denne zip-fil beviser et login eller en underskrift med MitID. Den kan læses uden
særlige programmer. Filen manifest.json siger, hvad den handler om, og hvilke dele den
har. Delene er gemt byte for byte, som de blev sendt og modtaget:

  reference-text, transaction-text   teksten, som personen så og godkendte
  request                            hvad der blev spurgt om
  id-token, transaction-token, ...   det, som brokeren skrev under på (JWT)
  keys, token-keys, discovery        brokerens nøgler dengang
  certificate, ocsp                  certifikater, og at de gjaldt dengang
  original, signed                   dokumentet før og efter underskriften
  report                             hvad der blev kontrolleret, da filen blev lavet

Filen indeholder personoplysninger. Opbevar den krypteret, og slet den, når formålet er
opfyldt.

1. Er noget ændret?             unzip BEVIS.zip && sha256sum -c SHA256SUMS
2. Hvor gammel er den mindst?   (kun hvis manifest.tst findes; RFC 3161)
     openssl ts -verify -token_in -in manifest.tst -data manifest.json -CAfile TSA-ROD.pem
     openssl ts -reply -token_in -token_out -in manifest.tst -text
   TSA-ROD.pem er rodcertifikatet for tidsstemplets udsteder. Hent det hos udstederen,
   ikke i denne fil. Er certifikatet udløbet, så tilføj: -attime SEKUNDER
3. Hvad siger et token?         Midterste del mellem punktummerne er base64url af JSON.
4. Hvem skrev under på det?     Nøglen i keys (eller token-keys) med samme "kid" som i
   tokenets første del. Underskriften dækker de to første dele med punktum imellem.
5. Er teksten den rigtige?      openssl dgst -sha256 -binary transaction-text-1.txt | base64
   er lig med transaction_text_sha256 i tokenet.


EVIDENCE: WHAT THIS IS, AND HOW TO CHECK IT
===========================================

This zip file proves a login or a signature with MitID. No special program is needed to
read it. manifest.json says what it is about and which parts it has. The parts are kept
byte for byte as they were sent and received:

  reference-text, transaction-text   the text that the person saw and approved
  request                            what was asked
  id-token, transaction-token, ...   what the broker signed (JWT)
  keys, token-keys, discovery        the broker's keys at that time
  certificate, ocsp                  certificates, and that they were valid at that time
  original, signed                   the document before and after it was signed
  report                             what was checked when this file was made

The file holds personal data. Keep it encrypted, and delete it when its purpose ends.

1. Has anything been changed?   unzip EVIDENCE.zip && sha256sum -c SHA256SUMS
2. How old is it at the least?  (only if there is a manifest.tst; RFC 3161)
     openssl ts -verify -token_in -in manifest.tst -data manifest.json -CAfile TSA-ROOT.pem
     openssl ts -reply -token_in -token_out -in manifest.tst -text
   TSA-ROOT.pem is the root certificate of the timestamp's authority. Get it from the
   authority, not from this file. If a certificate has expired, add: -attime SECONDS
3. What does a token say?       The part between the two dots is base64url of JSON.
4. Who signed it?               The key in keys (or token-keys) with the "kid" of the
   token's first part. The signature covers the first two parts and the dot between them.
5. Is it the right text?        openssl dgst -sha256 -binary transaction-text-1.txt | base64
   equals transaction_text_sha256 in the token.
`
