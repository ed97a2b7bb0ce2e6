package eboks_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/postnord"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// bulkEnv tells the child process of TestBulk what to send, and where.
const bulkEnv = "DKEID_TEST_BULK"

// bulkOrder is that.
type bulkOrder struct {
	Dialect             string
	URL, System, Client string
	CA, Cert, Key       string // PEM files
	Material            eboks.Material
	Letters, Size       int
}

// bulkReport is what the child tells at the end.
type bulkReport struct {
	Progress eboks.Progress
	Resident int64 // bytes at most
	Told     int   // how often progress was told
}

// maxResident is how much memory the sending process may have.
const maxResident = 256 << 20

// TestBulk sends many letters out of a process of its own, and looks at what
// arrived: every recipient has exactly its own document, once. It sends a fiftieth of
// them, and all of them with DKEID_LONG=1.
func TestBulk(t *testing.T) {
	for _, c := range []struct {
		name          string
		start         func(ebokstest.Config) (*ebokstest.Distributor, error)
		letters, size int
	}{{"stralfors", ebokstest.Engines(stralforstest.Start), 100_000, 10_000}, {"postnord", ebokstest.Engines(postnordtest.Start), 5_000, 500_000}} {
		t.Run(fmt.Sprintf("%s %d of %d kB", c.name, c.letters, c.size/1000), func(t *testing.T) {
			if raceDetector || !toolstest.Long() {
				c.letters /= 50
			}
			book := &bulkBook{arrived: map[cpr.Number]int{}}
			fake := ebokstest.New(t, c.start, ebokstest.Config{
				DigestsOnly: true, Inspect: book.inspect, Settings: ebokstest.Settings{AnyRecipient: true},
			})
			dir := t.TempDir()
			order := bulkOrder{
				Dialect: c.name, URL: fake.URL(), System: fake.System(), Client: fake.ClientID(), Material: fake.Materials()[0], Letters: c.letters, Size: c.size,
				CA: filepath.Join(dir, "ca.pem"), Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem"),
			}
			for file, text := range map[string][]byte{order.CA: fake.CA(), order.Cert: fake.CertPEM(), order.Key: fake.KeyPEM()} {
				require.NoError(t, os.WriteFile(file, text, 0o600))
			}
			began := time.Now()
			report := sendInBulk(t, order)
			took := time.Since(began).Seconds()

			require.Equal(t, c.letters, report.Progress.Accepted)
			require.Equal(t, c.letters, report.Progress.Done)
			require.EqualValues(t, c.letters*c.size, report.Progress.Bytes)
			require.Positive(t, report.Told)
			require.Zero(t, book.wrong.Load(), "documents of somebody else")
			require.Len(t, book.arrived, c.letters)
			fake.Advance(time.Hour) // into the mailboxes
			filler := bulkFiller(c.size)
			for n, times := range book.arrived {
				require.Equal(t, 1, times)
				letters := fake.Letters(eboks.Person(n))
				require.Len(t, letters, 1)
				whole := sha256.New()
				head := bulkHead(n)
				whole.Write(head)
				whole.Write(filler[:c.size-len(head)])
				require.Equal(t, whole.Sum(nil), letters[0].Documents[0].SHA256[:])
			}
			t.Logf("%d letters of %d kB: %.0f a second, %.1f MB/s, resident at most %d MB", c.letters, c.size/1000,
				float64(c.letters)/took, float64(c.letters*c.size)/took/1e6, report.Resident>>20)
			if !raceDetector {
				require.Less(t, report.Resident, int64(maxResident))
			}
		})
	}
}

// bulkBook notes who got which document.
type bulkBook struct {
	mu      sync.Mutex
	arrived map[cpr.Number]int
	wrong   atomic.Int64
}

func (b *bulkBook) inspect(l ebokstest.Letter, document io.Reader) {
	want := bulkHead(l.To.CPR())
	head := make([]byte, len(want))
	if _, err := io.ReadFull(document, head); err != nil || !bytes.Equal(head, want) {
		b.wrong.Add(1)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.arrived[l.To.CPR()]++
}

// bulkHead is the beginning of a PDF that is one recipient's and nobody else's.
func bulkHead(n cpr.Number) []byte {
	sum := sha256.Sum256([]byte("kanariefugl " + n.Reveal()))
	return []byte("%PDF-1.7\n% brev til " + hex.EncodeToString(sum[:]) + "\n")
}

func bulkFiller(size int) []byte { return bytes.Repeat([]byte("æ"), size/2) }

func sendInBulk(t *testing.T, order bulkOrder) bulkReport {
	t.Helper()
	text, err := json.Marshal(order)
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBulkChild$", "-test.v=false")
	child.Env = append(os.Environ(), bulkEnv+"="+string(text))
	out, err := child.Output()
	require.NoError(t, err, "%s", out)
	var report bulkReport
	require.NoError(t, json.NewDecoder(bytes.NewReader(out)).Decode(&report), "%s", out)
	return report
}

// TestBulkChild is the process that sends; on its own it does nothing.
func TestBulkChild(t *testing.T) {
	var order bulkOrder
	if os.Getenv(bulkEnv) == "" {
		return
	}
	require.NoError(t, json.Unmarshal([]byte(os.Getenv(bulkEnv)), &order))
	c := newClient(t, order.sender(t), func(cfg *eboks.Config) { cfg.InFlight = 8 })
	var report bulkReport
	for r := range c.SendBatch(t.Context(), order.each(), eboks.Batch{Progress: func(p eboks.Progress) { report.Progress = p; report.Told++ }}) {
		require.NoError(t, r.Err)
	}
	report.Resident = resident(t)
	require.NoError(t, json.NewEncoder(os.Stdout).Encode(report))
}

func (o bulkOrder) sender(t *testing.T) eboks.Sender {
	certificate, err := tls.LoadX509KeyPair(o.Cert, o.Key)
	require.NoError(t, err)
	ca, err := os.ReadFile(o.CA)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(ca))
	var s eboks.Sender
	if o.Dialect == "stralfors" {
		s, err = stralfors.New(stralfors.Config{BaseURL: o.URL, System: o.System, User: "bulk", Certificate: certificate, Roots: roots})
	} else {
		s, err = postnord.New(postnord.Config{BaseURL: o.URL, System: o.System, ClientID: o.Client, Certificate: certificate, Roots: roots})
	}
	require.NoError(t, err)
	return s
}

// each makes the letters as they are asked for; no document is ever whole.
func (o bulkOrder) each() iter.Seq[*eboks.Letter] {
	filler := bulkFiller(o.Size)
	return func(yield func(*eboks.Letter) bool) {
		for i := range o.Letters {
			n := cprtest.Number(100_000 + i) // nobody whom the fake knows
			head := bulkHead(n)
			open := func() (io.ReadCloser, error) {
				return io.NopCloser(io.MultiReader(bytes.NewReader(head), bytes.NewReader(filler[:o.Size-len(head)]))), nil
			}
			if !yield(&eboks.Letter{
				ID: eboks.NewID(), To: eboks.Person(n), Title: "Årsopgørelse", Material: o.Material, Document: eboks.Document{Open: open}, Unchecked: true,
			}) {
				return
			}
		}
	}
}

// resident returns the most memory that this process had, in bytes.
func resident(t *testing.T) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return heap() // not Linux: the next best
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			require.NoError(t, err)
			return kB << 10
		}
	}
	t.Fatal("the system does not say how much memory the process had")
	return 0
}
