package localservices

import (
	"context"
	"net"
	"strconv"
	"time"
)

// dialPatience bounds a conversation that finds out whether a server is up.
const dialPatience = 2 * time.Second

// dial connects to a port of 127.0.0.1 with a deadline for the whole
// conversation.
func dial(ctx context.Context, port int) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialPatience}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(dialPatience))
	return conn, nil
}
