package outbox_test

import (
	"context"
	"database/sql/driver"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// smallDisk mounts a file system of 1 MB, where that is allowed. grow makes it larger.
func smallDisk(t *testing.T) (folder string, grow func(), ok bool) {
	folder = t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); err != nil {
		t.Log("no small disk: ", err)
		return "", nil, false
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	return folder, func() { require.NoError(t, syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT, "size=64m")) }, true
}

// growing is a database whose disk grows before it is opened.
type growing struct {
	driver.Connector
	grow func()
}

func (g growing) Connect(ctx context.Context) (driver.Conn, error) {
	g.grow()
	return g.Connector.Connect(ctx)
}
