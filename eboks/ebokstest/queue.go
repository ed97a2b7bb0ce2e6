package ebokstest

import "time"

// queue is what is to happen, by time and then by number.
type queue struct{ items []item }

type item struct {
	at     time.Time
	number int
	do     func()
}

func (a item) before(b item) bool {
	if !a.at.Equal(b.at) {
		return a.at.Before(b.at)
	}
	return a.number < b.number
}

func (q *queue) push(at time.Time, number int, do func()) {
	q.items = append(q.items, item{at, number, do})
	for i := len(q.items) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.items[i].before(q.items[up]) {
			break
		}
		q.items[i], q.items[up] = q.items[up], q.items[i]
		i = up
	}
}

func (q *queue) pop() item {
	top := q.items[0]
	last := len(q.items) - 1
	q.items[0] = q.items[last]
	q.items[last] = item{}
	q.items = q.items[:last]
	for i := 0; ; {
		least := i
		for _, down := range []int{2*i + 1, 2*i + 2} {
			if down < last && q.items[down].before(q.items[least]) {
				least = down
			}
		}
		if least == i {
			return top
		}
		q.items[i], q.items[least] = q.items[least], q.items[i]
		i = least
	}
}

// run does what is due at now, and what that makes due.
func (q *queue) run(now time.Time) {
	for len(q.items) > 0 && !q.items[0].at.After(now) {
		q.pop().do()
	}
}
