package profileinput

import (
	"testing"
)

func TestJoinPathsNamesWhatPeopleKnow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-"}, "stdin"},
		{[]string{"a/b/cpu.pb.gz"}, "cpu.pb.gz"},
		{[]string{"runs/before/"}, "before"},
		{[]string{"runs/ladder@best"}, "ladder@best"},
		{[]string{"runs/x/arms/best/profile-1/profiles"}, "x@best"},
		{[]string{"runs/x/arms/best/profile-1/profiles/cpu.pb.gz", "runs/x/arms/best/profile-2/profiles/cpu.pb.gz"}, "x@best"},
		{[]string{"1", "2", "3", "4", "5", "6"}, "1, 2, 3, 4, and 2 more"},
	} {
		if got := JoinPaths(test.args); got != test.want {
			t.Errorf("%v: got %q, want %q", test.args, got, test.want)
		}
	}
}
