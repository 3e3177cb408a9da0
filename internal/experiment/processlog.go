package experiment

import (
	"bytes"
	"os"
)

// scrubChunk is how much of a log is searched at once.
const scrubChunk = 1 << 20

// hideSecrets overwrites a process's secrets, longest first, in its log with stars. In place,
// so that what else writes to the file is not lost. If we are killed before, they
// stay: that is why the file is for its owner alone.
func hideSecrets(logPath string, secrets []string) {
	if len(secrets) == 0 {
		return
	}
	file, err := os.OpenFile(logPath, os.O_RDWR, 0)
	if err != nil {
		return // it is gone, and so are they
	}
	defer file.Close()
	longest := len(secrets[0])
	buffer := make([]byte, scrubChunk+longest)
	for from := int64(0); ; from += scrubChunk {
		n, err := file.ReadAt(buffer, from) // chunks overlap: a secret may cross their border
		for _, secret := range secrets {
			for at := 0; ; {
				i := bytes.Index(buffer[at:n], []byte(secret))
				if i < 0 {
					break
				}
				at += i
				stars := bytes.Repeat([]byte("*"), len(secret))
				copy(buffer[at:], stars)
				_, _ = file.WriteAt(stars, from+int64(at))
			}
		}
		if err != nil { // the end, as a rule
			return
		}
	}
}
