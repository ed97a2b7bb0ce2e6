package claimsuite

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/canary"
)

// netsCanaries are what must not be seen of filled claims of the Nets brokers. The first
// is also in the names of a package's types.
var netsCanaries = []string{
	"canary", "7408860003", "740886", "1986-08", "6867f1a2", "9208-2002", "0012345678", "43950932", "16662879", "1092738120",
	"0c23111c", "Bageren", "Åse", "Ærøskøbing", "StubID", "U3R1YklE", "Køb", "192.0.2.7",
}

// NothingOfNetsIsPrinted puts filled values of exported types, by their names, through every
// printer, and checks that they refuse to marshal. A value whose name has "error" in it may
// marshal.
func NothingOfNetsIsPrinted(t *testing.T, values map[string]any) {
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			require.NotNil(t, value)
			for printer, text := range canary.Printed(value, false) {
				for _, c := range netsCanaries {
					assert.False(t, canary.Shows(text, c), "%s: %q", printer, text)
				}
			}
			for _, printer := range canary.Leaks(value, netsCanaries[1:]...) {
				assert.True(t, canary.OutOfReach(printer), printer)
			}
			if strings.Contains(name, "error") {
				return
			}
			_, err := json.Marshal(value)
			assert.ErrorContains(t, err, "claims.Plain")
			_, err = xml.Marshal(value)
			assert.Error(t, err)
			_, err = value.(interface{ MarshalText() ([]byte, error) }).MarshalText()
			assert.ErrorContains(t, err, "claims.Plain")
			_, err = value.(interface{ MarshalBinary() ([]byte, error) }).MarshalBinary()
			assert.ErrorContains(t, err, "claims.Plain")
			assert.True(t, strings.HasPrefix(fmt.Sprintf("%#v", value), strings.TrimPrefix(strings.Fields(name)[0], "*")+"{"))
		})
	}
}
