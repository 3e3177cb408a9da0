package flamepage_test

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
)

// A page is one file: it asks nobody for anything, and its policy says so to
// the browser.
func ExamplePicture_WriteHTML() {
	stacks := "main.main;main.handle;encoding/json.Marshal 7\nmain.main;main.handle 3\n"
	profile, err := stackprofile.Read(strings.NewReader(stacks), stackprofile.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	tree, err := flame.Fold(profile, 0, flame.FoldOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var page bytes.Buffer
	if err := flamepage.Tree(tree).WriteHTML(&page, flamepage.Options{Title: "Where the time goes"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Contains(page.String(), "<title>Where the time goes</title>"), strings.Contains(page.String(), "default-src 'none'"))
	// Output: true true
}
