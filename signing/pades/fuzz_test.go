package pades_test

import (
	"errors"
	"testing"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

// FuzzVerify looks for files that crash the verifier, that pass although they are none of the genuine
// ones, or that it cannot tell the state of. The corpus is made at the start: keys are fresh, so a file that
// is kept fails by its seal, and still must not crash.
func FuzzVerify(f *testing.F) {
	a := newAuthority(f)
	p := generic(a)
	p.BER, p.FormFilling = true, true
	genuine := map[string]bool{}
	for kind, pdf := range kinds(f, a) {
		genuine[string(pdf)] = true
		f.Add(pdf)
		if kind != "one" && kind != "streamed" {
			continue
		}
		for _, forgery := range fakepdf.Forgeries() {
			if forged, err := a.Forge(forgery.Name, pdf); err == nil && len(forged) < 1<<20 {
				f.Add(forged)
			}
		}
	}
	f.Fuzz(func(t *testing.T, pdf []byte) {
		r, err := pades.Verify(t.Context(), pdf, p)
		switch {
		case err != nil && !errors.Is(err, pades.ErrUnreadable):
			t.Fatal(err)
		case err != nil:
			return
		case (r.Verdict == pades.Passed) != (len(r.Reasons) == 0):
			t.Fatalf("%v, because of %v", r.Verdict, r.Reasons)
		case r.Verdict == pades.Passed && len(r.Signatures) == 0:
			t.Fatal("nobody signed what passed")
		}
		for _, c := range r.Changes {
			if !c.Allowed && r.Verdict == pades.Passed {
				t.Fatal("a change that is not allowed, in a file that passed")
			}
		}
		_ = r.Text(pades.Danish)
	})
}
