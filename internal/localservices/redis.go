package localservices

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// redisServer is a Redis or Valkey with an append-only file.
type redisServer struct {
	server
	password string
	port     int
	settings map[string]string
}

// newRedisServer makes the data folder; nothing runs yet.
func newRedisServer(f *folder, dog *watchdog, program string, settings map[string]string) (*redisServer, error) {
	dir, err := f.sub("redis")
	if err != nil {
		return nil, err
	}
	return &redisServer{
		server: server{
			name: "redis", folder: f, watchdog: dog, dir: dir,
			argv: []string{program, filepath.Join(dir, "redis.conf")},
		},
		password: randomPassword(),
		settings: settings,
	}, nil
}

// setPort writes the configuration. It is a file, not arguments, since every
// user of the machine can read the arguments of a process.
//
// Durable: every write goes to the append-only file, which reaches the disk
// once a second; a killed Redis loses nothing it acknowledged, a machine that
// loses power loses at most two seconds. noeviction: a full Redis refuses
// writes rather than forgetting a stock.
func (r *redisServer) setPort(port int) error {
	r.port = port
	var conf strings.Builder
	fmt.Fprintf(&conf, `bind 127.0.0.1
port %d
requirepass %s
dir %q
daemonize no
logfile ""
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
`, port, r.password, r.dir)
	for name, value := range r.settings {
		fmt.Fprintf(&conf, "%s %s\n", name, value)
	}
	return r.folder.writeSecret(filepath.Join(r.dir, "redis.conf"), conf.String())
}

func (r *redisServer) url() string {
	return fmt.Sprintf("redis://:%s@127.0.0.1:%d/0", r.password, r.port)
}

func (r *redisServer) start(ctx context.Context) error {
	return r.startUntilReady(ctx, r.ping)
}

// ping succeeds when Redis accepts the password and answers; while it loads
// its append-only file it answers -LOADING, which is an error here.
func (r *redisServer) ping(ctx context.Context) error {
	return r.converse(ctx, dialPatience, []string{"PING"}, []string{"+PONG"})
}

// converse sends commands, after the password, and compares the first line of
// each reply. All of it may take as long as patience says.
func (r *redisServer) converse(ctx context.Context, patience time.Duration, commands, want []string) error {
	conn, err := dial(ctx, r.port)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	commands, want = append([]string{"AUTH " + r.password}, commands...), append([]string{"+OK"}, want...)
	if _, err := fmt.Fprintf(conn, "%s\r\n", strings.Join(commands, "\r\n")); err != nil {
		return err
	}
	replies := bufio.NewReader(conn)
	for _, want := range want {
		line, err := replies.ReadString('\n')
		if err != nil {
			return err
		}
		if got := strings.TrimSpace(line); got != want {
			return fmt.Errorf("redis answers %q", got)
		}
	}
	return nil
}

// kill is SIGKILL and the wait for it.
func (r *redisServer) kill() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return r.stop(ctx)
}

// stop does not ask politely: SIGTERM would make Redis write its file to a
// disk from which it is about to be deleted.
func (r *redisServer) stop(ctx context.Context) error {
	return r.awaitExit(ctx, r.signal(syscall.SIGKILL))
}

// wipe deletes all but the configuration.
func (r *redisServer) wipe() error {
	if r.pid() != 0 {
		return fmt.Errorf("localservices: Redis runs: kill it before its data is wiped")
	}
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "redis.conf" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(r.dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
