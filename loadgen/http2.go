package loadgen

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"time"
)

// explainClosed asks a server that ended every connection without an answer whether
// HTTP/2 is what it speaks, and writes that into the sample. Such servers (gRPC,
// for one) often close without a word.
func explainClosed(ctx context.Context, r *run, addr netip.AddrPort, samples map[ErrorKind]Sample) {
	sample, ok := samples[KindClosed]
	if !ok || sample.Cause != "" && sample.Cause != CauseReset {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, min(r.plan.Timeout, time.Second))
	defer cancel()
	if speaksHTTP2(ctx, r, addr) {
		sample.Cause = CauseHTTP2
		samples[KindClosed] = sample
	}
}

// speaksHTTP2 begins a conversation as a client of HTTP/2 does (RFC 9113 section
// 3.4): the server's first frame must be SETTINGS.
func speaksHTTP2(ctx context.Context, r *run, addr netip.AddrPort) bool {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr.String())
	if err != nil {
		return false
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if r.request.base.Scheme == "https" {
		config := tlsConfig(r.plan.TLS)
		config.NextProtos = []string{"h2"}
		if config.ServerName == "" {
			config.ServerName = r.request.base.Hostname()
		}
		conn = tls.Client(conn, config)
	}
	const noSettings = "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	if _, err := io.WriteString(conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+noSettings); err != nil {
		return false
	}
	frame := make([]byte, len(noSettings))
	_, err = io.ReadFull(conn, frame)
	return err == nil && protocolOf(frame) == CauseHTTP2
}
