package loadgen

// Client names an HTTP client implementation.
type Client string

// The clients. All of them measure alike; they differ in cost and reach.
const (
	// ClientAuto takes the cheapest one that can speak to the URL.
	ClientAuto Client = ""
	// ClientEpoll is one thread driving raw HTTP/1.1 connections by epoll:
	// plain http on Linux (amd64, arm64).
	ClientEpoll Client = "epoll"
	// ClientGoroutine is a goroutine per raw HTTP/1.1 connection: plain http
	// on any system.
	ClientGoroutine Client = "goroutine"
	// ClientNetHTTP is net/http: http and https on any system. Its service
	// times include connecting, and it does not follow redirects either.
	ClientNetHTTP Client = "nethttp"
)
