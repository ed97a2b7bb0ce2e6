package stralfors_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/internal/canary"
)

func TestNewNamesWhatIsWrong(t *testing.T) {
	srv := newServer(t)
	type config = stralfors.Config
	op := func(o stralfors.Operation) func(*config) {
		return func(c *config) { c.Wire.Operations.EnkeltforsendelseOpret = o }
	}
	from := func(change func(*eboks.Address)) func(*config) {
		return func(c *config) {
			c.From = eboks.Address{Name: "Ærø Kommune", Street: "Statene", House: "2", PostCode: "5970"}
			change(&c.From)
		}
	}
	for name, c := range map[string]struct {
		change func(*config)
		says   string
	}{
		"no BaseURL":             {func(c *config) { c.BaseURL = "" }, "BaseURL is missing"},
		"http":                   {func(c *config) { c.BaseURL = "http://connect.example" }, "https"},
		"a user":                 {func(c *config) { c.BaseURL = "https://a:b@connect.example" }, "BaseURL"},
		"a query":                {func(c *config) { c.BaseURL = "https://connect.example/?a=b" }, "BaseURL"},
		"an empty query":         {func(c *config) { c.BaseURL = "https://connect.example/?" }, "BaseURL"},
		"a fragment":             {func(c *config) { c.BaseURL = "https://connect.example/#" }, "BaseURL"},
		"no host":                {func(c *config) { c.BaseURL = "https://:443" }, "BaseURL"},
		"no System":              {func(c *config) { c.System = "" }, "System"},
		"a long System":          {func(c *config) { c.System = "12345678901" }, "System"},
		"a System that climbs":   {func(c *config) { c.System = ".." }, "System"},
		"no User":                {func(c *config) { c.User = "" }, "User"},
		"a User of two lines":    {func(c *config) { c.User = "Ærø\nFyn" }, "User"},
		"no Certificate":         {func(c *config) { c.Certificate = tls.Certificate{} }, "Certificate: there is no"},
		"no key":                 {func(c *config) { c.Certificate.PrivateKey = nil }, "no private key"},
		"a negative Timeout":     {func(c *config) { c.Timeout = -1 }, "Timeout"},
		"a huge PageSize":        {func(c *config) { c.Wire.PageSize = 1001 }, "PageSize"},
		"a negative limit":       {func(c *config) { c.Limits.File = -1 }, "Limits"},
		"too many attachments":   {func(c *config) { c.Limits.Attachments = 101 }, "Attachments"},
		"a Namespace of nobody":  {func(c *config) { c.Wire.Namespace = "urn:oio:fjernprint:2.0.0" }, "Namespace"},
		"a NumberNamespace":      {func(c *config) { c.Wire.NumberNamespace = "a b" }, "NumberNamespace"},
		"a long FileFormat":      {func(c *config) { c.Wire.FileFormat = "12345678901" }, "FileFormat"},
		"a channel of two lines": {func(c *config) { c.Wire.Channels.Print = "a\nb" }, "Channels"},
		"a LogMarker":            {func(c *config) { c.Wire.LogMarker = "1" }, "LogMarker"},
		"a long Unit":            {func(c *config) { c.Unit = strings.Repeat("å", 2001) }, "Unit"},
		"half a From":            {func(c *config) { c.From.Name = "Ærø" }, "From: Address has neither"},
		"a From with a floor":    {from(func(a *eboks.Address) { a.Floor = "1. sal" }), "From: Address.Floor"},
		"a From of a long house": {from(func(a *eboks.Address) { a.House = "12 b" }), "From: Address.House"},
		"a From of five digits":  {from(func(a *eboks.Address) { a.PostCode = "99999" }), "From: Address.PostCode"},
		"a From in Danmark":      {from(func(a *eboks.Address) { a.Country = "Danmark" }), "From: Address.Country"},
		"a From of a long line": {func(c *config) {
			c.From = eboks.Address{Name: "Ærø", Lines: []string{strings.Repeat("å", 59)}, PostCode: "5970"}
		}, "From: a line of Address.Lines"},
		"a From of an empty line": {func(c *config) {
			c.From = eboks.Address{Name: "Ærø", Lines: []string{"Statene 2", ""}, PostCode: "5970"}
		}, "From: a line of Address.Lines"},
		"a From with a bell":     {from(func(a *eboks.Address) { a.Street = "Stat\aene" }), "From: Address.Street"},
		"a From of a box":        {func(c *config) { c.From = eboks.Address{Name: "Ærø", POBox: "7", PostCode: "5970"} }, "From: this wire"},
		"a mail with a comma":    {func(c *config) { c.Receipts.Mail = "a,b@x.dk" }, "Receipts.Mail"},
		"a mail of brackets":     {func(c *config) { c.Receipts.Mail = "(a)@x.dk" }, "Receipts.Mail"},
		"a mail of a long host":  {func(c *config) { c.Receipts.Mail = "a@" + strings.Repeat("x", 64) + ".dk" }, "Receipts.Mail"},
		"a letter's name":        {func(c *config) { c.Wire.LetterNames = []string{"Afsendelse Id"} }, "Wire.LetterNames"},
		"carrier news of a word": {func(c *config) { c.Wire.CarrierCodes = map[string]eboks.Status{"retur": eboks.Returned} }, "Wire.CarrierCodes"},
		"carrier news: failed":   {func(c *config) { c.Wire.CarrierCodes = map[string]eboks.Status{"7": eboks.Failed} }, "Wire.CarrierCodes"},
		"a Mail":                 {func(c *config) { c.Receipts.Mail = "ærø" }, "Receipts.Mail"},
		"a Which":                {func(c *config) { c.Receipts.Which = "Nogle" }, "Receipts.Which"},
		"Sides":                  {func(c *config) { c.Print.Sides = "Triplex" }, "Print.Sides"},
		"Colour":                 {func(c *config) { c.Print.Colour = "Blå" }, "Print.Colour"},
		"Envelope":               {func(c *config) { c.Print.Envelope = "C6" }, "Print.Envelope"},
		"Category":               {func(c *config) { c.Print.Category = "Brevdue" }, "Print.Category"},
		"Allocation":             {func(c *config) { c.Print.Allocation = "0" }, "Print.Allocation"},
		"a Choice":               {func(c *config) { c.Print.Urgent = 3 }, "Choice"},
		"a shipment type of 0":   {func(c *config) { c.Materials = map[eboks.Material]stralfors.Material{"a": {ShipmentType: "0"}} }, "Materials"},
		"a Material with æøå": {func(c *config) {
			c.Materials = map[eboks.Material]stralfors.Material{"afgørelse": {ShipmentType: "1"}}
		}, "Materials"},
		"a content type of a": {func(c *config) {
			c.Materials = map[eboks.Material]stralfors.Material{"a": {ShipmentType: "1", ContentType: "a"}}
		}, "Materials"},
		"a code with a blank":   {func(c *config) { c.Wire.Codes = map[string]stralfors.Verdict{"1 2": {Kind: eboks.Rejected}} }, "Codes"},
		"a code without a kind": {func(c *config) { c.Wire.Codes = map[string]stralfors.Verdict{"1": {}} }, "Codes"},
		"a code for Parked":     {func(c *config) { c.Wire.Codes = map[string]stralfors.Verdict{"1": {Kind: eboks.Parked}} }, "Codes"},
		"a code for Reachable": {func(c *config) {
			c.Wire.Codes = map[string]stralfors.Verdict{"1": {Kind: eboks.RecipientUnreachable, Reachability: eboks.Reachable}}
		}, "Codes"},
		"a reachability alone": {func(c *config) {
			c.Wire.Codes = map[string]stralfors.Verdict{"1": {Kind: eboks.Rejected, Reachability: eboks.Minor}}
		}, "Codes"},
		"a code twice":          {func(c *config) { c.Wire.Duplicates = []string{"1001"} }, "same error number"},
		"a duplicate, empty":    {func(c *config) { c.Wire.Duplicates = []string{""} }, "Duplicates"},
		"a method":              {op(stralfors.Operation{Method: "PATCH"}), "Operations.EnkeltforsendelseOpret: Method"},
		"a letter by GET":       {op(stralfors.Operation{Method: "GET"}), "Operations.EnkeltforsendelseOpret: Method"},
		"a path without slash":  {op(stralfors.Operation{Path: "x"}), "begin with /"},
		"a path of blanks":      {op(stralfors.Operation{Path: "/a b"}), "printable"},
		"a path open":           {op(stralfors.Operation{Path: "/{system"}), "without a }"},
		"a path shut":           {op(stralfors.Operation{Path: "/system}"}), "without a {"},
		"a path, bad escape":    {op(stralfors.Operation{Path: "/%zz"}), "no part of an address"},
		"an unknown variable":   {op(stralfors.Operation{Path: "/{cpr}"}), "variable"},
		"a status of failure":   {op(stralfors.Operation{Expect: []int{302}}), "Expect"},
		"no status":             {op(stralfors.Operation{Expect: []int{}}), "Expect"},
		"no sending":            {op(stralfors.Operation{Off: true}), "cannot be Off"},
		"a log of no letter":    {func(c *config) { c.Wire.Operations.TransaktionslogForsendelseHent.Path = "/log" }, "{shipment}"},
		"a recall of no letter": {func(c *config) { c.Wire.Operations.ForsendelseTilbagekald.Path = "/tilbage" }, "{shipment}"},
		"a log without end":     {func(c *config) { c.Wire.Operations.TransaktionslogForsendelserHent.Path = "/log?antal={count}" }, "{after}"},
		"cpr in an address": {func(c *config) {
			c.Wire.Operations.KanalvalgHent = stralfors.Operation{Method: "GET", Path: "/k?cpr={cpr}&cvr={cvr}"}
		}, "CPRInURL"},
		"a lookup of nobody": {func(c *config) {
			c.Wire.CPRInURL = true
			c.Wire.Operations.KanalvalgHent = stralfors.Operation{Method: "GET", Path: "/k?cpr={cpr}"}
		}, "{cvr}"},
	} {
		cfg := srv.config()
		c.change(&cfg)
		s, err := stralfors.New(cfg)
		require.Nil(t, s, name)
		require.ErrorIs(t, err, eboks.ErrConfigInvalid, name)
		require.ErrorContains(t, err, c.says, name)
		require.ErrorContains(t, err, "eboks: new (stralfors): ", name)
	}
}

func TestCapabilities(t *testing.T) {
	srv := newServer(t)
	can := srv.sender(t).Capabilities()
	leaf := template("", false)
	require.WithinDuration(t, leaf.NotAfter, can.CertificateExpires, time.Minute)
	can.CertificateExpires, can.Certificate = time.Time{}, ""
	require.Equal(t, eboks.Capabilities{Name: "stralfors", Status: true, Lookup: true, Events: true, Recall: true, Print: true, NotBefore: true,
		Reply: true, Limits: eboks.Limits{Attachments: 10}}, can)

	can = srv.sender(t, func(c *stralfors.Config) {
		c.Wire.Dedupes, c.NoPrint, c.Limits = true, true, eboks.Limits{Title: 50, Attachments: -1, File: 1 << 20}
	}).Capabilities()
	require.True(t, can.Dedupes)
	require.False(t, can.Print)
	require.Equal(t, eboks.Limits{Title: 50, File: 1 << 20}, can.Limits)
}

// What the caller changes after New changes nothing.
func TestNewKeepsItsOwnTables(t *testing.T) {
	srv := newServer(t)
	cfg := srv.config()
	cfg.Materials = map[eboks.Material]stralfors.Material{"afgoerelse": {ShipmentType: "17"}, "17": {ShipmentType: "17"}}
	cfg.From = eboks.Address{Name: "Ærø", Lines: []string{"Statene 2"}, PostCode: "5970"}
	s, err := stralfors.New(cfg)
	require.NoError(t, err)
	clear(cfg.Materials)
	clear(cfg.Wire.Codes)
	cfg.From.Lines[0] = "et andet sted"
	_, e := send(t, s, letter())
	require.Nil(t, e)
	require.Contains(t, string(srv.last(t).body), "Statene 2")
}

// A client of the caller's own brings its certificate itself.
func TestAnOwnHTTPClient(t *testing.T) {
	srv := newServer(t)
	own := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: srv.ca.pool, Certificates: []tls.Certificate{srv.client}}}}
	s := srv.sender(t, func(c *stralfors.Config) {
		c.HTTPClient, c.Certificate, c.Roots = own, tls.Certificate{}, nil
	})
	_, err := send(t, s, letter())
	require.Nil(t, err)
	require.Equal(t, template("", false).NotAfter, s.Capabilities().CertificateExpires)
	require.Equal(t, fingerprint(srv.client), s.Capabilities().Certificate)

	hidden := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: srv.ca.pool,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &srv.client, nil }}}
	s = srv.sender(t, func(c *stralfors.Config) {
		c.HTTPClient, c.Certificate, c.Roots = &http.Client{Transport: hidden}, tls.Certificate{}, nil
	})
	_, err = send(t, s, letter())
	require.Nil(t, err)
	require.True(t, s.Capabilities().CertificateExpires.IsZero(), "it cannot be seen")
	require.Empty(t, s.Capabilities().Certificate)
}

// Neither prints its secrets.
func TestConfigAndSenderPrintNothing(t *testing.T) {
	srv := newServer(t)
	cfg := srv.config()
	s := srv.sender(t)
	for _, v := range []any{cfg, &cfg, s, *s} {
		for _, text := range []string{fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprint(v)} {
			require.Equal(t, "[private]", text)
		}
		for _, printer := range canary.Leaks(v, "Borgerservice") {
			require.True(t, canary.OutOfReach(printer), printer)
		}
	}
}

// pairs of certificates that no server takes, and that New can tell.
func TestNewLooksAtTheCertificate(t *testing.T) {
	srv := newServer(t)
	other := srv.ca.issue(t, "en anden")
	before, after := template("", false).NotBefore.Add(-time.Hour), template("", false).NotAfter.Add(time.Hour)
	for name, c := range map[string]struct {
		change func(*stralfors.Config)
		says   string
	}{
		"another's key":  {func(c *stralfors.Config) { c.Certificate.PrivateKey = other.PrivateKey }, "does not belong"},
		"ended":          {func(c *stralfors.Config) { c.Now = func() time.Time { return after } }, "ended on"},
		"not yet valid":  {func(c *stralfors.Config) { c.Now = func() time.Time { return before } }, "not valid before"},
		"no certificate": {func(c *stralfors.Config) { c.Certificate.Certificate = [][]byte{[]byte("Ærø")} }, "cannot be read"},
		"ended, HTTPClient": {func(c *stralfors.Config) {
			c.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{srv.client}}}}
			c.Now = func() time.Time { return after }
		}, "HTTPClient: "},
	} {
		cfg := srv.config()
		c.change(&cfg)
		_, err := stralfors.New(cfg)
		require.ErrorIs(t, err, eboks.ErrConfigInvalid, name)
		require.ErrorContains(t, err, c.says, name)
	}
}

func fingerprint(c tls.Certificate) string { return fmt.Sprintf("%x", sha256.Sum256(c.Certificate[0])) }

// A certificate is exchanged while letters go; a bad one changes nothing.
func TestSetCertificate(t *testing.T) {
	srv := newServer(t)
	old := srv.ca.issue(t, "gammel")
	s := srv.sender(t, func(c *stralfors.Config) { c.Certificate = old })
	require.Equal(t, fingerprint(old), s.Capabilities().Certificate)
	ends := s.Capabilities().CertificateExpires.AddDate(-1, 0, 0)
	_, err := send(t, s, letter())
	require.Nil(t, err)
	require.Equal(t, "gammel", srv.last(t).who)

	bad := srv.ca.issue(t, "forkert")
	bad.PrivateKey = srv.client.PrivateKey
	failed := s.SetCertificate(bad)
	require.ErrorIs(t, failed, eboks.ErrConfigInvalid)
	require.ErrorContains(t, failed, "eboks: set certificate (stralfors): ConfigInvalid: ")
	_, err = send(t, s, letter())
	require.Nil(t, err)
	require.Equal(t, "gammel", srv.last(t).who)

	require.Equal(t, fingerprint(old), s.Capabilities().Certificate)

	renewed := srv.ca.issue(t, "ny på Ærø", func(c *x509.Certificate) { c.NotAfter = ends })
	require.NoError(t, s.SetCertificate(renewed))
	require.Equal(t, fingerprint(renewed), s.Capabilities().Certificate)
	_, err = send(t, s, letter())
	require.Nil(t, err)
	require.Equal(t, "ny på Ærø", srv.last(t).who)
	require.Equal(t, ends, s.Capabilities().CertificateExpires)

	own := srv.sender(t, func(c *stralfors.Config) { c.HTTPClient, c.Certificate = srv.Client(), tls.Certificate{} })
	require.ErrorContains(t, own.SetCertificate(srv.client), "Config.HTTPClient")
}

// A server that knows no 100-continue, or asks for the certificate late.
func TestSettingsForOddServers(t *testing.T) {
	srv := newServer(t)
	var version uint16
	srv.does(func(w http.ResponseWriter, r *http.Request, _ []byte) {
		version = r.TLS.Version
		w.WriteHeader(http.StatusNoContent)
	})
	_, err := send(t, srv.sender(t), letter())
	require.Nil(t, err)
	require.Equal(t, "100-continue", srv.last(t).header.Get("Expect"))
	require.EqualValues(t, tls.VersionTLS13, version)

	_, err = send(t, srv.sender(t, func(c *stralfors.Config) { c.Wire.NoContinue, c.Wire.TLS12 = true, true }), letter())
	require.Nil(t, err)
	require.Empty(t, srv.last(t).header.Get("Expect"))
	require.EqualValues(t, tls.VersionTLS12, version)
}
