package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// A rule says who may see a path and what lies below it.
type rule struct {
	path   string // as the settings write it
	only   bool   // the path alone, nothing below it
	own    bool   // a path of the proxy's own
	public bool
	want   mitid.Request // level, capacity and CPR number; without meaning if public or own

	exact, folded []string
}

// newRule returns the rule for a path in plain text, such as /ærø/borgere.
func newRule(path string, only bool) (rule, error) {
	if strings.ContainsAny(path, `%;?#\`) {
		return rule{}, errors.New(`a path is plain text, without % ; ? # and \`)
	}
	p, err := parsePath((&url.URL{Path: path}).EscapedPath())
	if err != nil || len(p.exact) != len(p.folded) {
		return rule{}, errors.New("a path begins with / and has no //, no dots or blanks at the end of a part, and no control characters")
	}
	for i, s := range p.exact {
		if p.folded[i] != sameCase(s) {
			return rule{}, errors.New("a part of a path begins and ends without blanks and dots")
		}
	}
	return rule{path: path, only: only, exact: p.exact, folded: p.folded}, nil
}

// covers reports whether the rule is for the segments of a path; mine are those of the rule.
func (r *rule) covers(segments, mine []string) bool {
	if r.only {
		return slices.Equal(segments, mine)
	}
	return hasPrefix(segments, mine)
}

// rules are sorted: the first one that covers a path counts. The last one covers
// everything.
type rules []rule

// sortRules puts the longest path first, and before it the same path alone. It refuses two rules that a server may read as
// one path.
func sortRules(list []rule) (rules, error) {
	slices.SortStableFunc(list, func(a, b rule) int {
		switch {
		case len(a.folded) != len(b.folded):
			return cmp.Compare(len(b.folded), len(a.folded))
		case a.only == b.only:
			return 0
		case a.only:
			return -1
		}
		return 1
	})
	for i, a := range list {
		for _, b := range list[i+1:] {
			if a.only == b.only && slices.Equal(a.folded, b.folded) {
				return nil, fmt.Errorf("%s and %s are the same path to some servers", a.path, b.path)
			}
		}
	}
	return list, nil
}

// judge returns the rule of an escaped path and the path as the upstream gets it. If
// servers may read the path differently, and the rule would not be the same, it returns
// errPath.
func (all rules) judge(escaped string) (*rule, string, error) {
	p, err := parsePath(escaped)
	if err != nil {
		return nil, "", err
	}
	for i := range all {
		r := &all[i]
		exact, folded := r.covers(p.exact, r.exact), r.covers(p.folded, r.folded) || r.only && slices.Contains(p.ends, len(r.folded)) && hasPrefix(p.folded, r.folded)
		if exact != folded {
			return nil, "", errPath
		}
		if exact {
			return r, p.escaped, nil
		}
	}
	return nil, "", errPath // the last rule covers everything
}

// lowest returns the lowest level that a rule asks for. If all is public, that is
// substantial.
func (all rules) lowest() claims.Level {
	if !slices.ContainsFunc(all, func(r rule) bool { return !r.own && !r.public }) {
		return claims.Substantial
	}
	low := claims.High
	for _, r := range all {
		if !r.own && !r.public {
			low = min(low, r.want.Level)
		}
	}
	return low
}
