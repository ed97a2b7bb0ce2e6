package canary

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	htmltemplate "html/template"
	"log/slog"
	"strings"
)

// Printed returns value as all verbs with many flags, and the other printers that might
// meet it by accident, show it. plain says that it marshals on purpose.
func Printed(value any, plain bool) map[string]string {
	out := make(map[string]string)
	for verb := 'A'; verb <= 'z'; verb++ {
		// T prints the type. With p, and with w for what is no error, fmt asks nobody;
		// go vet refuses both.
		if strings.ContainsRune("Tpw", verb) || verb > 'Z' && verb < 'a' {
			continue
		}
		for _, flag := range []string{"", "+", "#", "-9", " ", "0", ".3", "+#"} {
			format := "%" + flag + string(verb)
			out[format] = fmt.Sprintf(format, value)
		}
	}
	out["Sprint"] = fmt.Sprint(value)
	out["Errorf"] = fmt.Errorf("x: %v", value).Error()
	out["panic"] = panicText(value)
	if plain {
		return out
	}
	j, err := json.Marshal(value)
	out["json"] = string(j) + fmt.Sprint(err)
	x, err := xml.Marshal(value)
	out["xml"] = string(x) + fmt.Sprint(err)
	var b bytes.Buffer
	_ = htmltemplate.Must(htmltemplate.New("").Parse(`<p>{{.}}</p><script>{{.}}</script>`)).Execute(&b, value)
	out["template"] = b.String()
	for name, handler := range map[string]slog.Handler{
		"slog text": slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: withoutTime}), "slog json": slog.NewJSONHandler(&b, &slog.HandlerOptions{ReplaceAttr: withoutTime}),
	} {
		b.Reset()
		log := slog.New(handler)
		log.Info("m", "v", value, "nested", struct{ V any }{value}, "list", []any{value})
		log.With("v", value).WithGroup("g").Info("m", slog.Group("h", "v", value))
		out[name] = b.String()
	}
	return out
}

// withoutTime leaves the time out of log lines: its digits may be a canary's by chance.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
