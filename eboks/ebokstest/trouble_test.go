package ebokstest_test

import (
	"crypto/tls"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

func TestMisbehavioursTakeWhatTheySay(t *testing.T) {
	for _, m := range ebokstest.Misbehaviours() {
		assert.NotEmpty(t, m.Doc)
		if m.Batch || m.Name == "slow-answer" {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			each(t, ebokstest.Config{}, func(t *testing.T, s *sender) {
				l := letterTo(someone(9000))
				require.NoError(t, s.fake.Next(m.Name))
				status, body, err := s.do(http.MethodPut, s.path(l.id), l.write(s.fake.Dialect()))
				want := 0
				if m.Taken {
					want = 1
				}
				assert.Equal(t, want, s.fake.Count(l.id), "%d %s %v", status, body, err)
				status, _ = s.send(l)
				assert.Equal(t, m.Taken, status == http.StatusConflict, "the way is good again")
				s.fake.Advance(time.Hour)
				assert.Equal(t, 1, s.fake.Delivered(l.id))
			})
		})
	}
	names := map[string]bool{}
	for _, m := range ebokstest.Misbehaviours() {
		assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, m.Name)
		assert.False(t, names[m.Name], "%s twice", m.Name)
		names[m.Name] = true
	}
}

func TestPoisonLetter(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *sender) {
		poison, good := letterTo(someone(9000)), letterTo(someone(9001))
		require.NoError(t, s.fake.For(poison.id, "500"))
		for range 3 {
			status, _ := s.send(poison)
			assert.Equal(t, http.StatusInternalServerError, status)
		}
		status, _ := s.send(good)
		assert.True(t, isTaken(status), "the others pass")
		require.NoError(t, s.fake.For(poison.id, ""))
		status, _ = s.send(poison)
		assert.True(t, isTaken(status))
		assert.Equal(t, 4, s.fake.Offered(poison.id))
	})
}

func TestScripts(t *testing.T) {
	s := dial(t, ebokstest.NewStralfors(t))
	require.NoError(t, s.fake.Next("500", "", "502"))
	require.NoError(t, s.fake.Always("504"))
	var got []int
	for range 5 {
		status, _ := s.send(letterTo(someone(9000)))
		got = append(got, status)
	}
	assert.Equal(t, []int{500, 204, 502, 504, 504}, got)
	s.fake.Behave()
	status, _ := s.send(letterTo(someone(9000)))
	assert.Equal(t, 204, status)

	free, err := ebokstest.Start(ebokstest.PostNord, ebokstest.Config{})
	require.NoError(t, err)
	defer func() { require.NoError(t, free.Close()) }()
	assert.EqualError(t, free.Next("drop-anwser"), `ebokstest: no misbehaviour "drop-anwser"; did you mean "dropped-answer"?`)
	assert.Error(t, free.Always("no such thing"))
	assert.Error(t, free.For(eboks.NewID(), "refused-connection"))
}

func TestCertificateIsDemanded(t *testing.T) {
	fake, other := ebokstest.NewStralfors(t), ebokstest.NewStralfors(t)
	for name, certs := range map[string][]tls.Certificate{"none": nil, "another authority's": {other.Certificate()}} {
		s := dial(t, fake)
		s.client.Transport.(*http.Transport).TLSClientConfig.Certificates = certs
		_, _, err := s.do(http.MethodGet, "/afsendersystem/4711/forsendelsestyper", "")
		assert.Error(t, err, name)
	}
	assert.Empty(t, fake.Requests())
	pair, err := tls.X509KeyPair(fake.CertPEM(), fake.KeyPEM())
	require.NoError(t, err)
	s := dial(t, fake)
	s.client.Transport.(*http.Transport).TLSClientConfig.Certificates = []tls.Certificate{pair}
	status, body := s.must(http.MethodGet, "/afsendersystem/4711/forsendelsestyper", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, "<ForsendelseTypeIdentifikator>1001<")
	assert.Contains(t, string(fake.CA()), "BEGIN CERTIFICATE")
	fake.Configure(func(s *ebokstest.Settings) { s.RefuseCertificate = true })
	_, _, err = s.do(http.MethodGet, "/afsendersystem/4711/forsendelsestyper", "")
	assert.Error(t, err, "not any more")
}

func TestRequestsTellNothingPersonal(t *testing.T) {
	s := dial(t, ebokstest.NewPostNord(t))
	number := cprtest.Number(9000).Reveal()
	status, body := s.must(http.MethodGet, "/oio/rest/srv.svc/1/afsendersystem/4711/tilmeldinger/1001?cpr="+number, "")
	require.Equal(t, 200, status)
	assert.Contains(t, body, "<Tilmeldt>true</Tilmeldt>")
	s.must(http.MethodGet, "/"+number+"?navn=Åse&cpr="+number+"&antal="+number, "")
	l := letterTo(someone(9000))
	s.send(l)
	all := s.fake.Requests()
	require.Len(t, all, 3)
	assert.Equal(t, "cpr=**********", all[0].Query)
	assert.True(t, all[0].Personal)
	assert.Equal(t, "/oio/rest/srv.svc/1/afsendersystem/{system}/tilmeldinger/{material}", all[0].Template)
	assert.Empty(t, all[1].Template)
	assert.Equal(t, 404, all[1].Status)
	assert.Equal(t, l.id, all[2].Letter)
	assert.False(t, all[2].Personal)
	assert.Equal(t, 200, all[2].Status)
	for _, q := range all {
		q.Header = nil
		assert.NotContains(t, q.Query, "Åse")
		assert.NotContains(t, strings.Join([]string{q.Method, q.Template, q.Query, q.String()}, " "), number)
	}
}

func TestBatchAnswers(t *testing.T) {
	s := dial(t, ebokstest.New(t, ebokstest.Stralfors, ebokstest.Config{Settings: ebokstest.Settings{AnyRecipient: true}}))
	batch := func(ls ...draft) string {
		out := `<ForsendelseISamling xmlns="urn:oio:fjernprint:3.0.0">`
		for _, l := range ls {
			_, body, _ := strings.Cut(l.write(ebokstest.Stralfors), "?>")
			out += body
		}
		_, answer := s.must(http.MethodPost, "/afsendersystem/4711/forsendelser", out+"</ForsendelseISamling>")
		return answer
	}
	a, b := letterTo(someone(1)), letterTo(someone(2))
	b.material = "77"
	answer := batch(a, b, a)
	assert.Equal(t, 3, strings.Count(answer, "<ForsendelseO>"))
	assert.Equal(t, 1, strings.Count(answer, ebokstest.CodeUnknownType))
	assert.Equal(t, 1, strings.Count(answer, ebokstest.CodeRepeated))
	for name, want := range map[string][2]int{"batch-missing-item": {1, 0}, "batch-extra-item": {3, 1}, "batch-item-twice": {3, 2}, "batch-reversed": {2, 1}} {
		a, c := letterTo(someone(4)), letterTo(someone(5))
		require.NoError(t, s.fake.Next(name))
		answer := batch(a, c)
		assert.Equal(t, want[0], strings.Count(answer, "<ForsendelseO>"), name)
		assert.Equal(t, want[1], strings.Count(answer, a.id.String()), name)
		assert.Equal(t, 1, s.fake.Count(a.id))
	}
}

func TestKindsOfCodes(t *testing.T) {
	for code, c := range ebokstest.Codes() {
		assert.Len(t, code, 4)
		assert.True(t, slices.Contains(eboks.Kinds(), c.Kind))
		assert.Equal(t, c.Kind == eboks.RecipientUnreachable, c.Reachability != eboks.ReachabilityUnknown, code)
	}
}
