package mitidtest

import "net/http"

// SetCookie gives the browser a cookie of this fake. Its name tells the fakes of one
// host apart, because browsers share cookies between the ports of a host.
func (b *Broker) SetCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: b.cookie(name), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: b.cfg.TLS})
}

// Cookie returns the value of a cookie that SetCookie gave, or "" if there is none.
func (b *Broker) Cookie(r *http.Request, name string) string {
	cookie, err := r.Cookie(b.cookie(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// DropCookie takes a cookie back.
func (b *Broker) DropCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: b.cookie(name), Path: "/", MaxAge: -1})
}

func (b *Broker) cookie(name string) string { return name + "-" + b.listener.port }
