// Package http1 reads HTTP/1.1 answers from bytes as they come off the wire, in any
// cut and without allocation. It is for clients that send one request at a time and
// own their connections. RFC 9112 is the reference, and net/http where that leaves a
// choice: all clients of a load generator must agree on what an answer is.
package http1
