package oidcbroker

import (
	"crypto"
	"strings"

	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// An Authentication is one way in which an application may authenticate at its broker.
type Authentication struct {
	Field  string // the field of the adapter's Config
	Filled bool   // whether the application has set the field
	Auth   oidcrp.ClientAuth
}

// BySecret is the authentication with Config.ClientSecret: client_secret_basic, or
// client_secret_post if post is true.
func BySecret(secret mitid.Secret, post bool) Authentication {
	w := Authentication{Field: "ClientSecret", Filled: !secret.IsZero(), Auth: oidcrp.ClientAuth{Method: oidcrp.Basic, Secret: secret.Reveal}}
	if post {
		w.Auth.Method = oidcrp.Post
	}
	return w
}

// ByKey is the authentication with Config.PrivateKey: private_key_jwt. The type of the
// key decides the algorithm.
func ByKey(key crypto.Signer, keyID string) Authentication {
	return Authentication{Field: "PrivateKey", Filled: key != nil, Auth: oidcrp.ClientAuth{Method: oidcrp.PrivateKeyJWT, Key: key, KeyID: keyID}}
}

// chooseOne returns the only authentication whose field is set. If there is none or
// several, why says so.
func chooseOne(ways []Authentication) (auth oidcrp.ClientAuth, why string) {
	var fields []string
	filled := 0
	for _, w := range ways {
		fields = append(fields, w.Field)
		if w.Filled {
			auth = w.Auth
			filled++
		}
	}
	switch filled {
	case 0:
		return auth, "Config needs " + enumerate(fields, "or")
	case 1:
		return auth, ""
	default:
		return auth, "Config takes one of " + enumerate(fields, "and")
	}
}

// enumerate writes "A, B or C".
func enumerate(names []string, last string) string {
	n := len(names) - 1
	if n < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:n], ", ") + " " + last + " " + names[n]
}
