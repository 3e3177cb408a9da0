package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// soundVariants are the variants of a switch that this build has and that are
// not marked as wrong.
func soundVariants(s steps.Switch) []string {
	var names []string
	for _, v := range s.Variants {
		if v.Name != "jsonv2" && v.Wrong == "" {
			names = append(names, v.Name)
		}
	}
	return names
}

// covering lists choices in which every sound variant of every switch occurs:
// in the n-th, each switch has its n-th variant, counted round.
func covering() []steps.Choice {
	longest := 0
	for _, s := range steps.Every() {
		longest = max(longest, len(soundVariants(s)))
	}
	list := make([]steps.Choice, longest)
	for n := range list {
		for _, s := range steps.Every() {
			variants := soundVariants(s)
			list[n], _ = list[n].With(s.Name, variants[n%len(variants)])
		}
	}
	return list
}

// TestEveryVariantKeepsTheInvariants loads a service with each covering choice,
// kills it in the middle, and has the checker look at what is left.
func TestEveryVariantKeepsTheInvariants(t *testing.T) {
	none, _ := steps.ParseChoice("none", nil)
	article, _ := steps.ParseChoice("article", nil)
	for i, c := range append(covering(), none, article) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			t.Log(c)
			d := deploy(t, diceFor(c), c.Flags()...)
			stop := d.load(4, uint64(i))
			time.Sleep(500 * time.Millisecond)
			d.kill()
			d.start()
			time.Sleep(300 * time.Millisecond)
			stop()
			mustHold(t, d.audit(audit.Options{}))
		})
	}
}

// diceFor lets the switch's dice be cast: committed dice obey no switch.
func diceFor(c steps.Choice) func(*lottery.Spec) {
	return func(s *lottery.Spec) {
		if c.Variant("dice") != "best" {
			s.Dice = lottery.DiceRandom
		}
	}
}

// TestCoveringIsWhole would notice a variant that the test above leaves out.
func TestCoveringIsWhole(t *testing.T) {
	all := covering()
	for _, s := range steps.Every() {
		for _, name := range soundVariants(s) {
			if !slices.ContainsFunc(all, func(c steps.Choice) bool { return c.Variant(s.Name) == name }) {
				t.Errorf("%s=%s occurs in no choice", s.Name, name)
			}
		}
	}
}

// TestStockRowIsCaught has many users win at once with the claim that is marked
// as wrong: the checker and the service's own metric must see the break.
func TestStockRowIsCaught(t *testing.T) {
	t.Parallel()
	d := deploy(t, func(s *lottery.Spec) { s.BlankWeight = 0 }, "--step", "claim=stock-row")
	stop := d.load(16, 1)
	time.Sleep(time.Second)
	stop()
	// What it broke never comes to rest: waiting for that would be all there is.
	report := d.auditWithin(2*time.Second, audit.Options{})
	if report.Held {
		t.Error("the checker saw nothing")
	}
	if log := d.log.String(); !strings.Contains(log, "told sold out while units were left") {
		t.Error("the service reported no violation")
	}
}
