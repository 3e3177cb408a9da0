//go:build !(linux && (amd64 || arm64))

package loadgen

import (
	"context"
	"errors"
	"net/netip"
)

func runEpoll(context.Context, *run, netip.AddrPort) error {
	return errors.ErrUnsupported
}
