// Package fakeoidc holds what the fakes of OpenID Connect brokers do alike and no
// other fake needs: reading forms, random identifiers, client authentication, PKCE,
// encryption, JSON as .NET writes it.
package fakeoidc
