// Package browsertest opens the pages of analyze/flame in a real browser. This
// file starts Chromium by ChromeDriver and speaks the WebDriver protocol of the
// W3C with it (https://www.w3.org/TR/webdriver2/): JSON over HTTP on loopback.
package browsertest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"time"
)

// Install is the command that brings what the tests need.
const Install = "apt-get install -y chromium chromium-driver"

const (
	startTimeout   = 60 * time.Second
	requestTimeout = 60 * time.Second
)

// Browser is a running browser with one window. Close it. It is for one
// goroutine.
type Browser struct {
	driver  *exec.Cmd
	folder  string // the browser's own files
	session string // its URL
}

// Start starts a browser that talks to nobody but the pages it is given. The
// error says what to install if there is none.
func Start() (*Browser, error) {
	for _, program := range []string{"chromium", "chromedriver"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%s is not in PATH: `%s`, or make browser", program, Install)
		}
	}
	folder, err := os.MkdirTemp("", "browsertest")
	if err != nil {
		return nil, err
	}
	b := &Browser{driver: exec.Command("chromedriver", "--port=0"), folder: folder}
	port, err := startDriver(b.driver)
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	if err := b.open("http://127.0.0.1:" + port + "/session"); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// startDriver starts the driver and returns the port that it chose.
func startDriver(driver *exec.Cmd) (string, error) {
	output, err := driver.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := driver.Start(); err != nil {
		return "", err
	}
	late := time.AfterFunc(startTimeout, func() { driver.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if match := regexp.MustCompile(`started successfully on port (\d+)`).FindSubmatch(lines.Bytes()); match != nil {
			return string(match[1]), nil
		}
	}
	return "", errors.New("chromedriver did not say its port")
}

func (b *Browser) open(url string) error {
	arguments := []string{
		"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
		"--force-device-scale-factor=1", "--hide-scrollbars", "--window-size=1200,900", "--user-data-dir=" + b.folder,
	}
	capabilities := map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"browserName":             "chrome",
		"goog:loggingPrefs":       map[string]string{"browser": "ALL"},
		"goog:chromeOptions":      map[string]any{"args": arguments},
		"unhandledPromptBehavior": "ignore",
	}}}
	var session struct{ SessionID string }
	if err := call(http.MethodPost, url, capabilities, &session); err != nil {
		return err
	}
	b.session = url + "/" + session.SessionID
	return nil
}

// Close ends the browser and removes its files.
func (b *Browser) Close() error {
	var err error
	if b.session != "" {
		err = call(http.MethodDelete, b.session, struct{}{}, nil)
	}
	if b.driver.Process != nil {
		b.driver.Process.Kill()
		b.driver.Wait() // it was killed: that is no error
	}
	return errors.Join(err, os.RemoveAll(b.folder))
}

// Open goes to a page and waits until it is loaded.
func (b *Browser) Open(url string) error {
	return call(http.MethodPost, b.session+"/url", map[string]any{"url": url}, nil)
}

// Resize gives the window a size in pixels.
func (b *Browser) Resize(width, height int) error {
	return call(http.MethodPost, b.session+"/window/rect", map[string]any{"width": width, "height": height}, nil)
}

// Run runs the body of a function in the page and decodes what it returns.
func (b *Browser) Run(body string, result any, arguments ...any) error {
	if arguments == nil {
		arguments = []any{}
	}
	return call(http.MethodPost, b.session+"/execute/sync", map[string]any{"script": body, "args": arguments}, result)
}

// Complaints are what the page and the browser wrote to the console since the
// last time: errors of scripts, and what the page's policy forbade.
func (b *Browser) Complaints() ([]string, error) {
	var entries []struct{ Level, Message string }
	if err := call(http.MethodPost, b.session+"/se/log", map[string]any{"type": "browser"}, &entries); err != nil {
		return nil, err
	}
	var complaints []string
	for _, e := range entries {
		complaints = append(complaints, e.Level+" "+e.Message)
	}
	return complaints, nil
}

// Click presses the mouse at a place of the window.
func (b *Browser) Click(x, y float64) error {
	return b.act("pointer", "mouse",
		map[string]any{"type": "pointerMove", "x": int(x), "y": int(y)},
		map[string]any{"type": "pointerDown", "button": 0}, map[string]any{"type": "pointerUp", "button": 0})
}

// Point moves the mouse to a place of the window.
func (b *Browser) Point(x, y float64) error {
	return b.act("pointer", "mouse", map[string]any{"type": "pointerMove", "x": int(x), "y": int(y)})
}

// The keys that have no character of their own, as WebDriver names them.
const (
	Enter     = "\ue007"
	Escape    = "\ue00c"
	Backspace = "\ue003"
	Left      = "\ue012"
	Up        = "\ue013"
	Right     = "\ue014"
	Down      = "\ue015"
)

// Type presses keys one after the other.
func (b *Browser) Type(keys string) error {
	var actions []any
	for _, key := range keys {
		for _, what := range []string{"keyDown", "keyUp"} {
			actions = append(actions, map[string]any{"type": what, "value": string(key)})
		}
	}
	return b.act("key", "keyboard", actions...)
}

func (b *Browser) act(kind, id string, actions ...any) error {
	source := map[string]any{"type": kind, "id": id, "actions": actions}
	return call(http.MethodPost, b.session+"/actions", map[string]any{"actions": []any{source}}, nil)
}

// call sends one command. The protocol wraps every answer in "value".
func call(method, url string, command, result any) error {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	body, err := json.Marshal(command)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("webdriver: %s %s: %s", method, answer.Status, firstOf(text, 600))
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(text, &struct{ Value any }{result})
}

func firstOf(text []byte, n int) []byte { return text[:min(len(text), n)] }
