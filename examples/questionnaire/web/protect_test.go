package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestPanicBecomesAnErrorWithoutItsValue(t *testing.T) {
	var logs bytes.Buffer
	a := &App{cfg: Config{Now: time.Now, Logger: slog.New(slog.NewTextHandler(&logs, nil))}}
	rec := httptest.NewRecorder()
	a.recorded(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("Paiman Petersen 2712589100") })).
		ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, http.StatusInternalServerError, rec.Code)
	assert.Contains(t, logs.String(), "panic")
	assert.NotContains(t, logs.String()+rec.Body.String(), "Paiman")
	assert.NotContains(t, logs.String()+rec.Body.String(), "2712589100")
}
