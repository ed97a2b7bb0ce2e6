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
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

func TestMisbehavioursTakeWhatTheySay(t *testing.T) {
	for _, m := range ebokstest.Misbehaviours() {
		assert.NotEmpty(t, m.Doc)
		if m.Name == "slow-answer" {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
				l := rawpost.To(rawpost.Someone(9000))
				require.NoError(t, s.Fake.Next(m.Name))
				status, body, err := s.Do(http.MethodPut, s.Path(l.ID), l.Write(s.Fake.Name()))
				want := 0
				if m.Taken {
					want = 1
				}
				assert.Equal(t, want, s.Fake.Count(l.ID), "%d %s %v", status, body, err)
				status, _ = s.Send(l)
				assert.Equal(t, m.Taken, status == http.StatusConflict, "the way is good again")
				s.Fake.Advance(time.Hour)
				assert.Equal(t, 1, s.Fake.Delivered(l.ID))
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
	each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
		poison, good := rawpost.To(rawpost.Someone(9000)), rawpost.To(rawpost.Someone(9001))
		require.NoError(t, s.Fake.For(poison.ID, "500"))
		for range 3 {
			status, _ := s.Send(poison)
			assert.Equal(t, http.StatusInternalServerError, status)
		}
		status, _ := s.Send(good)
		assert.True(t, rawpost.IsTaken(status), "the others pass")
		require.NoError(t, s.Fake.For(poison.ID, ""))
		status, _ = s.Send(poison)
		assert.True(t, rawpost.IsTaken(status))
		assert.Equal(t, 4, s.Fake.Offered(poison.ID))
	})
}

func TestScripts(t *testing.T) {
	s := rawpost.Dial(t, stralforstest.New(t))
	require.NoError(t, s.Fake.Next("500", "", "502"))
	require.NoError(t, s.Fake.Always("504"))
	var got []int
	for range 5 {
		status, _ := s.Send(rawpost.To(rawpost.Someone(9000)))
		got = append(got, status)
	}
	assert.Equal(t, []int{500, 204, 502, 504, 504}, got)
	s.Fake.Behave()
	status, _ := s.Send(rawpost.To(rawpost.Someone(9000)))
	assert.Equal(t, 204, status)

	free, err := postnordtest.Start(ebokstest.Config{})
	require.NoError(t, err)
	defer func() { require.NoError(t, free.Close()) }()
	assert.EqualError(t, free.Next("drop-anwser"), `ebokstest: no misbehaviour "drop-anwser"; did you mean "dropped-answer"?`)
	assert.Error(t, free.Always("no such thing"))
	assert.Error(t, free.For(eboks.NewID(), "refused-connection"))
}

func TestCertificateIsDemanded(t *testing.T) {
	fake, other := stralforstest.New(t), stralforstest.New(t)
	for name, certs := range map[string][]tls.Certificate{"none": nil, "another authority's": {other.Certificate()}} {
		s := rawpost.Dial(t, fake)
		s.Transport.TLSClientConfig.Certificates = certs
		_, _, err := s.Do(http.MethodGet, "/afsendersystem/4711/forsendelsestyper", "")
		assert.Error(t, err, name)
	}
	assert.Empty(t, fake.Requests())
	pair, err := tls.X509KeyPair(fake.CertPEM(), fake.KeyPEM())
	require.NoError(t, err)
	s := rawpost.Dial(t, fake)
	s.Transport.TLSClientConfig.Certificates = []tls.Certificate{pair}
	status, body := s.Must(http.MethodGet, "/afsendersystem/4711/forsendelsestyper", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, "<ForsendelseTypeIdentifikator>1001<")
	assert.Contains(t, string(fake.CA()), "BEGIN CERTIFICATE")
	fake.Configure(func(s *stralforstest.Settings) { s.RefuseCertificate = true })
	_, _, err = s.Do(http.MethodGet, "/afsendersystem/4711/forsendelsestyper", "")
	assert.Error(t, err, "not any more")
}

func TestRequestsTellNothingPersonal(t *testing.T) {
	s := rawpost.Dial(t, postnordtest.New(t))
	number := cprtest.Number(9000).Reveal()
	status, body := s.Must(http.MethodGet, "/oio/rest/srv.svc/1/afsendersystem/4711/tilmeldinger/1001?cpr="+number, "")
	require.Equal(t, 200, status)
	assert.Contains(t, body, "<Tilmeldt>true</Tilmeldt>")
	s.Must(http.MethodGet, "/"+number+"?navn=Åse&cpr="+number+"&antal="+number, "")
	l := rawpost.To(rawpost.Someone(9000))
	s.Send(l)
	all := s.Fake.Requests()
	require.Len(t, all, 3)
	assert.Equal(t, "cpr=**********", all[0].Query)
	assert.True(t, all[0].Personal)
	assert.Equal(t, "/oio/rest/srv.svc/1/afsendersystem/{system}/tilmeldinger/{material}", all[0].Template)
	assert.Empty(t, all[1].Template)
	assert.Equal(t, 404, all[1].Status)
	assert.Equal(t, l.ID, all[2].Letter)
	assert.False(t, all[2].Personal)
	assert.Equal(t, 200, all[2].Status)
	for _, q := range all {
		q.Header = nil
		assert.NotContains(t, q.Query, "Åse")
		assert.NotContains(t, strings.Join([]string{q.Method, q.Template, q.Query, q.String()}, " "), number)
	}
}

func TestKindsOfCodes(t *testing.T) {
	for code, c := range ebokstest.Codes() {
		assert.Len(t, code, 4)
		assert.True(t, slices.Contains(eboks.Kinds(), c.Kind))
		assert.Equal(t, c.Kind == eboks.RecipientUnreachable, c.Reachability != eboks.ReachabilityUnknown, code)
	}
}
