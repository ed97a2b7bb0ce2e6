package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/examples/internal/distributor"
)

// options are the command's flags.
type options struct {
	to, title, text, from, file string // of one letter
	list, db                    string // of a mailing
	logLag, wait                time.Duration

	distributor, url, ca, cert, key, system, client, statusURL, material string
	dedupes                                                              bool
}

// parse reads the flags. The error names everything that is missing, and repeats no value.
func parse(args []string, tell io.Writer) (*options, error) {
	o := &options{}
	fs := flag.NewFlagSet("send", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.to, "to", "", "CPR `number` of the recipient; - reads it from the standard input, where nobody else sees it")
	fs.StringVar(&o.title, "title", "", "`title` of the letter in FILE.pdf")
	fs.StringVar(&o.text, "text", "", "`file` with a title, a blank line, and paragraphs, instead of FILE.pdf; if empty, an example")
	fs.StringVar(&o.from, "from", "", "`name` of the sender; if empty, a made-up one")
	fs.StringVar(&o.list, "list", "", "CSV `file` of a mailing: number,title,file,reference")
	fs.StringVar(&o.db, "db", "", "SQLite `file`, or postgres:// address, of the mailing")
	fs.DurationVar(&o.logLag, "log-lag", 20*time.Second, "how long the distributor's log must say that it does not know a letter before that is believed")
	fs.DurationVar(&o.wait, "wait", time.Minute, "how long the command follows one letter after the distributor has taken it in")
	fs.StringVar(&o.distributor, "distributor", "", "`name` of the distributor: "+strings.Join(distributor.Names(), " or ")+"; if empty, a fake")
	fs.StringVar(&o.url, "distributor-url", "", "`address` of its service in your agreement")
	fs.StringVar(&o.ca, "ca", "", "PEM `file` of the authorities of its certificate; if empty, those of the system")
	fs.StringVar(&o.cert, "cert", "", "PEM `file` of the client certificate")
	fs.StringVar(&o.key, "key", "", "PEM `file` of its key")
	fs.StringVar(&o.system, "system", "", "`id` of the sender system")
	fs.StringVar(&o.material, "material", "", "`number` of the kind of letter in the agreement; if empty, the fake's 1001")
	fs.StringVar(&o.client, "client", "", "client `id`, of PostNord alone")
	fs.StringVar(&o.statusURL, "status-url", "", "`address` of a letter's state with {message}, of PostNord alone; if empty, states cannot be read")
	fs.BoolVar(&o.dedupes, "dedupes", false, "the agreement promises that a repeated letter is recognised")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(tell, "send [flags] [FILE.pdf]")
			fs.SetOutput(tell)
			fs.PrintDefaults()
			return nil, err
		}
		return nil, errors.New("the flags cannot be read; -help lists them")
	}
	if fs.NArg() > 0 {
		o.file = fs.Arg(0)
	}
	if faults := o.faults(fs.NArg()); len(faults) > 0 {
		return nil, errors.New(strings.Join(faults, "\n"))
	}
	o.distributor = cmp.Or(o.distributor, "stralfors")
	return o, nil
}

// settings are words of a connection string.
var settings = regexp.MustCompile(`(?i)\b(host|hostaddr|port|user|password|passfile|dbname|service|sslmode)\s*=`)

// isDatabase reports whether name may be what -db takes. Everything else could hold a
// password, and would be taken for the name of a file.
func isDatabase(name string) bool {
	scheme, _, address := strings.Cut(name, "://")
	if address {
		return scheme == "postgres" || scheme == "postgresql"
	}
	return !settings.MatchString(name) && !strings.HasPrefix(name, "postgres:") && !strings.HasPrefix(name, "postgresql:")
}

// faults returns what is wrong with the flags together.
func (o *options) faults(files int) (all []string) {
	add := func(wrong bool, why string) {
		if wrong {
			all = append(all, why)
		}
	}
	one := o.to+o.title+o.text+o.file != ""
	add(files > 1, "flags stand before FILE.pdf, and there is one file at most")
	add(o.list != "" && one, "-list goes with none of -to, -title, -text and FILE.pdf")
	add(o.list != "" && o.db == "", "-list needs -db, an SQLite file or a postgres:// address that remembers the mailing")
	add(!isDatabase(o.db), "-db is an SQLite file or an address that begins with postgres://, and no other address or connection string")
	add(o.list == "" && o.db != "", "-db belongs to -list")
	add(o.file != "" && o.text != "", "a letter is FILE.pdf or -text, not both")
	add((o.file == "") != (o.title == "") && o.list == "", "FILE.pdf and -title go together")
	add(o.logLag < lease, fmt.Sprintf("-log-lag is %v at least: so long an attempt may still be on its way", lease))
	if o.distributor+o.url+o.ca+o.cert+o.key+o.system+o.client+o.statusURL == "" && !o.dedupes {
		return all
	}
	var missing []string
	for _, f := range []struct{ name, value string }{
		{"-distributor-url", o.url}, {"-cert", o.cert}, {"-key", o.key}, {"-system", o.system}, {"-material", o.material},
	} {
		if f.value == "" {
			missing = append(missing, f.name)
		}
	}
	add(len(missing) > 0, "a real distributor also needs "+strings.Join(missing, ", "))
	add(o.distributor != "" && !slices.Contains(distributor.Names(), o.distributor), "-distributor is "+strings.Join(distributor.Names(), " or "))
	add(o.distributor != "postnord" && o.client+o.statusURL != "", "-client and -status-url belong to -distributor postnord")
	return all
}
