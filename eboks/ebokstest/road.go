package ebokstest

import (
	"net/http"
	"strconv"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// road returns what something in front of the distributor answers: a server that looks
// at certificates, a filter, a proxy. None of it says anything about the letter.
func road() []Misbehaviour {
	refused := []eboks.Kind{eboks.AuthFailed, eboks.ConfigInvalid}
	misled := []eboks.Kind{eboks.ConfigInvalid, eboks.AuthFailed}
	const page = "a page with this status that no distributor wrote"
	all := []Misbehaviour{{
		Name: "proxy-400", Doc: "the page of nginx about a client certificate that it does not like", Kinds: refused, Then: eboks.Retry,
		play: func(x *exchange) { x.page(http.StatusBadRequest, "The SSL certificate error") },
	}, {
		Name: "417", Doc: "the server does not do what Expect asks for", Kinds: []eboks.Kind{eboks.Unavailable, eboks.AuthFailed, eboks.ConfigInvalid}, Then: eboks.Retry,
		play: func(x *exchange) { x.send(fakehttp.NewReply(http.StatusExpectationFailed, "", nil)) },
	}, {
		Name: "proxy-408", Doc: page, Kinds: []eboks.Kind{eboks.Unavailable, eboks.OutcomeUnknown}, Then: eboks.Retry,
		play: func(x *exchange) { x.page(http.StatusRequestTimeout, "") },
	}, {
		Name: "proxy-413", Doc: page, Kinds: []eboks.Kind{eboks.Rejected}, Then: eboks.Stop,
		play: func(x *exchange) { x.page(http.StatusRequestEntityTooLarge, "") },
	}}
	for _, status := range []int{401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 414, 415, 421, 423, 424, 425, 426, 431, 440, 449, 460, 494, 495, 496, 499} {
		kinds := refused
		switch status {
		case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType:
			kinds = misled
		case http.StatusConflict: // which on some wires says that the id was used before
			kinds = []eboks.Kind{eboks.AuthFailed, eboks.OutcomeUnknown}
		}
		all = append(all, Misbehaviour{
			Name: "proxy-" + strconv.Itoa(status), Doc: page, Kinds: kinds, Then: eboks.Retry,
			play: func(x *exchange) { x.page(status, "") },
		})
	}
	return all
}

// page answers with a page as nginx writes it, before the body is asked for.
func (x *exchange) page(status int, why string) {
	heading := strconv.Itoa(status) + " " + http.StatusText(status)
	title := heading
	if why != "" {
		title = strconv.Itoa(status) + " " + why
		why = "<center>" + why + "</center>\r\n"
	}
	body := "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + heading + "</h1></center>\r\n" + why +
		"<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
	a := fakehttp.NewReply(status, "text/html", []byte(body))
	a.Header.Set("Server", "nginx/1.22.1")
	a.Header.Set("Connection", "close")
	x.send(a)
}
