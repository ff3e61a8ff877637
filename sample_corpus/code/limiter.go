// Package limiter keeps one noisy tenant from starving the others.
package limiter

import (
	"errors"
	"sync"
	"time"
)

// ErrBurstExceeded is returned when a caller asks for more tokens than the bucket can ever hold.
var ErrBurstExceeded = errors.New("limiter: request larger than burst")

// Clock is the part of time that tests replace.
type Clock interface {
	Now() time.Time
}

// TokenBucket fills at Rate tokens a second up to Burst.
type TokenBucket struct {
	Rate  float64
	Burst float64

	mu     sync.Mutex
	clock  Clock
	level  float64
	filled time.Time
}

// NewTokenBucket starts full, so that a quiet tenant may begin with a burst.
func NewTokenBucket(rate, burst float64, clock Clock) *TokenBucket {
	return &TokenBucket{Rate: rate, Burst: burst, clock: clock, level: burst, filled: clock.Now()}
}

// Take removes n tokens and reports how long the caller must wait before it may go on.
// The level may become negative: whoever comes next waits for the debt as well, which keeps the queue fair.
func (b *TokenBucket) Take(n float64) (time.Duration, error) {
	if n > b.Burst {
		return 0, ErrBurstExceeded
	}
	b.mu.Lock()
	defer b.mu.Unlock()

	b.refill()
	b.level -= n
	if b.level >= 0 {
		return 0, nil
	}
	return time.Duration(-b.level / b.Rate * float64(time.Second)), nil
}

// refill ignores a clock that went backwards, as happens when a virtual machine is moved to another host.
func (b *TokenBucket) refill() {
	now := b.clock.Now()
	passed := now.Sub(b.filled).Seconds()
	if passed <= 0 {
		return
	}
	b.level = min(b.Burst, b.level+passed*b.Rate)
	b.filled = now
}

// Tenants hands out one bucket for each tenant and forgets those that have been idle for an hour.
type Tenants struct {
	mu      sync.Mutex
	buckets map[string]*TokenBucket
	seen    map[string]time.Time
	clock   Clock
}

const idleLimit = time.Hour

// NewTenants starts with no bucket at all.
func NewTenants(clock Clock) *Tenants {
	return &Tenants{buckets: map[string]*TokenBucket{}, seen: map[string]time.Time{}, clock: clock}
}

// For returns the bucket of a tenant and makes one on the first call: 50 requests a second, bursts of 200.
func (t *Tenants) For(name string) *TokenBucket {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen[name] = t.clock.Now()
	bucket, ok := t.buckets[name]
	if !ok {
		bucket = NewTokenBucket(50, 200, t.clock)
		t.buckets[name] = bucket
	}
	return bucket
}

// Sweep drops idle buckets and returns how many it dropped.
func (t *Tenants) Sweep() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	dropped := 0
	for name, last := range t.seen {
		if t.clock.Now().Sub(last) > idleLimit {
			delete(t.buckets, name)
			delete(t.seen, name)
			dropped++
		}
	}
	return dropped
}
