package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
)

// pdf is a document whose words tell it from others.
func pdf(words string) []byte { return []byte("%PDF-1.4\n% " + words + "\n%%EOF\n") }

// folder is a folder with documents and a list.
type folder struct {
	t    *testing.T
	path string
}

func newFolder(t *testing.T) folder {
	f := folder{t, t.TempDir()}
	f.write("brev.pdf", pdf("rødgrød"))
	f.write("andet brev æøå.pdf", pdf("smørrebrød"))
	return f
}

func (f folder) write(name string, content []byte) string {
	f.t.Helper()
	path := filepath.Join(f.path, name)
	require.NoError(f.t, os.WriteFile(path, content, 0o600))
	return path
}

func (f folder) list(lines ...string) string {
	return f.write("breve.csv", []byte(strings.Join(lines, "\n")+"\n"))
}

const head = "number,title,file,reference"

func line(i int) string {
	return fmt.Sprintf("%s,Afgørelse om støtte,brev.pdf,sag-æøå-%d", cprtest.Number(9000+i).Reveal(), i)
}

// judge reads and checks a list, and returns what the command tells of it.
func judge(t *testing.T, path string) (*list, string) {
	t.Helper()
	o := &options{list: path, distributor: "stralfors"}
	p, err := o.open()
	require.NoError(t, err)
	defer p.close()
	l, faults, err := readList(path)
	if err != nil {
		return nil, err.Error()
	}
	more, err := l.check(t.Context(), p, &progress{to: new(bytes.Buffer), now: time.Now})
	require.NoError(t, err)
	var told bytes.Buffer
	tellFaults(&told, append(faults, more...))
	return l, told.String()
}

var lineNumber = regexp.MustCompile(`(?m)^line (\d+):`)

// linesOf returns the numbers of the lines that are told of, each once.
func linesOf(told string) (numbers []string) {
	for _, found := range lineNumber.FindAllStringSubmatch(told, -1) {
		if len(numbers) == 0 || numbers[len(numbers)-1] != found[1] {
			numbers = append(numbers, found[1])
		}
	}
	return numbers
}

func TestEveryFaultyLineIsTold(t *testing.T) {
	f := newFolder(t)
	f.write("tekst.pdf", []byte("kære borger"))
	f.write("halv.pdf", []byte("%PDF-1.4\nså langt kom vi"))
	f.write("stor.pdf", append(append([]byte("%PDF-1.4\n"), make([]byte, 10_000_001)...), "%%EOF\n"...))
	f.write("tom.pdf", nil)
	require.NoError(t, os.Mkdir(filepath.Join(f.path, "mappe.pdf"), 0o700))
	n := func(i int) string { return cprtest.Number(9000 + i).Reveal() }
	replacement := fmt.Sprintf("%d%s", n(1)[0]-'0'+6, n(1)[1:])
	rows := []struct{ row, why string }{
		{line(1), ""},
		{n(2)[1:] + ",Brev,brev.pdf,r3", "number: "},
		{n(2) + "1,Brev,brev.pdf,r4", "number: "},
		{"3213901234,Brev,brev.pdf,r5", "number: "},
		{"åååååå-åååå,Brev,brev.pdf,r6", "number: "},
		{replacement + ",Brev,brev.pdf,r7", "number: "},
		{",Brev,brev.pdf,r8", "number: "},
		{n(2) + ",,brev.pdf,r9", "title: Title is empty"},
		{n(2) + "," + strings.Repeat("å", 256) + ",brev.pdf,r10", "title: Title is longer than 255 characters"},
		{n(2) + ",Brev til " + n(2) + ",brev.pdf,r11", "title: Title has ten digits"},
		{n(2) + ",\"Brev\ttil dig\",brev.pdf,r12", "title: Title has control characters"},
		{n(2) + ",Brev,findes-ikke-æ.pdf,r13", "file: it is missing"},
		{n(2) + ",Brev,,r14", "file: there is none"},
		{n(2) + ",Brev,tekst.pdf,r15", "file: Document"},
		{n(2) + ",Brev,halv.pdf,r16", "file: Document"},
		{n(2) + ",Brev,stor.pdf,r17", "file: Document"},
		{n(2) + ",Brev,tom.pdf,r18", "file: Document"},
		{n(2) + ",Brev,mappe.pdf,r19", "file: it is no file"},
		{n(2) + ",Brev,/dev/zero,r20", "file: it is no file"},
		{n(2) + ",Brev,brev.pdf,", "reference: it is empty"},
		{n(2) + ",Brev,brev.pdf," + strings.Repeat("æ", 201), "reference: it is longer than 200 characters"},
		{n(2) + ",Brev,brev.pdf,r-" + n(2)[:6] + "-" + n(2)[6:], "reference: it has the number in it"},
		{n(2) + ",Brev,brev.pdf,sag-æøå-1", "reference: it was used before, in line 2"},
		{n(2) + ",Brev,brev.pdf", "the row does not have four columns"},
		{n(2) + ",Brev,brev.pdf,r26,", "the row does not have four columns"},
		{n(2) + ",Brev \"i dag\",brev.pdf,r27", "quotation mark"},
		{n(2) + ",\"Brev\"i dag,brev.pdf,r28", "quotation mark"},
		{n(2) + ",K\xe6re dig,brev.pdf,r29", "the row is not UTF-8"},
		{n(2) + ",Br\x00ev,brev.pdf,r30", "title: Title has control characters"},
		{n(2) + ",Brev,br\x00ev.pdf,r31", "file: there is none"},
		{n(2) + ",Brev,brev.pdf,r\x0032", "reference: it has control characters"},
		{n(2) + ",Afg\ufffdrelse,brev.pdf,r33", "title: it has the mark of a lost character"},
		{n(2) + ",\"Brev", "quotation mark is not closed"},
		{line(33), ""},
	}
	var lines, want []string
	for i, r := range rows {
		lines = append(lines, r.row)
		if r.why != "" {
			want = append(want, fmt.Sprint(i+2))
		}
	}
	_, told := judge(t, f.list(append([]string{head}, lines...)...))
	require.Equal(t, want, linesOf(told), told)
	for i, r := range rows {
		if r.why != "" {
			assert.Regexp(t, fmt.Sprintf(`(?m)^line %d: .*%s`, i+2, regexp.QuoteMeta(r.why)), told, "line %d", i+2)
		}
	}
	for _, secret := range []string{n(1), n(2), replacement, "3213901234", "Brev til", "findes", "tekst", "sag-æøå", "mappe", f.path} {
		assert.NotContains(t, told, secret)
	}

	// Several faults of one line are told together.
	_, told = judge(t, f.list(head, "1,,findes-ikke.pdf,"))
	assert.Equal(t, 4, strings.Count(told, "line 2:"), told)
}

// The number of a line is that of the file, also behind line breaks in quotes.
func TestLinesAreCountedAsAnEditorDoes(t *testing.T) {
	f := newFolder(t)
	_, told := judge(t, f.list(head, line(1), "", "\"1\",\"a\r\nb\nc\",brev.pdf,r2", line(2), "2,Brev,brev.pdf,r3"))
	require.Equal(t, []string{"4", "8"}, linesOf(told), told)
}

func TestListsAsProgramsWriteThem(t *testing.T) {
	f := newFolder(t)
	n := cprtest.Number(9001)
	digits := n.Reveal()
	plain := head + "\n" + digits + ",\"Støtte, og \"\"mere\"\" æøå\",andet brev æøå.pdf,=1+1\n"
	for name, text := range map[string]string{
		"plain":            plain,
		"BOM":              "\ufeff" + plain,
		"CRLF":             strings.ReplaceAll(plain, "\n", "\r\n"),
		"no last newline":  strings.TrimSuffix(plain, "\n"),
		"blank lines":      strings.ReplaceAll(plain, "\n", "\n\n"),
		"all quoted":       `"number","title","file","reference"` + "\n" + `"` + digits + `","Støtte, og ""mere"" æøå","andet brev æøå.pdf","=1+1"`,
		"BOM, quoted":      "\ufeff" + `"number","title","file","reference"` + "\n" + strings.SplitN(plain, "\n", 2)[1],
		"semicolons":       "number;title;file;reference\r\n" + digits + ";\"Støtte, og \"\"mere\"\" æøå\";andet brev æøå.pdf;=1+1\r\n",
		"written number":   strings.Replace(plain, digits, " "+digits[:6]+"-"+digits[6:]+" ", 1),
		"file elsewhere":   strings.Replace(plain, "andet", "../"+filepath.Base(f.path)+"/andet", 1),
		"absolute address": strings.Replace(plain, "andet", f.path+"/andet", 1),
	} {
		l, told := judge(t, f.write("breve.csv", []byte(text)))
		require.Empty(t, told, name)
		require.Len(t, l.rows, 1, name)
		r := l.rows[0]
		assert.Equal(t, n, r.number, name)
		assert.Equal(t, `Støtte, og "mere" æøå`, r.title, name)
		assert.Equal(t, "=1+1", r.reference, name)
		content, err := os.ReadFile(l.path(&r))
		require.NoError(t, err, name)
		assert.Equal(t, pdf("smørrebrød"), content, name)
	}
}

func TestListsThatAreRefusedWhole(t *testing.T) {
	f := newFolder(t)
	utf16 := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, r := range s {
			b = append(b, byte(r), byte(r>>8))
		}
		return string(b)
	}
	tabs := strings.NewReplacer(",", "\t")
	for name, c := range map[string]struct{ text, want string }{
		"empty":                {"", "line 1: the list is empty"},
		"a BOM":                {"\ufeff", "line 1: the list is empty"},
		"blank lines":          {"\n\n\n", "line 1: the list is empty"},
		"no rows":              {head + "\n", "line 2: the list has no rows"},
		"no header":            {line(1) + "\n", "line 1: the header is not number,title,file,reference"},
		"another order":        {"title,number,file,reference\n" + line(1), "line 1: the header"},
		"other words":          {"Number,Title,File,Reference\n" + line(1), "line 1: the header"},
		"a column less":        {"number,title,file\n" + line(1), "line 1: the header"},
		"a column more":        {head + ",\n" + line(1), "line 1: the header"},
		"an open quote":        {"\"" + head + "\n" + line(1), "line 1: the header"},
		"tabs":                 {tabs.Replace(head + "\n" + line(1)), "line 1: the header"},
		"UTF-16":               {utf16(head + "\n" + line(1)), "line 1: the header"},
		"rubbish":              {strings.Repeat("\x00\xff\xfe\"", 2_500_000), "line 1: the header"},
		"old line ends":        {head + "\r" + line(1) + "\r", "line 1: the header"},
		"semicolons and comma": {strings.ReplaceAll(head, ",", ";") + "\n" + line(1), "line 2: the row does not have four columns"},
		"comma and semicolons": {head + "\n" + strings.ReplaceAll(line(1), ",", ";"), "line 2: the row does not have four columns"},
	} {
		_, told := judge(t, f.write("breve.csv", []byte(c.text)))
		assert.True(t, strings.HasPrefix(told, c.want), "%s: %s", name, told)
	}
	_, told := judge(t, f.path)
	assert.Equal(t, "the list is no file", told)
	_, told = judge(t, "/dev/zero")
	assert.Equal(t, "the list is no file", told)
	_, told = judge(t, filepath.Join(f.path, "findes-ikke.csv"))
	assert.Equal(t, "the list cannot be read: no such file or directory", told)
	big := f.write("stor.csv", nil)
	require.NoError(t, os.Truncate(big, maxList+1))
	_, told = judge(t, big)
	assert.Equal(t, "the list is larger than 64 MiB; split it", told)
	_, told = judge(t, f.write("mange.csv", []byte(head+strings.Repeat("\nx", maxRows+1))))
	assert.Equal(t, "the list has more than 1000000 rows; split it", told)
}

func TestAListThatGrowsWhileItIsRead(t *testing.T) {
	f := newFolder(t)
	path := f.list(head, line(1))
	enough, grown := make(chan struct{}), make(chan int)
	go func() {
		rows := 1
		defer func() { grown <- rows }()
		for {
			select {
			case <-enough:
				return
			default:
			}
			w, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return
			}
			rows++
			_, _ = w.WriteString(line(rows) + "\n")
			_ = w.Close()
		}
	}()
	for refused := 0; refused < 5; {
		l, faults, err := readList(path)
		if err != nil {
			assert.ErrorContains(t, err, "changed while it was read")
			refused++
			continue
		}
		assert.Empty(t, faults)
		assert.NotEmpty(t, l.rows)
	}
	close(enough)
	rows := <-grown
	l, _, err := readList(path)
	require.NoError(t, err)
	assert.Len(t, l.rows, rows)
}

func TestTheSameReferenceIsTheSameLetter(t *testing.T) {
	assert.Equal(t, letterID("ø", "sag-æøå"), letterID("ø", "sag-æøå"))
	assert.Equal(t, "a9eecd9c-cef8-897e-a832-bcab74df807c", letterID("ø", "sag-æøå").String(), "it must never change: letters would be sent twice")
	assert.NotEqual(t, letterID("ø", "sag-æøå"), letterID("ø", "sag-æøå "))
	assert.NotEqual(t, letterID("ø", "sag-æøå"), letterID("å", "sag-æøå"), "another database")
}
