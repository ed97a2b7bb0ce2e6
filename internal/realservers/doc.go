// Package realservers tries the HTTP client, the client certificate and the sending of
// letters against real web servers, nginx and Apache, as Debian ships them. Each test
// starts its own on loopback. A developer's machine may lack them, and the tests are
// then skipped; with DKEID_NO_SKIP=1 they fail.
package realservers
