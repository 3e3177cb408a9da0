package loadgen_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// deaf is the address of a listener whose backlog is full: the kernel drops
// what else wants to connect, so handshakes with it stay under way.
func deaf(t *testing.T) (addr string, stop func()) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err == nil {
		err = syscall.Listen(fd, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr = fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	var filled []net.Conn
	for {
		conn, err := net.DialTimeout("tcp", addr, 200*time.Millisecond)
		if err != nil {
			break
		}
		filled = append(filled, conn)
	}
	return addr, func() {
		for _, conn := range filled {
			_ = conn.Close()
		}
		_ = syscall.Close(fd)
	}
}

// TestHandshakesArePaced: while no handshake ends, no more than 16 are under
// way. What waits for its turn is a connection's wait, and times out as such.
func TestHandshakesArePaced(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		addr, stop := deaf(t)
		defer stop()
		r := mustRun(t, loadgen.Plan{
			URL: "http://" + addr, Rate: 200, Duration: 300 * time.Millisecond, Timeout: 500 * time.Millisecond,
			Connections: loadgen.NoCap, Client: c,
		})
		most := 16
		if c == loadgen.ClientNetHTTP {
			most *= 2 // its own may outlive their requests for a moment
		}
		if top := r.Connections.MaxOpen; top < 16 || top > most {
			t.Errorf("%d handshakes under way, want 16", top)
		}
		if n := r.Counts.Errors[loadgen.KindTimeout]; n != 60 {
			t.Errorf("errors %v, want 60 timeouts", r.Counts.Errors)
		}
		// net/http counts its own connecting as service.
		if waited := r.ConnWait.Count(); waited < 60-16 || c != loadgen.ClientNetHTTP && waited != 60 {
			t.Errorf("%d waits for a connection, want 60", waited)
		}
		if r.Connections.Queued != 0 || r.Connections.Cap != 0 {
			t.Errorf("%d queued by a cap of %d, want none", r.Connections.Queued, r.Connections.Cap)
		}
	})
}

const fewFiles = "LOADGEN_TEST_FEW_FILES" // client, space, URL

// TestFewFiles runs the load in a process that may open 100 files. The default
// cap is below that, so nothing fails for lack of files.
func TestFewFiles(t *testing.T) {
	if spec := os.Getenv(fewFiles); spec != "" {
		loadWithFewFiles(t, spec)
		return
	}
	url, stop := serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(200 * time.Millisecond) })
	defer stop()
	for _, c := range clients() {
		cmd := exec.Command(os.Args[0], "-test.run=^TestFewFiles$")
		cmd.Env = append(os.Environ(), fewFiles+"="+string(c)+" "+url)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", c, err, out)
		}
	}
}

func loadWithFewFiles(t *testing.T, spec string) {
	var client loadgen.Client
	var url string
	if _, err := fmt.Sscan(spec, &client, &url); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 100, Max: 100}); err != nil {
		t.Fatal(err)
	}
	r := mustRun(t, loadgen.Plan{URL: url, Rate: 500, Duration: 500 * time.Millisecond, Client: client})
	counts, _ := json.Marshal(r.Counts)
	if r.Counts.Answered != 250 || r.Connections.Cap != 25 || r.Connections.MaxOpen > 25 {
		t.Errorf("counts %s, connections %+v; want 250 answered over at most 25", counts, r.Connections)
	}
}
