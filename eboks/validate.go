package eboks

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/internal/shownline"
)

// The limits that hold where an adapter's Limits has a zero.
const (
	DefaultTitle      = 255
	DefaultFile       = 10_000_000
	DefaultTotal      = 10_000_000
	DefaultPrintTotal = 7 << 20
	maxName           = 254 // characters of an attachment's name: the shortest of the wires' limits
	maxReply          = 64
)

const (
	maxMaterial   = 64
	materialChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
)

func (m Material) valid() bool {
	return m != "" && len(m) <= maxMaterial && strings.Trim(string(m), materialChars) == ""
}

// check refuses a letter that cannot be sent through a distributor with these
// abilities. It looks at everything but the content of the documents.
func (l *Letter) check(can Capabilities) error {
	switch {
	case l.ID.IsZero():
		return inputInvalid("the letter has no ID; make one with eboks.NewID, and store it first")
	case !l.Material.valid():
		return inputInvalid("Material must be 1 to 64 letters, digits, '-', '_' or '.'")
	case l.Channel >= lastChannel:
		return inputInvalid("there is no such Channel")
	case l.Reply.Mode >= lastReplyMode:
		return inputInvalid("there is no such Reply.Mode")
	case l.Reply.Mode == ReplyTo && l.Reply.Mailbox == "":
		return inputInvalid("Reply.Mailbox is missing")
	case l.Reply.Mode != ReplyTo && (l.Reply.Mailbox != "" || l.Reply.Subject != ""):
		return inputInvalid("Reply.Mailbox and Reply.Subject belong to eboks.ReplyTo")
	case !isNumber(l.Reply.Mailbox, maxReply) || !isNumber(l.Reply.Subject, maxReply):
		return inputInvalid("Reply.Mailbox and Reply.Subject are numbers")
	}
	if err := l.To.check(); err != nil {
		return err
	}
	if err := checkText("Title", l.Title, orDefault(can.Limits.Title, DefaultTitle)); err != nil {
		return err
	}
	if err := l.supported(can); err != nil {
		return err
	}
	for i, d := range l.Attachments {
		if err := checkFileName(d.Name); err != nil {
			return err
		}
		if slices.ContainsFunc(l.Attachments[:i], func(other Document) bool { return shownline.Same(other.Name, d.Name) }) {
			return inputInvalid("two Attachments have the same Name, and only one may arrive; letter case does not tell them apart")
		}
	}
	if l.Channel.MayPrint() {
		return l.Address.Check()
	}
	return nil
}

// supported refuses what this distributor cannot carry: nothing is left out in
// silence.
func (l *Letter) supported(can Capabilities) error {
	missing := ""
	switch {
	case l.Channel.MayPrint() && !can.Print:
		missing = "Channel: this distributor does not print"
	case !l.NotBefore.IsZero() && !can.NotBefore:
		missing = "NotBefore: this distributor cannot hold a letter back"
	case l.Reply.Mode != NoReply && !can.Reply:
		missing = "Reply: this distributor carries no replies"
	case len(l.Attachments) > 0 && can.Limits.Attachments == 0:
		missing = "Attachments: this distributor carries none"
	case len(l.Attachments) > can.Limits.Attachments:
		return inputInvalid("more than " + strconv.Itoa(can.Limits.Attachments) + " Attachments")
	}
	if missing != "" {
		return &Error{Kind: Unsupported, Sender: can.Name, Why: missing, Then: Stop}
	}
	return nil
}

func orDefault[N int | int64](n, d N) N {
	if n == 0 {
		return d
	}
	return n
}

// checkText refuses a text that people read in a list, an e-mail or a text
// message: it must be clean, short, and without a CPR number.
func checkText(field, s string, limit int) error {
	if fault := shownline.Fault(s, limit); fault != "" {
		return inputInvalid(field + fault)
	}
	if cprshape.In(s) {
		return inputInvalid(field + " has ten digits that could be a CPR number; it is shown in e-mails")
	}
	return nil
}

// notInNames are what Digital Post refuses in file names since 10 September 2025.
const notInNames = "<>:\"/\\|?*\u00A0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u205F\u2060\u3000"

func checkFileName(name string) error {
	if err := checkText("the Name of an attachment", name, maxName); err != nil {
		return err
	}
	switch ending := fileEnding(name); {
	case strings.ContainsAny(name, notInNames):
		return inputInvalid(`the Name of an attachment has one of <>:"/\|?* or a special blank`)
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Cf, r) }):
		return inputInvalid("the Name of an attachment has characters that nobody sees, such as a soft hyphen")
	case strings.TrimSpace(name) != name:
		return inputInvalid("the Name of an attachment begins or ends with a blank")
	case strings.Trim(strings.TrimSuffix(strings.ToLower(name), ".pdf"), ". ") == "":
		return inputInvalid("the Name of an attachment has nothing before its ending")
	case ending != "" && !strings.EqualFold(ending, "pdf"):
		return inputInvalid("the Name of an attachment ends like a file that is no PDF; end it in .pdf")
	}
	return nil
}

// fileEnding is the ending by which a system chooses the program that opens a file: up to
// five letters and digits behind the last dot, not digits alone ("Bilag 1.2" has none).
func fileEnding(name string) string {
	ending := name[strings.LastIndexByte(name, '.')+1:]
	if len(ending) == len(name) || len(ending) > 5 || strings.Trim(ending, digits) == "" || strings.Trim(strings.ToLower(ending), digits+"abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return ending
}

const digits = "0123456789"

func isNumber(s string, limit int) bool {
	return len(s) <= limit && strings.Trim(s, digits) == ""
}
