package experiment

import (
	"fmt"
	"net"
	"strings"
)

// portPlaceholder stands for the port chosen.
const portPlaceholder = "{{port}}"

func atPort(text, port string) string { return strings.ReplaceAll(text, portPlaceholder, port) }

func allAtPort(texts []string, port string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = atPort(text, port)
	}
	return out
}

// freePort asks the system for a port of 127.0.0.1 that is free now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("no free port: %w", err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
