package flame_test

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
)

// A page is one file: it asks nobody for anything, and its policy says so to
// the browser.
func ExampleTree_WriteHTML() {
	stacks := "main.main;main.handle;encoding/json.Marshal 7\nmain.main;main.handle 3\n"
	profile, err := flame.Read(strings.NewReader(stacks), flame.DefaultLimits())
	if err != nil {
		fmt.Println(err)
		return
	}
	tree, err := profile.Fold(flame.FoldOptions{MinShare: flame.DefaultMinShare})
	if err != nil {
		fmt.Println(err)
		return
	}
	var page bytes.Buffer
	if err := tree.WriteHTML(&page, flame.PageOptions{Title: "Where the time goes"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Contains(page.String(), "<title>Where the time goes</title>"), strings.Contains(page.String(), "default-src 'none'"))
	// Output: true true
}
