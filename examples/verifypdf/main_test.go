package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/fakepdf"
)

// The test binary is the command too.
const asCommand = "DKEID_TEST_VERIFYPDF"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

var signedAt = time.Date(2031, 3, 14, 12, 0, 0, 0, time.UTC)

// verifypdf runs the command. at is an hour after everything was signed.
func verifypdf(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-at", "2031-03-14T14:00:00+01:00"}, args...)...)
	c.Env = append(os.Environ(), asCommand+"=1")
	var o, e bytes.Buffer
	c.Stdout, c.Stderr = &o, &e
	if err := c.Run(); err != nil {
		_, ran := errors.AsType[*exec.ExitError](err)
		require.True(t, ran, "%v", err)
	}
	return c.ProcessState.ExitCode(), o.String(), e.String()
}

type kit struct {
	*fakepdf.Authority
	dir string
}

func newKit(t *testing.T) *kit {
	t.Helper()
	a, err := fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return signedAt }})
	require.NoError(t, err)
	return &kit{a, t.TempDir()}
}

func (k *kit) file(t *testing.T, name string, content []byte) string {
	t.Helper()
	name = filepath.Join(k.dir, name)
	require.NoError(t, os.WriteFile(name, content, 0o600))
	return name
}

func (k *kit) signed(t *testing.T, pdf []byte, s fakepdf.Signature) []byte {
	t.Helper()
	s.At = signedAt
	out, err := k.Sign(pdf, s)
	require.NoError(t, err)
	return out
}

func contract() []byte { return fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt på Ærø"}}) }

func TestStatuses(t *testing.T) {
	k := newKit(t)
	genuine := k.signed(t, contract(), fakepdf.Signature{Name: "Åse Sørensen"})
	forged, err := k.Forge("page-replaced", genuine)
	require.NoError(t, err)
	rubbish := make([]byte, 10<<20)
	_, _ = rand.NewChaCha8([32]byte{}).Read(rubbish) // never fails, and is always the same
	roots, pdf, bad := k.file(t, "roots.pem", k.RootPEM()), k.file(t, "æ.pdf", genuine), k.file(t, "forged.pdf", forged)
	original, other := k.file(t, "original.pdf", contract()), k.file(t, "other.pdf", fakepdf.New())
	noise := k.file(t, "rubbish", rubbish)
	cert := sha256.Sum256(k.SealCertificate().Raw)
	pin := hex.EncodeToString(cert[:])
	for title, c := range map[string]struct {
		args []string
		want int
	}{
		"genuine":                     {[]string{"-roots", roots, pdf}, exitPassed},
		"roots twice":                 {[]string{"-roots", roots, "-roots", roots, pdf}, exitPassed},
		"pinned":                      {[]string{"-pin", pin, pdf}, exitPassed},
		"the original":                {[]string{"-roots", roots, "-original", original, pdf}, exitPassed},
		"changed":                     {[]string{"-roots", roots, bad}, exitFailed},
		"another original":            {[]string{"-roots", roots, "-original", other, pdf}, exitFailed},
		"nobody signed":               {[]string{"-roots", roots, original}, exitFailed},
		"no roots":                    {[]string{pdf}, exitIndeterminate},
		"no evidence, Criipto":        {[]string{"-policy", "criipto", "-roots", roots, pdf}, exitIndeterminate},
		"no evidence, Nets":           {[]string{"-policy", "nets", "-roots", roots, pdf}, exitIndeterminate},
		"another signer":              {[]string{"-roots", roots, "-signer", "CN=Æ", pdf}, exitIndeterminate},
		"10 MB of rubbish":            {[]string{"-roots", roots, noise}, exitUnreadable},
		"a directory":                 {[]string{"-roots", roots, k.dir}, exitUnreadable},
		"a missing file":              {[]string{"-roots", roots, pdf + "x"}, exitUnreadable},
		"roots without a certificate": {[]string{"-roots", pdf, pdf}, exitUnreadable},
		"missing roots":               {[]string{"-roots", roots + "x", pdf}, exitUnreadable},
		"a missing original":          {[]string{"-original", pdf + "x", pdf}, exitUnreadable},
		"a pin that is none":          {[]string{"-pin", pin[1:], pdf}, exitUnreadable},
		"a time that is none":         {[]string{"-at", "2031-03-14", pdf}, exitUnreadable},
		"an unknown policy":           {[]string{"-policy", "æ", pdf}, exitUnreadable},
		"an unknown language":         {[]string{"-lang", "sv", pdf}, exitUnreadable},
		"an unknown flag":             {[]string{"-æ", pdf}, exitUnreadable},
		"help":                        {[]string{"-h"}, exitUnreadable},
		"no file":                     {nil, exitUnreadable},
		"two files":                   {[]string{pdf, pdf}, exitUnreadable},
	} {
		for _, format := range []string{"text", "JSON"} {
			t.Run(title+"/"+format, func(t *testing.T) {
				args := c.args
				if format == "JSON" {
					args = append([]string{"-json"}, args...)
				}
				status, out, errs := verifypdf(t, args...)
				assert.Equal(t, c.want, status, "%s%s", out, errs)
				if c.want == exitUnreadable {
					assert.Empty(t, out)
					assert.NotEmpty(t, errs)
					assert.NotContains(t, errs, "Lejekontrakt")
					return
				}
				assert.NotEmpty(t, out)
				assert.Empty(t, errs)
				assert.Equal(t, format == "JSON", json.Valid([]byte(out)))
			})
		}
	}
}

// The members that other test suites read.
func TestJSON(t *testing.T) {
	k := newKit(t)
	pdf := k.signed(t, k.signed(t, contract(), fakepdf.Signature{Name: "Åse Sørensen", Field: "Underskrift ø"}), fakepdf.Signature{Name: "Bo Ærlig"})
	forged, err := k.Forge("page-replaced", pdf)
	require.NoError(t, err)
	roots := k.file(t, "roots.pem", k.RootPEM())
	status, out, _ := verifypdf(t, "-json", "-roots", roots, k.file(t, "æ.pdf", forged))
	assert.Equal(t, exitFailed, status)
	var got struct {
		Verdict    string
		Reasons    []string
		Revisions  int
		Signatures []map[string]any
		Changes    []map[string]any
		Discloses  []string
	}
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	assert.Equal(t, "failed", got.Verdict)
	assert.Equal(t, []string{"modified"}, got.Reasons)
	assert.Equal(t, 6, got.Revisions)
	assert.Equal(t, []string{"name"}, got.Discloses)
	require.Len(t, got.Signatures, 2)
	assert.Equal(t, map[string]any{
		"field": "Underskrift ø", "verdict": "failed", "reasons": []any{"modified"}, "notes": []any{"updated-since"}, "covers": "revision",
		"time": "2031-03-14T12:00:00Z", "time_from": "timestamp", "signer": k.SealCertificate().Subject.String(), "person": nil, "persons": []any{},
	}, got.Signatures[0])
	last := got.Changes[len(got.Changes)-1]
	assert.Equal(t, 6.0, last["revision"])
	assert.Equal(t, 1.0, last["page"])
	assert.Equal(t, "content-changed", last["kind"])
	assert.Equal(t, false, last["allowed"])
	assert.Contains(t, last, "object")
}

// What is not known is null, and no list is.
func TestJSONOfWhatIsNotKnown(t *testing.T) {
	k := newKit(t)
	status, out, _ := verifypdf(t, "-json", k.file(t, "æ.pdf", contract()))
	assert.Equal(t, exitFailed, status)
	assert.JSONEq(t, `{"verdict":"failed","reasons":["no-signature"],"notes":[],"revisions":1,"signatures":[],"timestamps":[],"changes":[],"discloses":[]}`, out)

	forged, err := k.Forge("byte-range-missing", k.signed(t, contract(), fakepdf.Signature{}))
	require.NoError(t, err)
	status, out, _ = verifypdf(t, "-json", k.file(t, "forged.pdf", forged))
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, out, `"covers":null,"time":null,"time_from":null`)
}

// A CPR number is disclosed by the file, and not by the command.
func TestNoNumberIsPrinted(t *testing.T) {
	k := newKit(t)
	digits := cprtest.Number(11).Reveal()
	number := digits[:6] + "-" + digits[6:]
	contact, err := json.Marshal(map[string]any{
		"meta": `{"signatureOrderId":"` + number + `","signatoryId":"` + digits + `","environment":"PRODUCTION"}`,
		"type": "criipto.signature.drawable.v1", "value": map[string]string{"name": "Åse " + number},
	})
	require.NoError(t, err)
	pdf := k.signed(t, contract(), fakepdf.Signature{Name: number, Reason: digits, Field: "Felt " + number, ContactInfo: string(contact)})
	roots, file := k.file(t, "roots.pem", k.RootPEM()), k.file(t, "æ.pdf", pdf)
	for _, args := range [][]string{{"-json"}, {"-lang", "da"}, {"-lang", "en"}} {
		status, out, errs := verifypdf(t, append(args, "-policy", "criipto", "-roots", roots, file)...)
		assert.Equal(t, exitPassed, status, "%s", errs)
		assert.Contains(t, out, "Åse")
		assert.NotContains(t, out+errs, number)
		assert.NotContains(t, out+errs, digits)
	}
}
