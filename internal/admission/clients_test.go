package admission_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/admission"
)

func from(address string, forwarded ...string) *http.Request {
	r := &http.Request{RemoteAddr: address, Header: http.Header{}}
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	return r
}

// TestClientRate: a burst, then the rate; what is told to wait is the time until the
// next one is admitted; others are not touched.
func TestClientRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := admission.NewClients(admission.ClientOptions{Rate: 10, Burst: 3})
		for i := range 3 {
			if d := c.Wait(from("192.0.2.1:1")); d != 0 {
				t.Errorf("request %d of the burst has to wait %v", i, d)
			}
		}
		d := c.Wait(from("192.0.2.1:2"))
		if d != 100*time.Millisecond {
			t.Errorf("after the burst: wait %v; want 100 ms", d)
		}
		if other := c.Wait(from("192.0.2.2:1")); other != 0 {
			t.Errorf("another client has to wait %v", other)
		}
		time.Sleep(d)
		admitted := 0
		for range 1000 { // 10 s, asked 100 times a second
			if c.Wait(from("192.0.2.1:3")) == 0 {
				admitted++
			}
			time.Sleep(10 * time.Millisecond)
		}
		if admitted < 99 || admitted > 101 {
			t.Errorf("%d admitted in 10 s; want 100", admitted)
		}
	})
}

func TestNoRateIsNoLimit(t *testing.T) {
	c := admission.NewClients(admission.ClientOptions{})
	for range 1000 {
		if c.Wait(from("192.0.2.1:1")) != 0 {
			t.Fatal("limited")
		}
	}
}

// TestWhoIsAClient: which two requests come from one client.
func TestWhoIsAClient(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, row := range []struct {
		name string
		a, b *http.Request
		same bool
	}{
		{"other ports", from("192.0.2.1:1"), from("192.0.2.1:2"), true},
		{"other addresses", from("192.0.2.1:1"), from("192.0.2.2:1"), false},
		{"one network of IPv6", from("[2001:db8::1]:1"), from("[2001:db8::ffff:1]:1"), true},
		{"two networks of IPv6", from("[2001:db8:0:1::1]:1"), from("[2001:db8:0:2::1]:1"), false},
		{"IPv4 written as IPv6", from("[::ffff:192.0.2.1]:1"), from("192.0.2.1:1"), true},
		{"a header that nobody vouches for", from("192.0.2.1:1", "198.51.100.1"), from("192.0.2.1:1", "198.51.100.2"), true},
		{"two behind a proxy", from("10.0.0.1:1", "198.51.100.1"), from("10.0.0.1:1", "198.51.100.2"), false},
		{"one behind two proxies", from("10.0.0.1:1", "198.51.100.1"), from("10.0.0.2:1", "198.51.100.1, 10.0.0.3"), true},
		{"what the client wrote itself", from("10.0.0.1:1", "1.1.1.1, 198.51.100.1"), from("10.0.0.1:1", "2.2.2.2", "198.51.100.1"), true},
		{"no address in the header", from("10.0.0.1:1", "unknown"), from("10.0.0.1:1"), true},
	} {
		c := admission.NewClients(admission.ClientOptions{Rate: 0.001, Burst: 1, Trusted: trusted})
		if c.Wait(row.a) != 0 {
			t.Errorf("%s: the first was refused", row.name)
		}
		if got := c.Wait(row.b) != 0; got != row.same {
			t.Errorf("%s: same client: %v; want %v", row.name, got, row.same)
		}
	}
}

// TestManyClients: memory is bounded, and newcomers are admitted.
func TestManyClients(t *testing.T) {
	c := admission.NewClients(admission.ClientOptions{Rate: 1, Burst: 1})
	for i := range 250_000 {
		if d := c.Wait(from(fmt.Sprintf("%d.%d.%d.1:1", 1+i>>16, i>>8&255, i&255))); d != 0 {
			t.Fatalf("client %d has to wait %v", i, d)
		}
	}
}

func FuzzForwarded(f *testing.F) {
	f.Add("10.0.0.1:1", "198.51.100.1, 10.0.0.2")
	f.Add("[::1%lo]:1", ",,,")
	f.Fuzz(func(t *testing.T, address, header string) {
		c := admission.NewClients(admission.ClientOptions{Rate: 1, Burst: 1, Trusted: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}})
		if c.Wait(from(address, header)) != 0 {
			t.Error("the first request was refused")
		}
		if c.Wait(from(address, header)) == 0 {
			t.Error("the same request came from another client")
		}
	})
}
