package localservices

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// watchdogScript waits for the death of its owner and then cleans up.
//
// Standard input is a pipe from the owner. Lines "redis PID", "postgres PID"
// and "initdb PID" keep it informed ("-" for none), "done" dismisses it, and
// end-of-file without "done" means that the owner is dead. $1 is the folder.
//
// Postgres gets SIGQUIT, its immediate shutdown, because that also gives its
// shared memory segment back; SIGKILL follows after three seconds, and its
// backends leave by themselves when they find the postmaster gone. The folder
// is removed more than once since a dying server may still write into it.
const watchdogScript = `
trap '' HUP INT QUIT TERM
redis=- postgres=- initdb=-
while read -r name pid; do
	case $name in
	redis) redis=$pid ;;
	postgres) postgres=$pid ;;
	initdb) initdb=$pid ;;
	done) exit 0 ;;
	esac
done
[ "$redis" = - ] || kill -KILL "$redis"
[ "$initdb" = - ] || kill -KILL "$initdb"
if [ "$postgres" != - ]; then
	kill -QUIT "$postgres"
	tries=0
	while kill -0 "$postgres" && [ "$tries" -lt 30 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	kill -KILL "$postgres"
fi
for pause in 0 0.2 1 3; do
	sleep "$pause"
	rm -rf -- "$1"
done
`

// watchdog is the shell process that cleans up after our death.
type watchdog struct {
	cmd  *exec.Cmd
	pipe *os.File // write end; os.Pipe marks it close-on-exec, so only we hold it
}

func startWatchdog(folder string) (*watchdog, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd := exec.Command("/bin/sh", "-c", watchdogScript, "lotteryctl-watchdog", folder)
	cmd.Stdin = r
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	// Output stays unset (/dev/null): an inherited pipe would keep a reader of
	// our own output, such as go test, waiting for the watchdog.
	if err := cmd.Start(); err != nil {
		w.Close()
		return nil, fmt.Errorf("localservices: starting the watchdog: %w", err)
	}
	return &watchdog{cmd: cmd, pipe: w}, nil
}

// watch tells the watchdog the process id of a server, 0 for none.
func (d *watchdog) watch(name string, pid int) error {
	text := "-"
	if pid != 0 {
		text = fmt.Sprint(pid)
	}
	if _, err := fmt.Fprintf(d.pipe, "%s %s\n", name, text); err != nil {
		return fmt.Errorf("localservices: the watchdog is gone: %w", err)
	}
	return nil
}

// dismiss ends the watchdog without its work, which is done, and reaps it.
func (d *watchdog) dismiss() error {
	fmt.Fprintln(d.pipe, "done") // fails only if it is gone already
	return d.abandon()
}

// abandon closes the pipe, which to an undismissed watchdog is our death, and
// waits until it has ended.
func (d *watchdog) abandon() error {
	d.pipe.Close()
	if err := d.cmd.Wait(); err != nil {
		return fmt.Errorf("localservices: the watchdog: %w", err)
	}
	return nil
}
