package flamepage

import (
	"fmt"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// eachRequest is what a request cost, in a line about a whole profile; "" if the
// requests are not known.
func eachRequest(total int64, t stackprofile.ValueType, requests float64) string {
	if requests <= 0 {
		return ""
	}
	return fmt.Sprintf(", %s per request of %s", units.Rough(float64(total)/requests, t.Unit), units.Grouped(int64(requests)))
}

// perRequest is a cell of a column that is there if the requests are known.
func perRequest(text string, requests float64) string {
	if requests <= 0 {
		return ""
	}
	return fmt.Sprintf(" %12s", text)
}
