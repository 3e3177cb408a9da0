package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBenchLeavesNoSecretOfTheTarget measures a service that prints the value of its
// secret option, and looks at all that is left: the folder is for its owner
// alone, and nothing in it, nor on the terminal, has the value.
func TestBenchLeavesNoSecretOfTheTarget(t *testing.T) {
	const secret = "hunter2-hunter2"
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	talkative := fmt.Sprintf(`=sh -c 'echo "started with $1 as asked"; exec env %s=fast "%s" {{port}}' x --api-token=%s`, asServiceEnv, self, secret)
	args, out := armArgs(t, []string{"old" + talkative, "new" + talkative}, "--rate", "200", "--profile")
	stdout, stderr, err := execute(t, args...)
	if err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	logs := 0
	err = filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o; want %o", path, info.Mode().Perm(), want)
		}
		if entry.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s has the secret", path)
		}
		if filepath.Base(path) == "server.log" && strings.Contains(string(text), "started with --api-token=***") {
			logs++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if logs != 6 { // two rounds and a profiled one, of two arms
		t.Errorf("%d logs say how the service was started; want 6", logs)
	}
	if strings.Contains(stdout+stderr, secret) {
		t.Errorf("printed: %s%s", stdout, stderr)
	}
}

// TestBenchErrorsHideSecrets has the service end with its secret as last words.
func TestBenchErrorsHideSecrets(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	dying := `=sh -c 'echo "cannot log in with $2, sorry"; exit 3' x {{port}} --api-token=` + secret
	args, _ := armArgs(t, []string{"old" + dying, "new" + dying})
	stdout, stderr, err := execute(t, args...)
	if err == nil || !strings.Contains(stderr, "cannot log in with --api-token=****") || strings.Contains(stdout+stderr, secret) {
		t.Errorf("got %v:\n%s%s", err, stdout, stderr)
	}
}
