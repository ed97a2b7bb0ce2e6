package neb

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/signing"
)

// maxParts bounds the documents and the signatories of an order.
const maxParts = 99

// maxWorkflowID bounds the id of a workflow, which is a UUID.
const maxWorkflowID = 64

// orderID is what an order's ID says: the workflow, how many people sign how many
// documents, and one digest of the documents. So nothing needs to be stored here.
type orderID struct {
	workflow               string
	signatories, documents int
	sum                    [sha256.Size]byte
}

// String returns the ID.
func (o orderID) String() string {
	return o.workflow + "." + strconv.Itoa(o.signatories) + "." + strconv.Itoa(o.documents) + "." + base64.RawURLEncoding.EncodeToString(o.sum[:])
}

func readOrderID(id signing.ID) (o orderID, ok bool) {
	parts := strings.Split(string(id), ".")
	if len(parts) != 4 || !isID(parts[0]) || len(parts[0]) > maxWorkflowID {
		return o, false
	}
	sum, err := base64.RawURLEncoding.Strict().DecodeString(parts[3])
	if err != nil || len(sum) != sha256.Size {
		return o, false
	}
	o.workflow, o.sum = parts[0], [sha256.Size]byte(sum)
	o.signatories, ok = number(parts[1], maxParts)
	if !ok {
		return o, false
	}
	o.documents, ok = number(parts[2], maxParts)
	return o, ok && o.String() == string(id)
}

// number reads 1 to most.
func number(s string, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && 1 <= n && n <= most
}

// place returns the ID of the i-th document or signatory, counted from 0.
func place(i int) signing.ID { return signing.ID(strconv.Itoa(i + 1)) }

// note says in sealed state which signatory of which order signs.
func note(order, signatory signing.ID) string { return string(order) + "/" + string(signatory) }

func readNote(text string) (order, signatory signing.ID, ok bool) {
	before, after, ok := strings.Cut(text, "/")
	o, valid := readOrderID(signing.ID(before))
	if !ok || !valid {
		return "", "", false
	}
	_, ok = number(after, o.signatories)
	return signing.ID(before), signing.ID(after), ok
}
