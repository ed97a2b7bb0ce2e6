package eident_test

import (
	"fmt"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/nets/eident"
)

func ExampleClaims() {
	said := &eident.Claims{ // login.Claims.(*eident.Claims)
		Registered: claims.Registered{Subject: "mitid:6867f1a2-90ab-4cde-8f01-23456789abcd"}, AMR: []string{"mitid"}, MitIDAMR: []string{"code_app"},
		ACR: "urn:eident:cert:eidas:high", Levels: claims.Levels{LoA: claims.Low}, IdentityType: "private", Name: "Åse Ærøskøbing",
	}
	id, err := said.Identity()
	fmt.Println(id, err) // the level is that of loa, whatever acr says
	// Output: claims.Identity{private low subject uuid name authenticators} <nil>
}
