package profiles_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"time"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// A second of a service's life, as a bundle.
func ExampleCapture() {
	service := httptest.NewServer(pprofMux()) // any service with net/http/pprof
	defer service.Close()
	folder, err := os.MkdirTemp("", "bundle")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)

	manifest, err := profiles.Capture(context.Background(), profiles.Plan{
		Targets:  []profiles.Target{{Name: "shop", URL: service.URL}},
		Duration: time.Second,
		Kinds:    []profiles.Kind{profiles.Heap, profiles.Goroutine},
	}, folder)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, profile := range manifest.Profiles {
		if profile.Status != profiles.Skipped {
			fmt.Println(profile.Kind, profile.Status, profile.File)
		}
	}

	again, err := profiles.ReadManifest(os.DirFS(folder)) // as any program can later
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Targets[0].Name, again.Targets[0].Goroutines.File)
	// Output:
	// heap ok heap.pb.gz
	// goroutine ok goroutine.pb.gz
	// shop goroutines.txt
}
