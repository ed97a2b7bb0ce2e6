package signingtest

import (
	"context"
	"encoding/json"
)

func querySignatureOrder(ctx context.Context, c *call, args map[string]any) (any, error) {
	c.lock()
	return orNil(c.s.orderNode(c.s.orders.byID[id(args)])), nil
}

func querySignatory(ctx context.Context, c *call, args map[string]any) (any, error) {
	c.lock()
	return orNil(c.s.signatoryNode(c.s.orders.signatories[id(args)])), nil
}

func queryDocument(ctx context.Context, c *call, args map[string]any) (any, error) {
	c.lock()
	return orNil(c.s.documentNode(c.s.orders.documents[id(args)], nil)), nil
}

func queryBatch(ctx context.Context, c *call, args map[string]any) (any, error) {
	c.lock()
	return orNil(c.s.batchNode(c.s.orders.batches[id(args)])), nil
}

func id(args map[string]any) string {
	id, _ := args["id"].(string)
	return id
}

// number returns a whole number among the arguments.
func number(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		return int(v), true
	case int:
		return v, true
	case json.Number:
		n, err := v.Int64()
		return int(n), err == nil
	}
	return 0, false
}

// timezones are those that the fake takes.
func timezones() []string {
	return []string{
		"UTC", "Europe/Copenhagen", "Europe/Stockholm", "Europe/Oslo", "Europe/Helsinki", "Europe/Berlin", "Europe/London",
		"Atlantic/Faroe", "America/Nuuk", "America/New_York",
	}
}
