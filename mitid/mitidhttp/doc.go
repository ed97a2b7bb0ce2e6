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
// Where paths differ in more than the level, such as the CPR number, use [Gate.RequireLogin].
// A handler behind either gets the session from [FromContext]; a page that is
// open to everybody gets it from [Gate.Session]. [Gate.StepUp] asks a person who is
// logged in for more, such as the CPR number. [Config.OnLogin] is called once for each
// login, with tokens and evidence.
//
// # What a browser keeps
//
// By default the server keeps nothing. So any number of replicas with the same keys act
// as one, and logins that nobody finishes cost no memory. The browser keeps sealed
// cookies (AES-256-GCM):
//
//   - __Host-mitid is the session: the identity, the level, and when it ends. It is
//     at most 3.8 kB; a larger identity is refused, never cut. The session ends
//     Config.Lifetime after the login, whatever age the cookie itself has.
//   - __Host-mitid.<handle> is one pending login: the Client's sealed state and the
//     return path. Each tab has one of its own, so parallel tabs do not disturb each
//     other. A browser keeps at most four of them, and 4 kB together; the oldest goes
//     first. Tabs that are opened at the same moment can leave more, of about 220
//     bytes each. Thirty of them fit into the 8 kB that nginx admits by default, each
//     can be finished, and the first answer removes those above the limit.
//   - __Host-mitid.anew demands that the next login is a fresh one. It lasts an hour,
//     after a login whose level was too low or that Config.OnLogin refused.
//
// The cookies are Secure, HttpOnly and SameSite=Lax; those of pending logins are
// SameSite=None if the broker posts its answer. On http (loopback only), the port
// takes the place of the prefix in the names. Two gates under one host need a
// [Config.Name] each. A gate leaves a cookie that it cannot open as it is.
//
// Open the app under the host of RedirectURL: a browser does not send the cookies of
// localhost to 127.0.0.1. If the app is opened under another name of the same site
// (one of these two for the other, or with "www." and without), [Gate.Start] and
// [Gate.Require] redirect to the host of RedirectURL and log that.
//
// A sealed value belongs to one application: broker, issuer, client id, and scheme and
// host of RedirectURL. Another application cannot open it, even with the same keys.
//
// # Sessions on the server
//
// A session in a cookie cannot be revoked: Logout makes this browser forget it, and a
// copy is good until it expires. Keep Config.Lifetime short, or set [Config.Sessions].
// Then the browser holds a random handle, the session is a sealed row of your
// database, Logout deletes the row, and [Gate.EndSessions] ends all sessions of a
// person.
//
// # Attacks that are prevented
//
//   - Session fixation: each login makes a new session value, and nothing else does.
//   - Login in another browser: an answer counts only together with its pending cookie.
//   - Open redirects: a return path is a path of this site; see [Gate.Start].
//   - Logout by another site; see [Gate.Logout].
//   - A step-up that another person answers, or that is answered after its session has
//     ended.
//   - Pages in caches, and codes in caches and Referer headers.
//
// # Addresses
//
// Return paths and Config.Home are paths as the person's browser shows them. A prefix
// that http.StripPrefix or a router removes needs no setting. For a prefix that a proxy
// removes, there are [Config.PathPrefix] and [Config.OuterPath].
//
// # The button
//
// [Button] and [FuncMap] write the MitID button with one of the five phrases that MitID
// allows, in Danish or English. [Stylesheet] serves its colours and measures. Both work
// under a strict content security policy. The logo belongs to MitID and is not part of
// this package: the button has an empty element of the class mitid-button-logo, in
// which your style sheet can show the file that MitID gives you. The button uses the
// font IBM Plex Sans if the page loads it.
//
// # Errors
//
// [Config.Refused] gets the error of a login that failed: a *mitid.Error, or what
// Config.OnLogin returned. A refused login leaves an older session as it is. [StatusOf]
// returns the HTTP status, mitid.PublicText the text for the person, and [ReturnPath]
// where they were going. Without Config.Refused, the answer is a small page. For a
// request that does not ask for HTML it is a problem document (RFC 9457), which holds
// the error's kind in the member "kind".
//
// # Personal data
//
// A session holds the identity, with the CPR number if it was asked for. Config.OnLogin
// can remove what the pages do not need. [Session], [Gate] and [Config] print masked
// and refuse to marshal. No address holds anything about a person.
//
// # Testing
//
// A Gate over criiptotest.New and an httptest.Server is a whole app with a
// login; mitidtest.Browser walks through it.
//
// # Files
//
//   - config.go: Config, Gate, New
//   - start.go, require.go, callback.go, logout.go, ended.go, ended_by_browser.go: the handlers
//   - navigation.go: whether a request is a person who opens a page
//   - host.go, address.go, return_path.go: names of the app, its addresses, where to return
//   - pending.go, fresh_login.go: what the browser keeps of a login
//   - session.go, sessions.go: the session, in a cookie and on the server
//   - boxes.go: what seals both
//   - answer.go, page.go, problem.go, status.go, language.go: answers
//   - button.go, button.css: the MitID button
//   - print.go: how the types print
package mitidhttp
