package reference

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// seed creates the activity that text describes with lotteryd's own command.
// dir keeps the file.
func seed(ctx context.Context, program, dir, text, admin string) error {
	file := filepath.Join(dir, "activity.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, "seed", "-f", file, "--admin", "http://"+admin)
	cmd.Env = append(os.Environ(), "LOTTERYD_ADMIN_TOKEN=")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("lotteryd seed: %w: %s", err, strings.TrimSpace(string(output)))
	}
	return nil
}

// Bounds of the stock. Closed arrivals and capacity searches set their own
// pace, so the stock is for a rate that no machine of today reaches. Making
// units takes time: 240,000 took 1.5 s on 2 cores.
const (
	closedRate    = 100_000
	capacityDraws = 1_000_000
	mostUnits     = 500_000
)

// mostDraws is how many draws a run may see.
func mostDraws(p loadgen.Plan, capacity bool) float64 {
	switch {
	case capacity:
		return capacityDraws
	case p.Arrivals == loadgen.Closed:
		return closedRate * (p.Warmup + p.Duration).Seconds()
	}
	return p.Rate * (p.Warmup + p.Duration).Seconds()
}

// activityFile describes an activity of three tiers in which one draw in ten
// wins, or none, with stock for so many draws. Nobody is limited: a limit that is
// reached would turn part of the draws into cheaper refusals.
func activityFile(id string, now time.Time, draws float64, c Configuration) string {
	stock := func(share float64) int { return int(min(draws*share*2, mostUnits)) + 1000 }
	dice := ""
	if c.RandomDice {
		dice = "dice: random\n"
	}
	gold, silver, bronze := 1, 19, 80
	if c.LosersOnly {
		gold, silver, bronze = 0, 0, 0
	}
	return fmt.Sprintf(`id: %s
name: Benchmark
starts: %s
ends: %s
%sblank_weight: 900
prizes:
  - {id: gold, tier: first, name: Gold, weight: %d, stock: %d, fallback: silver}
  - {id: silver, tier: second, name: Silver, weight: %d, stock: %d, fallback: bronze}
  - {id: bronze, tier: third, name: Bronze, weight: %d, stock: %d}
`, id, now.Add(-time.Minute).UTC().Format(time.RFC3339), now.AddDate(0, 0, 7).UTC().Format(time.RFC3339), dice,
		gold, stock(0.001), silver, stock(0.019), bronze, stock(0.08))
}
