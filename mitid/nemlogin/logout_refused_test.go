package nemlogin

import (
	"bytes"
	"crypto"
	"crypto/x509/pkix"
	"encoding/base64"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// refused checks that cb logs nobody out, and that the error repeats nothing of it.
func refused(t *testing.T, b *Broker, cb mitid.Callback, want error) {
	t.Helper()
	lo, err := newClient(t, b).ReceiveLogout(t.Context(), cb)
	require.ErrorIs(t, err, want)
	require.Nil(t, lo)
	for _, private := range []string{personUUID, sessionName, "evil", "_note"} {
		require.NotContains(t, err.Error(), private)
	}
}

// What is wrong inside a LogoutRequest that the IdP signed, by either binding.
func TestLogoutRequestsThatAreRefused(t *testing.T) {
	nameID := func(change func(*etree.Element)) func(*logoutNote) {
		return func(n *logoutNote) { change(n.root.SelectElement("NameID")) }
	}
	for name, c := range map[string]struct {
		change func(*logoutNote)
		want   error
	}{
		"no Destination":                      {func(n *logoutNote) { n.root.RemoveAttr("Destination") }, mitid.ErrResponseInvalid},
		"Destination of another":              {attribute("Destination", "https://evil.example/logout"), mitid.ErrResponseInvalid},
		"Destination plus one character":      {attribute("Destination", spLogout+"/"), mitid.ErrResponseInvalid},
		"Destination in another case":         {attribute("Destination", strings.ToUpper(spLogout)), mitid.ErrResponseInvalid},
		"no Issuer":                           {func(n *logoutNote) { n.root.RemoveChild(n.root.SelectElement("Issuer")) }, mitid.ErrIssuerMismatch},
		"Issuer without its slash":            {func(n *logoutNote) { n.root.SelectElement("Issuer").SetText(strings.TrimSuffix(idpEntityID, "/")) }, mitid.ErrIssuerMismatch},
		"Issuer in another namespace":         {func(n *logoutNote) { n.root.SelectElement("Issuer").Space = "samlp" }, mitid.ErrResponseInvalid},
		"two Issuers":                         {func(n *logoutNote) { n.root.AddChild(n.root.SelectElement("Issuer").Copy()) }, mitid.ErrIssuerMismatch},
		"older than five minutes":             {attribute("IssueInstant", stamp(now.Add(-5*time.Minute-time.Second))), mitid.ErrTokenInvalid},
		"more than five minutes ahead":        {attribute("IssueInstant", stamp(now.Add(5*time.Minute+time.Second))), mitid.ErrTokenInvalid},
		"no IssueInstant":                     {func(n *logoutNote) { n.root.RemoveAttr("IssueInstant") }, mitid.ErrResponseInvalid},
		"IssueInstant in another zone":        {attribute("IssueInstant", "2026-11-30T13:00:00+01:00"), mitid.ErrResponseInvalid},
		"expired":                             {attribute("NotOnOrAfter", stamp(now.Add(-5*time.Minute))), mitid.ErrTokenInvalid},
		"NotOnOrAfter is no time":             {attribute("NotOnOrAfter", "aldrig"), mitid.ErrResponseInvalid},
		"no NameID":                           {func(n *logoutNote) { n.root.RemoveChild(n.root.SelectElement("NameID")) }, mitid.ErrResponseInvalid},
		"two NameIDs":                         {func(n *logoutNote) { n.root.AddChild(n.root.SelectElement("NameID").Copy()) }, mitid.ErrResponseInvalid},
		"empty NameID":                        {nameID(func(el *etree.Element) { el.SetText("") }), mitid.ErrResponseInvalid},
		"NameID with a child":                 {nameID(func(el *etree.Element) { el.CreateElement("saml:x").SetText("evil") }), mitid.ErrResponseInvalid},
		"NameID of 1,025 bytes":               {nameID(func(el *etree.Element) { el.SetText(strings.Repeat("n", 1025)) }), mitid.ErrResponseInvalid},
		"NameID in another namespace":         {nameID(func(el *etree.Element) { el.Space = "samlp" }), mitid.ErrResponseInvalid},
		"NameID of another format":            {nameID(func(el *etree.Element) { el.CreateAttr("Format", formatTransient) }), mitid.ErrResponseInvalid},
		"NameID for another service provider": {nameID(func(el *etree.Element) { el.CreateAttr("SPNameQualifier", "https://evil.example") }), mitid.ErrResponseInvalid},
		"NameID of another identity provider": {nameID(func(el *etree.Element) { el.CreateAttr("NameQualifier", "https://evil.example") }), mitid.ErrResponseInvalid},
		"EncryptedID in place of the NameID":  {nameID(func(el *etree.Element) { el.Tag = "EncryptedID" }), mitid.ErrResponseInvalid},
		"comment in the NameID":               {nameID(func(el *etree.Element) { el.CreateComment("evil") }), mitid.ErrResponseInvalid},
		"empty SessionIndex":                  {sessions(""), mitid.ErrResponseInvalid},
		"SessionIndex with a child":           {func(n *logoutNote) { n.root.SelectElement("SessionIndex").CreateElement("samlp:x") }, mitid.ErrResponseInvalid},
		"SessionIndex in another namespace":   {func(n *logoutNote) { n.root.SelectElement("SessionIndex").Space = "saml" }, mitid.ErrResponseInvalid},
		"101 SessionIndex":                    {sessions(strings.Split(strings.Repeat("s", 101), "")...), mitid.ErrResponseInvalid},
		"no ID":                               {func(n *logoutNote) { n.root.RemoveAttr("ID") }, nil},
		"ID of 1,025 bytes":                   {attribute("ID", strings.Repeat("i", 1025)), mitid.ErrResponseInvalid},
		"Version 1.1":                         {attribute("Version", "1.1"), mitid.ErrResponseInvalid},
		"an unknown part":                     {func(n *logoutNote) { n.root.CreateElement("samlp:Evil") }, mitid.ErrResponseInvalid},
		"an assertion inside":                 {func(n *logoutNote) { n.root.CreateElement("saml:Assertion") }, mitid.ErrResponseInvalid},
		"root in another namespace":           {func(n *logoutNote) { n.root.Space = "saml" }, mitid.ErrResponseInvalid},
		"a LogoutResponse under its name":     {func(n *logoutNote) { n.root = newLogoutResponse("x").root }, mitid.ErrResponseInvalid},
		"an AuthnRequest under its name":      {func(n *logoutNote) { n.root.Tag = "AuthnRequest" }, mitid.ErrResponseInvalid},
		"RelayState of 81 bytes":              {func(n *logoutNote) { n.relayState = strings.Repeat("r", 81) }, mitid.ErrResponseInvalid},
		"signed by a stranger":                {func(n *logoutNote) { n.signer = pairs("stranger") }, mitid.ErrSignatureInvalid},
		"signed by our own key":               {func(n *logoutNote) { n.signer = pairs("sp") }, mitid.ErrSignatureInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBroker(t, nil)
			note := newLogoutRequest().with(c.change)
			want := c.want
			if want == nil { // a signature in XML needs the ID
				want = mitid.ErrResponseInvalid
			} else {
				refused(t, b, note.post(t), want)
			}
			refused(t, b, note.redirect(t), want)
		})
	}
}

// What is wrong with the query of a redirect.
func TestLogoutByRedirectThatIsRefused(t *testing.T) {
	good := newLogoutRequest().with(func(n *logoutNote) { n.relayState = "relay-æ" })
	query := good.redirect(t).RawQuery
	text := packed(t, xmlOf(good.root))
	other := newLogoutRequest().with(func(n *logoutNote) { n.root.SelectElement("NameID").SetText(namePerson + "evil") })
	bomb := strings.Repeat(packed(t, append(xmlOf(good.root), bytes.Repeat([]byte(" "), 8<<20)...)), 9)
	cut := func(from, to string) string { // without the parameter that begins with from
		i := strings.Index(query, from)
		j := strings.Index(query[i+1:], to)
		if to == "" || j < 0 {
			return query[:i]
		}
		return query[:i] + query[i+1+j:]
	}
	resigned := func(change func(*logoutNote)) string {
		n := newLogoutRequest().with(change)
		return n.query(t, packed(t, xmlOf(n.root)))
	}
	for name, c := range map[string]struct {
		query string
		want  error
	}{
		"no Signature":                     {cut("&Signature", ""), mitid.ErrSignatureInvalid},
		"empty Signature":                  {cut("&Signature", "") + "&Signature=", mitid.ErrSignatureInvalid},
		"no SigAlg":                        {cut("&SigAlg", "&"), mitid.ErrSignatureInvalid},
		"neither":                          {cut("&SigAlg", ""), mitid.ErrSignatureInvalid},
		"SAMLRequest twice":                {query + "&SAMLRequest=" + url.QueryEscape(packed(t, xmlOf(other.root))), mitid.ErrSignatureInvalid},
		"SAMLRequest twice, other first":   {"SAMLRequest=" + url.QueryEscape(packed(t, xmlOf(other.root))) + "&" + query, mitid.ErrSignatureInvalid},
		"SAMLRequest twice, the same":      {query + "&" + query[:strings.Index(query, "&")], mitid.ErrSignatureInvalid},
		"RelayState twice":                 {query + "&RelayState=evil", mitid.ErrSignatureInvalid},
		"SigAlg twice":                     {query + "&SigAlg=x", mitid.ErrSignatureInvalid},
		"Signature twice":                  {query + "&Signature=x", mitid.ErrSignatureInvalid},
		"SAMLResponse beside":              {query + "&SAMLResponse=x", mitid.ErrResponseInvalid},
		"another message":                  {"SAMLRequest=" + url.QueryEscape(packed(t, xmlOf(other.root))) + query[strings.Index(query, "&"):], mitid.ErrSignatureInvalid},
		"another name for the message":     {strings.Replace(query, "SAMLRequest=", "SAMLResponse=", 1), mitid.ErrSignatureInvalid},
		"RelayState changed":               {strings.Replace(query, "relay-", "relay-x", 1), mitid.ErrSignatureInvalid},
		"RelayState dropped":               {cut("&RelayState", "&"), mitid.ErrSignatureInvalid},
		"encoded another way":              {strings.Replace(query, "relay-%C3%A6", "relay-%c3%a6", 1), mitid.ErrSignatureInvalid},
		"a letter encoded":                 {strings.Replace(query, "relay-", "rela%79-", 1), mitid.ErrSignatureInvalid},
		"the name encoded":                 {strings.Replace(query, "SAMLRequest", "SAML%52equest", 1), mitid.ErrResponseInvalid},
		"one bit of the signature":         {resignedBit(query), mitid.ErrSignatureInvalid},
		"the signature is not Base64":      {cut("&Signature", "") + "&Signature=æ", mitid.ErrSignatureInvalid},
		"a foreign parameter":              {query + "&evil=1", mitid.ErrResponseInvalid},
		"a foreign parameter in front":     {"evil=1&" + query, mitid.ErrResponseInvalid},
		"a stray ampersand":                {query + "&", mitid.ErrResponseInvalid},
		"a stray semicolon":                {query + ";x", mitid.ErrSignatureInvalid},
		"SHA-1":                            {resigned(func(n *logoutNote) { n.algorithm, n.hash = "http://www.w3.org/2000/09/xmldsig#rsa-sha1", crypto.SHA1 }), mitid.ErrSignatureInvalid},
		"SHA-1 that is called SHA-256":     {resigned(func(n *logoutNote) { n.hash = crypto.SHA1 }), mitid.ErrSignatureInvalid},
		"an unknown algorithm":             {resigned(func(n *logoutNote) { n.algorithm = "urn:æ" }), mitid.ErrSignatureInvalid},
		"HMAC":                             {resigned(func(n *logoutNote) { n.algorithm = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256" }), mitid.ErrSignatureInvalid},
		"deflate bomb, unsigned":           {"SAMLRequest=" + url.QueryEscape(bomb), mitid.ErrResponseInvalid}, // more than 64 kB of query
		"deflate bomb that the IdP signed": {good.query(t, packed(t, append(xmlOf(good.root), bytes.Repeat([]byte(" "), 4<<20)...))), mitid.ErrResponseInvalid},
		"one byte too many":                {good.query(t, packed(t, append(xmlOf(good.root), bytes.Repeat([]byte(" "), maxLogoutMessage+1-len(xmlOf(good.root)))...))), mitid.ErrResponseInvalid},
		"not deflated":                     {good.query(t, base64.StdEncoding.EncodeToString(xmlOf(good.root))), mitid.ErrResponseInvalid},
		"deflated and cut short":           {good.query(t, text[:len(text)-8]), mitid.ErrResponseInvalid},
		"bytes behind the deflated ones":   {good.query(t, behind(text, "<x/>")), mitid.ErrResponseInvalid},
		"a second message behind it":       {good.query(t, behind(text, string(unpacked(other.redirect(t))))), mitid.ErrResponseInvalid},
		"not Base64":                       {good.query(t, "æøå"), mitid.ErrResponseInvalid},
		"Base64 with a line break":         {good.query(t, text[:8]+"\n"+text[8:]), mitid.ErrResponseInvalid},
		"Base64 of the URL kind":           {good.query(t, strings.NewReplacer("+", "-", "/", "_").Replace(text)), mitid.ErrResponseInvalid},
		"nothing inside":                   {good.query(t, packed(t, nil)), mitid.ErrResponseInvalid},
		"another encoding":                 {query + "&SAMLEncoding=urn:æ", mitid.ErrResponseInvalid},
		"empty":                            {"", mitid.ErrResponseInvalid},
		"no message":                       {query[strings.Index(query, "&")+1:], mitid.ErrResponseInvalid},
		"an empty message":                 {good.query(t, ""), mitid.ErrResponseInvalid},
		"document type":                    {good.query(t, packed(t, append([]byte("<!DOCTYPE x SYSTEM 'file:///etc/passwd'>"), xmlOf(good.root)...))), mitid.ErrResponseInvalid},
		"two roots":                        {good.query(t, packed(t, append(xmlOf(good.root), xmlOf(other.root)...))), mitid.ErrResponseInvalid},
		"a signature in the XML alone":     {"SAMLRequest=" + url.QueryEscape(packed(t, good.signedXML(t))), mitid.ErrSignatureInvalid},
		"a signature in the XML beside":    {good.query(t, packed(t, good.signedXML(t))), mitid.ErrResponseInvalid},
		"not percent-encoded":              {strings.Replace(query, "relay-", "relay-%zz", 1), mitid.ErrResponseInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, query, c.query)
			refused(t, newBroker(t, nil), mitid.Callback{Method: http.MethodGet, RawQuery: c.query}, c.want)
		})
	}
	_, err := newClient(t, newBroker(t, nil)).ReceiveLogout(t.Context(), mitid.Callback{Method: http.MethodGet, RawQuery: query})
	require.NoError(t, err)
	_, err = newClient(t, newBroker(t, nil)).ReceiveLogout(t.Context(), mitid.Callback{Method: http.MethodGet, RawQuery: query + "&SAMLEncoding=" + url.QueryEscape(deflateEncoding)})
	require.NoError(t, err)
}

// behind returns a packed message with more bytes behind it.
func behind(text, more string) string {
	raw, _ := base64.StdEncoding.DecodeString(text)
	return base64.StdEncoding.EncodeToString(append(raw, more...))
}

// unpacked returns the bytes of a message by redirect before they are inflated.
func unpacked(cb mitid.Callback) []byte {
	values, _ := cb.Values()
	raw, _ := base64.StdEncoding.DecodeString(values.Get("SAMLRequest"))
	return raw
}

// resignedBit returns query with one bit of its signature changed.
func resignedBit(query string) string {
	head, signature, _ := strings.Cut(query, "&Signature=")
	text, _ := url.QueryUnescape(signature)
	raw, _ := base64.StdEncoding.DecodeString(text)
	raw[100] ^= 1
	return head + "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(raw))
}

// The order of the parameters does not matter: the signature has an order of its own.
func TestLogoutByRedirectInAnotherOrder(t *testing.T) {
	parts := strings.Split(newLogoutRequest().with(func(n *logoutNote) { n.relayState = "æ" }).redirect(t).RawQuery, "&")
	lo, err := newClient(t, newBroker(t, nil)).ReceiveLogout(t.Context(), mitid.Callback{Method: http.MethodGet, RawQuery: strings.Join([]string{parts[3], parts[1], parts[0], parts[2]}, "&")})
	require.NoError(t, err)
	require.Equal(t, soeren, lo.Subject)
}

// A LogoutRequest by form post that is not signed itself ends nothing.
func TestLogoutByPostThatIsRefused(t *testing.T) {
	good := newLogoutRequest()
	signed := good.signedXML(t)
	evil := func() *etree.Element {
		n := newLogoutRequest()
		n.root.CreateAttr("ID", "_evil")
		n.root.SelectElement("NameID").SetText(namePerson + "evil")
		return n.root
	}
	parsed := func(data []byte) *etree.Element {
		doc := etree.NewDocument()
		require.NoError(t, doc.ReadFromBytes(data))
		return doc.Root()
	}
	signedAssertion := parsed(newAnswer(&authnRequest{id: "_a"}).assertionXML(t))
	around := func(inner *etree.Element) []byte { // an unsigned request with inner in an extension
		root := evil()
		extensions := etree.NewElement("samlp:Extensions")
		extensions.AddChild(inner)
		root.InsertChildAt(1, extensions)
		return xmlOf(root)
	}
	stolen := func(from *etree.Element, inner ...*etree.Element) []byte { // the signature of from, over an unsigned request
		root := evil()
		signature := from.SelectElement("Signature").Copy()
		for _, el := range inner {
			signature.CreateElement("ds:Object").AddChild(el)
		}
		root.InsertChildAt(1, signature)
		return xmlOf(root)
	}
	for name, c := range map[string]struct {
		cb   mitid.Callback
		want error
	}{
		"unsigned":                                {good.form(xmlOf(good.root)), mitid.ErrSignatureInvalid},
		"wrapped around a signed assertion":       {good.form(around(signedAssertion.Copy())), mitid.ErrSignatureInvalid},
		"wrapped around a signed request":         {good.form(around(parsed(signed))), mitid.ErrSignatureInvalid},
		"the signature of an assertion":           {good.form(stolen(signedAssertion)), mitid.ErrSignatureInvalid},
		"the signature of another request":        {good.form(stolen(parsed(signed))), mitid.ErrSignatureInvalid},
		"the signed request inside the signature": {good.form(stolen(parsed(signed), parsed(signed))), mitid.ErrSignatureInvalid},
		"the signed assertion inside it":          {good.form(stolen(signedAssertion, signedAssertion.Copy())), mitid.ErrSignatureInvalid},
		"an assertion as the message":             {good.form(xmlOf(signedAssertion)), mitid.ErrResponseInvalid},
		"the signature cut out":                   {good.form(bytes.Replace(signed, []byte("ds:Signature "), []byte("ds:Signatur "), 1)), mitid.ErrResponseInvalid},
		"changed after signing":                   {good.form(bytes.Replace(signed, []byte(personUUID), []byte("evil"), 1)), mitid.ErrSignatureInvalid},
		"document type":                           {good.form(append([]byte("<!DOCTYPE x>"), signed...)), mitid.ErrResponseInvalid},
		"deflated":                                {mitid.Callback{Method: http.MethodPost, Body: []byte("SAMLRequest=" + url.QueryEscape(packed(t, signed)))}, mitid.ErrResponseInvalid},
		"twice":                                   {mitid.Callback{Method: http.MethodPost, Body: append(good.form(signed).Body, append([]byte("&"), good.form(signed).Body...)...)}, mitid.ErrResponseInvalid},
		"both messages":                           {mitid.Callback{Method: http.MethodPost, Body: append(good.form(signed).Body, "&SAMLResponse=x"...)}, mitid.ErrResponseInvalid},
		"parameters in the address too":           {mitid.Callback{Method: http.MethodPost, Body: good.form(signed).Body, RawQuery: "RelayState=evil"}, mitid.ErrResponseInvalid},
		"signed as a redirect":                    {mitid.Callback{Method: http.MethodPost, Body: []byte(good.redirect(t).RawQuery)}, mitid.ErrResponseInvalid},
		"longer than 64 kB":                       {good.form(append(signed, bytes.Repeat([]byte(" "), maxLogoutMessage)...)), mitid.ErrResponseInvalid},
		"empty":                                   {mitid.Callback{Method: http.MethodPost}, mitid.ErrResponseInvalid},
		"not percent-encoded":                     {mitid.Callback{Method: http.MethodPost, Body: []byte("SAMLRequest=%zz")}, mitid.ErrResponseInvalid},
	} {
		t.Run(name, func(t *testing.T) { refused(t, newBroker(t, nil), c.cb, c.want) })
	}
}

// A key counts as long as its certificate is valid, and the operator learns what to do.
func TestLogoutByAnExpiredCertificate(t *testing.T) {
	old := newPair(pkix.Name{CommonName: "old"}, 2048, now.AddDate(-2, 0, 0), now.Add(-time.Second))
	ahead := newPair(pkix.Name{CommonName: "ahead"}, 2048, now.Add(time.Second), now.AddDate(1, 0, 0))
	b := newBroker(t, func(c *Config) { c.IdP = [][]byte{metadata(idpEntityID, old, ahead)} })
	for name, k := range map[string]KeyPair{"expired": old, "not valid yet": ahead} {
		note := newLogoutRequest().with(func(n *logoutNote) { n.signer = k })
		refused(t, b, note.redirect(t), mitid.ErrSignatureInvalid)
		refused(t, b, note.post(t), mitid.ErrSignatureInvalid)
		_, err := newClient(t, b).ReceiveLogout(t.Context(), note.redirect(t))
		require.ErrorContains(t, err, name)
	}
}

// What a bomb unpacks to is never held.
func TestDeflateBombCostsNoMemory(t *testing.T) {
	bomb := packed(t, make([]byte, 8<<20)) // 8 kB of query
	note := newLogoutRequest()
	cb := mitid.Callback{Method: http.MethodGet, RawQuery: note.query(t, bomb)}
	require.Less(t, len(cb.RawQuery), mitid.MaxCallbackQuery)
	client := newClient(t, newBroker(t, nil))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := client.ReceiveLogout(t.Context(), cb)
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func FuzzLogout(f *testing.F) {
	note := newLogoutRequest()
	f.Add(false, []byte(note.redirect(f).RawQuery))
	f.Add(true, note.post(f).Body)
	f.Add(false, []byte(newLogoutResponse("æ").redirect(f).RawQuery))
	b := newBroker(f, nil)
	f.Fuzz(func(t *testing.T, posted bool, data []byte) {
		cb := mitid.Callback{Method: http.MethodGet, RawQuery: string(data)}
		if posted {
			cb = mitid.Callback{Method: http.MethodPost, Body: data}
		}
		lo, err := b.ReceiveLogout(t.Context(), cb)
		if err == nil && !lo.Finished {
			require.Equal(t, soeren, lo.Subject, "nobody without the key names another person")
		}
	})
}

// FuzzLogoutMessage fuzzes what the IdP signs.
func FuzzLogoutMessage(f *testing.F) {
	f.Add(xmlOf(newLogoutRequest().root), "")
	f.Add(xmlOf(newLogoutResponse("æ").root), "æ")
	b := newBroker(f, nil)
	f.Fuzz(func(t *testing.T, text []byte, relayState string) {
		note := newLogoutRequest()
		note.relayState = relayState
		cb := mitid.Callback{Method: http.MethodGet, RawQuery: note.query(t, packed(t, text))}
		lo, err := b.ReceiveLogout(t.Context(), cb)
		if err == nil && (lo.Subject == "" || lo.Answer == nil) {
			t.Fatal("a LogoutRequest that names nobody")
		}
	})
}
