package loadgen_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// tlsServer has a certificate for the host that is valid until then, and speaks
// HTTP/2 alone if asked to.
func tlsServer(t *testing.T, host string, until time.Time, protocols *http.Protocols) (url string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: until.Add(-100 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if s.Config.Protocols = protocols; protocols != nil {
		s.EnableHTTP2, s.TLS.NextProtos = true, []string{"h2"}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	root, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(root)
	return s.URL, roots
}

// TestSamplesOfFailures plants each failure and looks for its cause.
func TestSamplesOfFailures(t *testing.T) {
	later := time.Now().Add(50 * time.Hour)
	var http2, plainHTTP2 http.Protocols
	http2.SetHTTP2(true)
	plainHTTP2.SetUnencryptedHTTP2(true)
	healthy, _ := tlsServer(t, "127.0.0.1", later, nil)
	expired, expiredRoots := tlsServer(t, "127.0.0.1", time.Now().Add(-time.Hour), nil)
	other, otherRoots := tlsServer(t, "elsewhere.test", later, nil)
	only2, only2Roots := tlsServer(t, "127.0.0.1", later, &http2)
	plain, stop := serve(t, func(http.ResponseWriter, *http.Request) {})
	defer stop()
	h2c := httptest.NewUnstartedServer(nil)
	h2c.Config.Protocols = &plainHTTP2
	h2c.Start()
	defer h2c.Close()
	resets, stopResets := script(t, func(_ int, conn net.Conn) {
		request(conn)
		_ = conn.(*net.TCPConn).SetLinger(0)
	})
	defer stopResets()
	settings, stopSettings := script(t, func(_ int, conn net.Conn) {
		request(conn)
		_, _ = io.WriteString(conn, "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x10\x00\x00")
	})
	defer stopSettings()
	alert, stopAlert := script(t, func(_ int, conn net.Conn) {
		request(conn)
		_, _ = io.WriteString(conn, "\x15\x03\x01\x00\x02\x02\x46")
	})
	defer stopAlert()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	for _, row := range []struct {
		name, url string
		roots     *x509.CertPool
		kind      loadgen.ErrorKind
		cause     loadgen.Cause
		said      string
	}{
		{"nothing listens", "http://" + l.Addr().String(), nil, loadgen.KindRefused, loadgen.CauseRefused, "connection refused"},
		{"reset", resets, nil, loadgen.KindClosed, loadgen.CauseReset, "connection reset by peer"},
		{"unknown authority", healthy, nil, loadgen.KindConnect, loadgen.CauseAuthority, "unknown authority"},
		{"expired", expired, expiredRoots, loadgen.KindConnect, loadgen.CauseExpired, "expired"},
		{"another host", other, otherRoots, loadgen.KindConnect, loadgen.CauseHost, "127.0.0.1"},
		{"no TLS", strings.Replace(plain, "http:", "https:", 1), nil, loadgen.KindConnect, loadgen.CauseNoTLS, "does not look like a TLS handshake"},
		{"TLS alert", alert, nil, loadgen.KindMalformed, loadgen.CauseNeedsTLS, `\x15\x03\x01`},
		{"SETTINGS", settings, nil, loadgen.KindMalformed, loadgen.CauseHTTP2, `\x00\x00\x06\x04`},
		{"HTTP/2 without TLS", h2c.URL, nil, loadgen.KindClosed, loadgen.CauseHTTP2, ""},
		{"HTTP/2 with TLS", only2, only2Roots, loadgen.KindClosed, loadgen.CauseHTTP2, ""},
	} {
		for _, client := range clients() {
			if strings.HasPrefix(row.url, "https") && client != loadgen.ClientNetHTTP {
				continue
			}
			r := mustRun(t, loadgen.Plan{
				URL: row.url, Rate: 100, Duration: 40 * time.Millisecond, Client: client, TLS: &tls.Config{RootCAs: row.roots},
			})
			sample := r.Counts.Samples[row.kind]
			if r.Counts.Errors[row.kind] != 4 || sample.Cause != row.cause || !strings.Contains(sample.Said, row.said) || sample.Said == "" {
				t.Errorf("%s, %s: errors %v, sample %+v; want 4 of kind %s, cause %s, %q",
					row.name, client, r.Counts.Errors, sample, row.kind, row.cause, row.said)
			}
			if strings.Contains(sample.Said, "http://") || len(sample.Said) > 200 {
				t.Errorf("%s, %s: %q repeats the URL, or is too long", row.name, client, sample.Said)
			}
		}
	}
}

// TestSamplesOfAnswers looks at what is known of answers, and that success says
// nothing.
func TestSamplesOfAnswers(t *testing.T) {
	needsTLS, _ := tlsServer(t, "127.0.0.1", time.Now().Add(time.Hour), nil)
	overClients(t, func(t *testing.T, c loadgen.Client) {
		url, stop := serve(t, func(w http.ResponseWriter, r *http.Request) {
			status, _ := strconv.Atoi(r.Header.Get("X-Status"))
			w.Header().Set("Location", r.Header.Get("X-Location"))
			w.WriteHeader(status)
		})
		defer stop()
		for _, row := range []struct {
			status         int
			location, said string
		}{
			{302, "/login?token=hunter2", url + "/login"},
			{301, "https://me:hunter2@other.test:8443/a/b%2Fc?q#f", "https://other.test:8443/a/b%2Fc"},
			{308, "//other.test/", "http://other.test/"},
			{307, "http://[broken", "an address that is not a URL"},
			{303, "", ""},
			{304, "/elsewhere", ""},
			{201, "/created", ""},
			{200, "", ""},
		} {
			r := mustRun(t, loadgen.Plan{
				URL: url, Rate: 100, Duration: 20 * time.Millisecond, Client: c, MaxBody: 1,
				Header: http.Header{"X-Status": {strconv.Itoa(row.status)}, "X-Location": {row.location}},
			})
			sample, ok := r.Counts.StatusSamples[row.status]
			if sample.Said != row.said || ok != (row.said != "") || ok && sample.Cause != loadgen.CauseRedirect {
				t.Errorf("%d to %s: sample %+v, want %q", row.status, row.location, sample, row.said)
			}
			if r.Counts.Statuses[row.status] != 2 || len(r.Counts.Samples) != 0 {
				t.Errorf("%d: counts %+v", row.status, r.Counts)
			}
		}
		r := mustRun(t, loadgen.Plan{
			URL: strings.Replace(needsTLS, "https", "http", 1), Rate: 100, Duration: 20 * time.Millisecond, Client: c, MaxBody: 1 << 10,
			Record: func(*loadgen.Exchange) {},
		})
		if r.Counts.StatusSamples[400].Cause != loadgen.CauseNeedsTLS {
			t.Errorf("plain http to https: counts %+v", r.Counts)
		}
	})
}
