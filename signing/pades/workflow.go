package pades

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// maxSigners is how many signatures, and how many documents, a workflow token may have.
const maxSigners = 256

// numbered returns the claims prefix+"1", prefix+"2" and so on: JSON texts inside the JSON. False
// if there are not as many as the claim count says.
func (t *token) numbered(prefix, count string) ([]string, bool) {
	n, err := strconv.Atoi(t.claims[count])
	if err != nil || n < 0 || n > maxSigners {
		return nil, false
	}
	there := 0
	for name := range t.claims {
		if rest, found := strings.CutPrefix(name, prefix); found && strings.Trim(rest, "0123456789") == "" {
			there++
		}
	}
	var all []string
	for i := range n {
		text, ok := t.claims[prefix+strconv.Itoa(i+1)]
		if !ok {
			return nil, false
		}
		all = append(all, text)
	}
	return all, there == n
}

// workflowDigests returns the SHA-256 of documents, in lower case. False if one cannot be read, or
// if two have one title.
func workflowDigests(documents []string) ([]string, bool) {
	var all []string
	titles := map[string]bool{}
	for _, text := range documents {
		var d struct {
			Title  string `json:"title"`
			Digest string `json:"sha256Hex"`
		}
		if strictjson.Unmarshal([]byte(text), &d) != nil || titles[d.Title] {
			return nil, false
		}
		titles[d.Title] = true
		if raw, err := hex.DecodeString(d.Digest); err != nil || len(raw) != sha256.Size {
			return nil, false
		}
		all = append(all, strings.ToLower(d.Digest))
	}
	return all, true
}

// workflowPerson reads one signature of a workflow token.
func workflowPerson(t *token, text string) (p Person, simulated, ok bool) {
	p = Person{Issuer: t.claims["iss"], Audience: t.audience(), Order: t.claims["workflow_id"]}
	created, said := "", map[string]string{}
	err := strictjson.Members([]byte(text), func(name string, v *strictjson.Value) (err error) {
		switch name {
		case "Created":
			created, _, err = v.Text()
		case "Id":
			p.Signatory, _, err = v.Text()
		case "UserClaims":
			return v.Members(func(name string, v *strictjson.Value) (err error) {
				if v.Kind() != strictjson.Null {
					said[name], _, err = v.Text()
				}
				return err
			})
		}
		return err
	})
	if err != nil || len(said) == 0 {
		return Person{}, false, false
	}
	if p.LoginAt, err = time.Parse(time.RFC3339, created); err != nil {
		return Person{}, false, false
	}
	p.LoginAt = p.LoginAt.UTC()
	p.Name, p.Scheme, p.Subject = cmp.Or(said["mitid.identity_name"], said["nemlogin.name"]), said["idp"], said["sub"]
	p.UUID, _ = claims.ParseUUID(said["idp_identity_id"])
	p.CVR, _ = claims.ParseCVR(said["nemlogin.cvr"])
	p.BirthDate, _ = time.Parse(time.DateOnly, cmp.Or(said["mitid.date_of_birth"], said["nemlogin.date_of_birth"]))
	p.Level, _ = claims.ParseLevel(said["loa"])
	mark, there := said["simulated"]
	return p, there && mark != "false", true
}
