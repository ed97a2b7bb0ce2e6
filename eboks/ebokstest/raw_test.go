package ebokstest_test

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// sender speaks to a fake with bare HTTP.
type sender struct {
	testing.TB
	fake   *ebokstest.Distributor
	client *http.Client
}

func dial(tb testing.TB, fake *ebokstest.Distributor) *sender {
	tb.Helper()
	t := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: fake.Roots(), Certificates: []tls.Certificate{fake.Certificate()}},
		DisableKeepAlives: true,
	}
	return &sender{tb, fake, &http.Client{Transport: t, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// do makes a request and returns status and body.
func (s *sender) do(method, path, body string) (int, string, error) {
	s.Helper()
	var from io.Reader
	if body != "" {
		from = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(s.Context(), method, s.fake.URL()+path, from)
	require.NoError(s, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/xml; charset=utf-8")
	}
	res, err := s.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 2<<20))
	return res.StatusCode, string(b), err
}

// must is do where an answer is expected.
func (s *sender) must(method, path, body string) (int, string) {
	s.Helper()
	status, text, err := s.do(method, path, body)
	require.NoError(s, err)
	return status, text
}

// send sends a letter in the fake's dialect.
func (s *sender) send(l draft) (int, string) {
	s.Helper()
	return s.must(http.MethodPut, s.path(l.id), l.write(s.fake.Dialect()))
}

func (s *sender) path(id eboks.ID) string {
	if s.fake.Dialect() == ebokstest.PostNord {
		return "/int/rest/srv.svc/3/dispatchsystem/" + s.fake.System() + "/dispatches/004711" + s.fake.ClientID() + hex.EncodeToString(id[:])
	}
	return "/afsendersystem/" + s.fake.System() + "/forsendelser/" + id.String()
}

// draft is a letter as a test writes it.
type draft struct {
	id        eboks.ID
	to        eboks.Recipient
	title     string
	material  string
	pdf       string
	channel   string // KanalKode; "": left out
	notBefore time.Time
	address   bool
}

const pdf = "%PDF-1.7\nkanariefugl æøå\n%%EOF\n"

func letterTo(r eboks.Recipient) draft {
	return draft{id: eboks.NewID(), to: r, title: "Afgørelse om æblegrød på Ærø", material: "1001", pdf: pdf, channel: "Digital Post"}
}

// someone is the i-th fictitious person.
func someone(i int) eboks.Recipient { return eboks.Person(cprtest.Number(i)) }

// company is a fictitious one.
func company() eboks.Recipient { return eboks.Company(claims.MustParseCVR("12345674")) }

func (l draft) write(d ebokstest.Dialect) string {
	data := base64.StdEncoding.EncodeToString([]byte(l.pdf))
	if d == ebokstest.PostNord {
		id, kind := l.to.CPR().Reveal(), "P"
		if id == "" {
			id, kind = l.to.CVR().String(), "V"
		}
		return `<?xml version="1.0" encoding="UTF-8"?><Dispatch xmlns="urn:eboks:en:3.0.0"><DispatchRecipient><Id>` + id + `</Id><Type>` + kind +
			`</Type><Nationality>DK</Nationality></DispatchRecipient><ContentTypeId>` + l.material + `</ContentTypeId><Title>` + l.title +
			`</Title><Content><Data>` + data + `</Data><FileExtension>pdf</FileExtension></Content></Dispatch>`
	}
	return `<?xml version="1.0" encoding="UTF-8"?>` + l.shipment(data)
}

func (l draft) shipment(data string) string {
	to := "<CPRnummerIdentifikator>" + l.to.CPR().Reveal() + "</CPRnummerIdentifikator>"
	if !l.to.CVR().IsZero() {
		to = "<CVRnummerIdentifikator>" + l.to.CVR().String() + "</CVRnummerIdentifikator>"
	}
	if l.to.IsZero() {
		to = "<CPRnummerIdentifikator>0000000000</CPRnummerIdentifikator>"
	}
	channel, digital, address := "", "", ""
	if l.channel != "" {
		channel = "<KanalKode>" + l.channel + "</KanalKode>"
	}
	if !l.notBefore.IsZero() {
		digital = "<DigitalPostParametre><dkal:AfsendelseDatoTid>" + l.notBefore.UTC().Format(time.RFC3339) +
			"</dkal:AfsendelseDatoTid><MedsendDokumentRegistreringIndikator>false</MedsendDokumentRegistreringIndikator></DigitalPostParametre>"
	}
	if l.address {
		address = `<ModtagerAdresse xmlns:i="http://rep.oio.dk/itst.dk/xml/schemas/2006/01/17/" xmlns:a="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/" xmlns:c="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/">` +
			`<i:PersonName>Åse Ærlig Østergård</i:PersonName><a:StreetName>Ærøvej</a:StreetName><c:StreetBuildingIdentifier>12B</c:StreetBuildingIdentifier>` +
			`<a:PostCodeIdentifier>5970</a:PostCodeIdentifier><c:CountryIdentificationCode scheme="iso3166-alpha2">DK</c:CountryIdentificationCode></ModtagerAdresse>`
	}
	return `<ForsendelseI xmlns="urn:oio:fjernprint:3.0.0" xmlns:dkal="urn:oio:dkal:1.0.0" xmlns:sd="urn:oio:sagdok:3.0.0">` +
		`<AfsendelseIdentifikator>` + l.id.String() + `</AfsendelseIdentifikator><ForsendelseTypeIdentifikator>` + l.material + `</ForsendelseTypeIdentifikator>` +
		`<ForsendelseModtager><dkal:AfsendelseModtager>` + to + `</dkal:AfsendelseModtager>` + address + `</ForsendelseModtager>` +
		`<dkal:FilformatNavn>PDF</dkal:FilformatNavn><dkal:MeddelelseIndholdData>` + data + `</dkal:MeddelelseIndholdData>` +
		`<DokumentParametre><sd:TitelTekst>` + l.title + `</sd:TitelTekst></DokumentParametre>` +
		`<KanalUafhaengigeParametreI><BrugerNavn>Prøve</BrugerNavn>` + channel + `</KanalUafhaengigeParametreI>` + digital + `</ForsendelseI>`
}

// each runs a test for both dialects.
func each(t *testing.T, cfg ebokstest.Config, test func(t *testing.T, s *sender)) {
	t.Helper()
	for _, d := range ebokstest.Dialects() {
		t.Run(d.String(), func(t *testing.T) { test(t, dial(t, ebokstest.New(t, d, cfg))) })
	}
}

// isTaken reports a status that accepts.
func isTaken(status int) bool { return status == http.StatusOK || status == http.StatusNoContent }
