package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/mitid/nemlogin"
)

// fakes is the line that command fakes prints: where its fakes are and how they know us.
type fakes struct {
	CA         string                    `json:"ca"`
	Criipto    fakeApplication           `json:"criipto"`
	NEB        fakeApplication           `json:"neb"`
	EIdent     fakeApplication           `json:"eident"`
	Stralfors  fakeDistributor           `json:"stralfors"`
	PostNord   fakeDistributor           `json:"postnord"`
	Signatures fakeSignatures            `json:"signatures"`
	NemLogin   struct{ Metadata string } `json:"nemlogin"`
}

type fakeApplication struct {
	Issuer       string `json:"issuer"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

type fakeDistributor struct {
	URL        string `json:"url"`
	ClientCert string `json:"client_cert"`
	ClientKey  string `json:"client_key"`
	CA         string `json:"ca"`
	System     string `json:"system"`
	ClientID   string `json:"client_id"`
	Material   string `json:"material"`
	Page       string `json:"page"`
}

type fakeSignatures struct {
	URL          string `json:"url"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Issuer       string `json:"issuer"`
	Audience     string `json:"audience"`
}

// maxFakesLine bounds that line, in bytes.
const maxFakesLine = 64 << 10

// useFakes makes flags of the line of -fakes, so that the app knows the fakes of another
// program as it knows real services.
func (o *options) useFakes(f *flag.FlagSet) error {
	var beside error
	f.Visit(func(given *flag.Flag) {
		if ofRealServices(given.Name) {
			beside = fmt.Errorf("-fakes says where everything is: leave -%s out", given.Name)
		}
	})
	if beside != nil {
		return beside
	}
	at, err := readFakes(o.Fakes)
	if err != nil {
		return err
	}
	broker := at.Criipto
	switch o.Broker {
	case "neb":
		broker = at.NEB
	case "eident":
		broker = at.EIdent
	case "eident-saml":
		return errors.New("-fakes has no eident-saml; without -fakes this program brings one")
	}
	o.CA = at.CA
	if o.Broker == "nemlogin" {
		o.fakeMetadata = at.NemLogin.Metadata
	} else {
		o.Issuer, o.ClientID, o.ClientSecret = broker.Issuer, broker.ClientID, broker.ClientSecret
	}
	post := at.Stralfors
	if o.Distributor == "postnord" {
		post = at.PostNord
		o.PostStatus = post.URL + "/rest/messages/{client}/?message_id={message}"
	}
	o.PostURL, o.PostCert, o.PostKey, o.PostCA = post.URL, post.ClientCert, post.ClientKey, post.CA
	o.PostSystem, o.PostClient, o.PostMaterial, o.mailboxes = post.System, post.ClientID, post.Material, post.Page
	s := at.Signatures
	o.SignURL, o.SignClient, o.SignSecret, o.SignIssuer, o.SignAudience = s.URL, s.ClientID, s.ClientSecret, s.Issuer, s.Audience
	o.SignCA, o.SignTest = at.CA, true
	return nil
}

// ofRealServices reports whether a flag is about a broker, distributor or signing service
// that is no fake.
func ofRealServices(name string) bool {
	switch name {
	case "issuer", "client-id", "client-secret", "ca", "age-client-id", "age-client-secret", "entity-id", "idp-metadata", "sp-key", "sp-cert", "private", "cbc":
		return true
	case "sign-cpr":
		return false
	}
	return strings.HasPrefix(name, "post-") || strings.HasPrefix(name, "sign-")
}

// readFakes reads the first line of a file, or of the standard input for "-".
func readFakes(name string) (at fakes, err error) {
	from := io.Reader(os.Stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return fakes{}, fmt.Errorf("-fakes: %w", err)
		}
		defer f.Close()
		from = f
	}
	line, err := bufio.NewReader(io.LimitReader(from, maxFakesLine)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fakes{}, fmt.Errorf("-fakes: %w", err)
	}
	if json.Unmarshal(line, &at) != nil || at.Criipto.Issuer == "" || at.Stralfors.URL == "" || at.Signatures.URL == "" {
		return fakes{}, errors.New("-fakes: this is not the line that the command fakes prints when it is ready")
	}
	return at, nil
}

// atFakeNemLogin makes a service provider for the fake NemLog-in of -fakes, which reads our
// metadata at /metadata.
func (o *options) atFakeNemLogin(ctx context.Context, caller *http.Client) (nemlogin.Config, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.fakeMetadata, nil)
	if err != nil {
		return nemlogin.Config{}, err
	}
	if caller == nil {
		caller = &http.Client{Timeout: 10 * time.Second}
	}
	res, err := caller.Do(req)
	if err != nil {
		return nemlogin.Config{}, fmt.Errorf("-fakes: %w", err)
	}
	defer res.Body.Close()
	metadata, err := io.ReadAll(io.LimitReader(res.Body, 512<<10))
	if err != nil || res.StatusCode != http.StatusOK {
		return nemlogin.Config{}, errors.New("-fakes: the fake NemLog-in gives no metadata")
	}
	return fakebroker.ServiceProvider(o.PublicURL, metadata, time.Now)
}
