package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/examples/internal/distributor"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
)

const (
	privateAssignments  = "name=fname,birthdate=born,country=country,cpr=cpr"
	demoAdmins          = "12345674:*" // the first employer of mitidtest.CompanyEmployee
	businessAssignments = "name=fname,organisation=company,cvr=cvr,birthdate=born,cpr=cpr"
)

// options are the flags.
type options struct {
	Listen       string
	PublicURL    string
	DB           string
	Key          string
	Broker       string
	Issuer       string
	ClientID     string
	ClientSecret string
	SP           dialect.ServiceProvider // at NemLog-in, in place of the three above
	TLS          bool
	AgeID        string
	AgeSecret    string
	CA           string
	Level        claims.Level
	Identity     claims.Capacity
	Assignments  []web.Assignment
	Admins       []web.Admin

	Distributor  string
	PostURL      string
	PostCert     string
	PostKey      string
	PostCA       string
	PostSystem   string
	PostClient   string
	PostMaterial string
	PostStatus   string

	SignURL      string
	SignClient   string
	SignSecret   string
	SignIssuer   string
	SignAudience string
	SignCA       string
	SignCPR      bool
	SignTest     bool

	Fakes        string // the file with the line of the command fakes; the two below are of it
	fakeMetadata string // where the fake NemLog-in's metadata is; empty at other brokers
	mailboxes    string // where its page of mailboxes is
}

func parseOptions(args []string, output io.Writer) (*options, error) {
	o := &options{}
	var level, assignments, admins string
	var business bool
	f := flag.NewFlagSet("questionnaire", flag.ContinueOnError)
	f.SetOutput(output)
	f.StringVar(&o.Listen, "listen", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one")
	f.StringVar(&o.PublicURL, "public-url", "", "`address` people use, such as https://answers.example.dk (default http:// or https:// and the listening address)")
	f.StringVar(&o.DB, "db", "", "the `database`: an SQLite file, made when it is missing, or postgres://… (default a temporary file, gone when the program ends)")
	f.StringVar(&o.Key, "key", "", "`file` with the keys for CPR numbers and sessions, one a line, newest first; made when it is missing. Needed with -db; keep it apart from the data")
	f.StringVar(&o.Broker, "broker", "criipto", "the broker's `dialect`: "+dialect.Names)
	f.StringVar(&o.Issuer, "issuer", "", "the broker's `domain`, such as https://acme.idura.broker; of eident-saml its origin (default a fake broker inside this program)")
	f.StringVar(&o.ClientID, "client-id", "", "the application's `id` at the broker; of eident-saml the merchant's id (MID)")
	f.StringVar(&o.ClientSecret, "client-secret", "", "the application's `secret` at the broker; of eident-saml the merchant's password")
	f.StringVar(&o.AgeID, "age-client-id", "", "the `id` of the application that asks for ages and for nothing else (default without -issuer the fake's, otherwise nobody is asked)")
	f.StringVar(&o.AgeSecret, "age-client-secret", "", "its `secret`")
	o.SP.AddFlags(f)
	f.BoolVar(&o.TLS, "tls", false, "serve https, with a certificate made at the start that nobody vouches for; -broker nemlogin does without -public-url, because NemLog-in demands it")
	f.StringVar(&o.CA, "ca", "", "trust the authorities in this PEM `file` and no others (default the system's)")
	f.StringVar(&level, "level", "substantial", "lowest `level` of assurance: low, substantial or high")
	f.BoolVar(&business, "business", false, "people may also log on for an organisation; each capacity has its own account")
	f.StringVar(&assignments, "assign", "", "which `claim=property` pairs make the profile: "+strings.Join(web.ClaimNames(), ", ")+" (default "+privateAssignments+")")
	f.StringVar(&o.Fakes, "fakes", "", "the `file` with the line that the command fakes prints, - for the standard input: use its fakes in place of those inside this program")
	f.StringVar(&admins, "admin", "", "who may administrate, as employees: `CVR:KEY`, with commas between several; KEY is the employee's key at the broker, which whoever is refused is shown, or * for every employee (default beside a fake broker its people at 12345674, otherwise nobody)")
	o.postFlags(f)
	o.signFlags(f)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("there is an argument too many; all settings are flags")
	}
	var err error
	if o.Fakes != "" {
		if err := o.useFakes(f); err != nil {
			return nil, err
		}
	}
	if o.Level, err = claims.ParseLevel(level); err != nil {
		return nil, errors.New("-level is low, substantial or high")
	}
	if assignments == "" {
		assignments = privateAssignments
		if business {
			assignments = businessAssignments
		}
	}
	if business {
		o.Identity = claims.CapacityEither
	}
	if o.Assignments, err = web.ParseAssignments(assignments); err != nil {
		return nil, err
	}
	if admins == "" && (o.imitated() || o.Fakes != "") {
		admins = demoAdmins
	}
	if admins != "" {
		if o.Admins, err = web.ParseAdmins(admins); err != nil {
			return nil, err
		}
	}
	o.TLS = o.TLS || o.Broker == "nemlogin" && o.PublicURL == ""
	return o, errors.Join(o.check(), o.checkSigning())
}

// imitated reports whether no broker is named, so that a fake takes its place.
func (o *options) imitated() bool {
	if o.Broker == "nemlogin" {
		return !o.SP.Given() && o.fakeMetadata == ""
	}
	return o.Issuer == ""
}

// postFlags are those about letters.
func (o *options) postFlags(f *flag.FlagSet) {
	f.StringVar(&o.Distributor, "distributor", "stralfors", "`who` carries the letters: stralfors or postnord")
	f.StringVar(&o.PostURL, "post-url", "", "the distributor's `address` (default a fake one inside this program; with -issuer no letters are sent)")
	f.StringVar(&o.PostCert, "post-cert", "", "PEM `file` with the client certificate for the distributor")
	f.StringVar(&o.PostKey, "post-key", "", "PEM `file` with its key")
	f.StringVar(&o.PostCA, "post-ca", "", "trust the authorities in this PEM `file` for the distributor (default the system's)")
	f.StringVar(&o.PostSystem, "post-system", "", "the `id` of the sender system at the distributor")
	f.StringVar(&o.PostClient, "post-client", "", "the client `id` at PostNord")
	f.StringVar(&o.PostStatus, "post-status-url", "", "the `address` at which PostNord tells of a letter, with {client} and {message} in it; without it nothing is known once PostNord has a letter")
	f.StringVar(&o.PostMaterial, "post-material", "", "the `number` of the kind of letter at the distributor")
}

func (o *options) check() error {
	switch {
	case !slices.Contains(distributor.Names(), o.Distributor):
		return errors.New("-distributor is stralfors or postnord")
	case o.PostURL != "" && (o.PostCert == "" || o.PostKey == "" || o.PostSystem == "" || o.PostMaterial == ""):
		return errors.New("-post-url needs -post-cert, -post-key, -post-system and -post-material")
	case o.PostURL == "" && (o.PostCert != "" || o.PostKey != "" || o.PostCA != "" || o.PostSystem != "" || o.PostClient != "" || o.PostMaterial != "" || o.PostStatus != ""):
		return errors.New("-post-cert, -post-key, -post-ca, -post-system, -post-client, -post-material and -post-status-url need -post-url")
	case o.PostURL != "" && o.imitated():
		return errors.New("-post-url needs -issuer, or -idp-metadata at NemLog-in: nobody whom a fake broker made up has a mailbox")
	case o.PostStatus != "" && o.Distributor != "postnord":
		return errors.New("-post-status-url is for -distributor postnord")
	case o.SP.Private && o.PostURL != "":
		return errors.New("-private: NemLog-in then tells no CPR number, and without one there is no letter; leave -post-url out")
	case !fakebroker.Known(o.Broker):
		return errors.New("-broker is " + dialect.Names)
	case o.Broker == "nemlogin" && o.Fakes == "" && (o.Issuer != "" || o.ClientID != "" || o.ClientSecret != "" || o.CA != ""):
		return errors.New("-issuer, -client-id, -client-secret and -ca are not for -broker nemlogin: it takes -entity-id, -idp-metadata, -sp-key and -sp-cert")
	case o.Broker != "nemlogin" && o.SP.Given():
		return errors.New("-entity-id, -idp-metadata, -sp-key, -sp-cert, -private and -cbc are for -broker nemlogin")
	case o.Issuer != "" && (o.ClientID == "" || o.ClientSecret == ""):
		return errors.New("-issuer needs -client-id and -client-secret")
	case o.Issuer == "" && o.Fakes == "" && (o.ClientID != "" || o.ClientSecret != "" || o.CA != ""):
		return errors.New("-client-id, -client-secret and -ca need -issuer")
	case (o.AgeID != "") != (o.AgeSecret != "") || o.AgeID != "" && o.Issuer == "":
		return errors.New("-age-client-id needs -age-client-secret and -issuer")
	case o.DB != "" && o.Key == "":
		return errors.New("-db needs -key: CPR numbers are stored encrypted, and without the key file nobody could read them again")
	case o.PublicURL != "":
		u, err := url.Parse(o.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
			return errors.New("-public-url is scheme and host, such as https://answers.example.dk")
		}
		o.PublicURL = u.Scheme + "://" + u.Host
	}
	return nil
}
