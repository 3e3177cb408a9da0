package runfolder_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

func TestOrderIsFairAndRepeatable(t *testing.T) {
	order := runfolder.Order(42, 200, 3)
	if !reflect.DeepEqual(order, runfolder.Order(42, 200, 3)) || reflect.DeepEqual(order, runfolder.Order(43, 200, 3)) {
		t.Error("the order must be a function of the seed")
	}
	first := make([]int, 3)
	for i, round := range order {
		first[round[0]]++
		sorted := slices.Sorted(slices.Values(round))
		if !slices.Equal(sorted, []int{0, 1, 2}) {
			t.Fatalf("round %d is %v, want each arm once", i+1, round)
		}
	}
	for arm, n := range first {
		if n < 40 || n > 95 { // 200/3, six standard deviations
			t.Errorf("arm %d was first in %d of 200 rounds", arm, n)
		}
	}
}
