// Package mitidhttp puts a MitID login in front of net/http handlers, whatever
// broker stands behind the [mitid.Client].
//
//	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Keys: keys, LoggedOut: "/logged-out"})
//	mux.Handle("GET /login", gate.Start(mitid.Request{}))
//	mux.Handle("/callback", gate.Callback()) // the path of the Client's RedirectURL
//	mux.Handle("POST /logout", gate.Logout()) // leads to Config.LoggedOut
//	mux.Handle("GET /logged-out", gate.LoggedOut())
//	mux.Handle("/", gate.Require(claims.Substantial)(app))
//
// Behind [Gate.Require] a handler asks [FromContext] who is there; a page that is
// open to everybody asks [Gate.Session]. [Gate.StepUp] asks a person who is
// logged in for more, such as the CPR number. [Config.OnLogin] sees each login
// once, with tokens and evidence.
//
// # What a browser keeps
//
// Nothing is kept on the server unless you want it, so any number of replicas with
// the same keys are one, and a million logins that nobody finishes cost no memory.
// The browser keeps sealed cookies (AES-256-GCM):
//
//   - __Host-mitid, the session: the identity, the level, when it ends. At most
//     3.8 kB; an identity that does not fit is refused, never cut. It ends
//     Config.Lifetime after the login, whatever the cookie's own age says.
//   - __Host-mitid.<handle>, one for each login on its way, so that parallel tabs
//     do not disturb each other: the client's sealed state and the return path.
//     At most four of them, and 4 kB together; the oldest goes. Tabs that are
//     opened at the same moment know nothing of each other and leave one each, of
//     about 220 characters: thirty of them fit into the 8 kB that nginx takes by
//     default, any of them can be finished, and the first answer tidies up.
//   - __Host-mitid.anew for an hour, after a login whose level was too low or that
//     Config.OnLogin refused: a mark that the next login is a fresh one.
//
// They are Secure, HttpOnly and SameSite=Lax; pending ones are SameSite=None
// where the broker posts its answer. On http (loopback only) the names have the
// port in place of the prefix. Open the app under the host that RedirectURL names:
// what a browser keeps for localhost it does not bring to 127.0.0.1. Between names
// that are plainly of one site (these two, or with www and without) [Gate.Start] and
// [Gate.Require] lead to the right one, and say so in the log. Two gates under one
// host need a [Config.Name] each; what a gate cannot open it leaves alone.
//
// What is sealed belongs to one application: broker, issuer, client id, and scheme
// and host of RedirectURL. Another one sees nobody, though its keys are the same.
//
// # Sessions on the server
//
// A session in a cookie cannot be called back: Logout makes this browser forget
// it, and a copy lives until it expires. Keep Config.Lifetime short, or set
// [Config.Sessions]: then the browser holds a random handle, the session is a sealed
// row of your database, Logout removes it, and [Gate.EndSessions] ends all sessions of
// a person.
//
// # What is closed
//
// Session fixation (each login is a new value, and only a login makes one),
// login by a strange browser (the answer counts only where its pending cookie
// is), open redirects (return paths are paths of this site; see [Gate.Start]),
// logout by other sites, a step-up that somebody else answers or that outlives
// its session, pages and codes in caches and Referer headers.
//
// # Addresses
//
// Return paths, Config.Home and the link "try again" are what the person's browser
// shows. A prefix that http.StripPrefix or a router takes away needs no setting; for
// a proxy that takes one away there are [Config.PathPrefix] and [Config.OuterPath].
//
// # The button
//
// [Button] and [FuncMap] write the MitID button with one of the five phrases
// that MitID allows, in Danish or English; [Stylesheet] serves its colours and
// measures. Both work under a strict content security policy. The logo belongs
// to MitID and is not shipped: the button has an empty element of the class
// mitid-button-logo, which your style sheet can show with the file that MitID
// gives you. The font IBM Plex Sans is used where the page loads it.
//
// # Errors
//
// What goes wrong reaches [Config.Refused] as a *mitid.Error; the kinds are
// described there. A refused login leaves an older session as it is. [StatusOf]
// gives the HTTP status, mitid.PublicText the words for the person, and
// [ReturnPath] where they were going. Without Config.Refused people get a small page
// and programs, which do not ask for HTML, a problem document (RFC 9457) with the
// kind as the member "kind".
//
// # Personal data
//
// A session holds the identity, with the CPR number if it was asked for; take
// out in Config.OnLogin what the pages do not need. [Session], [Gate] and [Config]
// print masked and refuse to marshal. Nothing about a person is in an address.
//
// # Testing
//
// A Gate over criiptotest.New and an httptest.Server is a whole app with a
// login; mitidtest.Browser walks through it.
package mitidhttp
