// Package realbrowser starts a real browser for the tests of the examples, and looks at a page as a
// person with poor sight, a small phone or a screen reader does.
package realbrowser

import (
	"context"
	"os/exec"
	"strings"

	"github.com/chromedp/chromedp"
)

// Find returns where a Chromium or Chrome is installed, or an empty string.
func Find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "headless-shell",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	return ""
}

// Start starts the browser at path. It talks to this machine alone, and in Danish. The caller stops it.
func Start(path string, more ...chromedp.ExecAllocatorOption) (ctx context.Context, stop func(), err error) {
	ctx, end := chromedp.NewExecAllocator(context.Background(), append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("accept-lang", "da"),
	}, more...)...)
	ctx, cancel := chromedp.NewContext(ctx)
	return ctx, func() { cancel(); end() }, chromedp.Do(ctx)
}

// Click presses what a selector names. The page may put in some news between the look for it and
// the press: then it looks again.
func Click(selector string) chromedp.Action[chromedp.Void] {
	press := chromedp.Click(chromedp.CSS(selector))
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		done, err := press(ctx, t)
		for range 3 {
			if err == nil || !strings.Contains(err.Error(), "Could not find node") {
				break
			}
			done, err = press(ctx, t)
		}
		return done, err
	}
}

// AxeFaults is a script that lets axe-core look, where that is loaded, and gives a list of what keeps
// people with a disability out of the page. A content security policy does not hold for what
// the developer tools evaluate.
const AxeFaults = `axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(
	v => v.id + ': ' + v.help + ': ' + v.nodes.map(n => n.html.slice(0, 160) + ' ' + n.any.map(a => a.message).join(' ')).join(' | ')))`

// PageFaults is a script that gives a list of what is too faint, too wide or too small to touch: text
// needs a contrast of 4.5 (WCAG 2.2, 1.4.3), buttons and fields 24 pixels
// (2.5.8); nothing may stand out of the window (1.4.10).
const PageFaults = `(() => {
	const faults = [];
	const rgb = s => { const m = s.match(/[\d.]+/g).map(Number); return { c: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
	const light = c => { const l = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * l[0] + .7152 * l[1] + .0722 * l[2]; };
	const ground = e => { for (; e; e = e.parentElement) { const b = rgb(getComputedStyle(e).backgroundColor); if (b.a === 1) return b.c; } return [255, 255, 255]; };
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || e.closest('.hidden, .skip') || !e.checkVisibility()) continue;
		const [a, b] = [light(rgb(getComputedStyle(e).color).c), light(ground(e))].sort((x, y) => y - x);
		const ratio = (a + .05) / (b + .05);
		if (ratio < 4.5) faults.push('contrast ' + ratio.toFixed(2) + ': ' + walk.currentNode.data.trim());
	}
	if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
		faults.push('wider than the window: ' + document.documentElement.scrollWidth);
	for (const e of document.querySelectorAll('button, .button, .mitid-button, label:has(input), textarea, nav a, .language a')) {
		const r = e.getBoundingClientRect();
		if (e.checkVisibility() && (r.height < 40 || r.width < 24)) faults.push('too small: ' + e.textContent.trim() + ' ' + r.width + 'x' + r.height);
	}
	return faults;
})()`
