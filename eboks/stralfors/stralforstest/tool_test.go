package stralforstest_test

import (
	"context"
	"fmt"
)

// tool is a test of a tool that is not package testing.
type tool struct{ last []func() }

func (*tool) Helper()                           {}
func (*tool) Context() context.Context          { return context.Background() }
func (t *tool) Cleanup(f func())                { t.last = append(t.last, f) }
func (*tool) Errorf(format string, args ...any) { fmt.Printf("failed: "+format+"\n", args...) }
func (*tool) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (t *tool) end() {
	for _, f := range t.last {
		f()
	}
}
