package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/lotteryctl/lotteryctl/internal/admission"
	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

// listeners are the two ports, bound before anything is promised.
type listeners struct{ public, admin net.Listener }

func listen(c Config) (l listeners, err error) {
	if l.public, err = net.Listen("tcp", c.Listen); err != nil {
		return l, fmt.Errorf("public port: %w; choose another with --listen", err)
	}
	if l.admin, err = net.Listen("tcp", c.AdminListen); err != nil {
		_ = l.public.Close()
		return l, fmt.Errorf("admin port: %w; choose another with --admin-listen", err)
	}
	return l, nil
}

// ports are the servers of both ports. They answer from the start, because a store
// that is away is waited for.
type ports struct {
	public, admin         *http.Server
	publicGate, adminGate *httpapi.Gate
	door                  *admission.Door
	entry                 *admission.Gate // behind the door
	work                  errgroup.Group
	failed                chan error // why a server ended by itself
}

func openPorts(c Config, l listeners, log logging, starting func() httpapi.Readiness) *ports {
	p := &ports{publicGate: httpapi.NewPublicGate(), adminGate: httpapi.NewAdminGate(starting), failed: make(chan error, 2)}
	p.entry = admission.NewGate(admission.GateOptions{Most: c.MaxInFlight, MaxWait: c.MaxWait})
	p.door = admission.NewDoor(l.public, p.entry, admission.DoorOptions{Most: c.MaxConnections})
	p.public = httpapi.NewPublicServer(p.publicGate, log.Logger)
	p.public.ConnState, p.public.ConnContext = p.door.Track, p.door.Context
	p.admin = httpapi.NewAdminServer(p.adminGate, log.Logger)
	p.work.Go(func() error { return serveOn(p.public, p.door, p.failed) })
	p.work.Go(func() error { return serveOn(p.admin, l.admin, p.failed) })
	return p
}

// close ends the ports of a service that did not start.
func (p *ports) close() {
	_, _ = p.public.Close(), p.admin.Close()
	_ = p.work.Wait()
}

// serveOn serves until the server is shut down; any other end is a failure.
func serveOn(srv *http.Server, l net.Listener, failed chan<- error) error {
	err := srv.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	failed <- err
	return nil
}

// admission is the state of gate and door for metrics.
func (p *ports) admission() telemetry.Admission {
	g := p.entry.State()
	return telemetry.Admission{Limit: g.Limit, Busy: g.Busy, Waiting: g.Waiting, Refused: g.Refused, Connections: p.door.Open()}
}
