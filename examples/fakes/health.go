package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// healthLimit is how long -health waits for an answer.
const healthLimit = 2 * time.Second

// health returns an error unless address answers 200. A container without a shell asks
// itself so.
func health(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, healthLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errors.New("-health is no address")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return errors.New("not healthy: no answer")
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not healthy: status %d", res.StatusCode)
	}
	return nil
}
