//go:build !linux

package outbox_test

import (
	"database/sql/driver"
	"testing"
)

// smallDisk knows no way to make one here.
func smallDisk(*testing.T) (folder string, grow func(), ok bool) { return "", nil, false }

// growing is a database whose disk grows before it is opened.
type growing struct {
	driver.Connector
	grow func()
}
