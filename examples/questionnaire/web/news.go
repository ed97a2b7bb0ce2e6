package web

// A page that waits for news asks for itself again until there is nothing more to wait for
// (assets/news.js). Without script the browser loads it anew, and there is a link.

// noScriptEvery is how often a browser without script loads such a page anew, in seconds.
const noScriptEvery = 20

// waits reports whether there may still be news of a letter. What waits for the person
// themself is not news, and some distributors tell no more after they took a letter in.
func (a *App) waits(l letterView) bool {
	switch l.Stand {
	case "number", "refused", "earlier":
		return false
	}
	return !a.cfg.Post.Client().Capabilities().Final(l.Sent.Reached)
}

// waitsForAny reports whether there may be news of any letter or agreement of a page.
func (a *App) waitsForAny(letters []letterArgs, signatures []signatureView) bool {
	for _, l := range letters {
		if a.waits(l.Letter) {
			return true
		}
	}
	for _, s := range signatures {
		if !s.Over() {
			return true
		}
	}
	return false
}
