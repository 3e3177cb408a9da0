package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// activitiesPerCycle is how many activities each cycle makes.
const activitiesPerCycle = 3

// invent makes the specs of a cycle's activities: one that is sold out within the
// cycle, one with limits for each user, and one with plenty of several prizes.
func invent(rng *rand.Rand, cycle int, now time.Time) []lottery.Spec {
	specs := make([]lottery.Spec, activitiesPerCycle)
	for i := range specs {
		specs[i] = lottery.Spec{
			ID: fmt.Sprintf("c%d-%d", cycle, i), Name: "Chaos", Starts: now.Add(-time.Hour), Ends: now.AddDate(0, 0, 1),
			BlankWeight: 40 + rng.Uint64N(30),
		}
		if rng.IntN(5) == 0 {
			specs[i].Dice = lottery.DiceRandom
		}
	}
	specs[0].Prizes = []lottery.Prize{
		{ID: "car", Tier: "first", Name: "Car", Weight: 3, Stock: 1 + rng.Int64N(4), Fallback: "mug"},
		{ID: "mug", Tier: "third", Name: "Mug", Weight: 30, Stock: 10 + rng.Int64N(40)},
	}
	specs[1].DrawsPerUser, specs[1].WinsPerUser = 2+rng.IntN(3), 1+rng.IntN(2)
	specs[1].Prizes = []lottery.Prize{
		{ID: "pen", Tier: "second", Name: "Pen", Weight: 20, Stock: 40 + rng.Int64N(100), Fallback: "pin"},
		{ID: "pin", Tier: "third", Name: "Pin", Weight: 20, Stock: 500},
	}
	specs[2].WinsPerUser = 30
	specs[2].Prizes = []lottery.Prize{
		{ID: "gold", Tier: "first", Name: "Gold", Weight: 1, Stock: 2, Fallback: "silver"},
		{ID: "silver", Tier: "second", Name: "Silver", Weight: 10, Stock: 300, Fallback: "bronze"},
		{ID: "bronze", Tier: "third", Name: "Bronze", Weight: 40, Stock: 3000},
	}
	return specs
}

// put creates an activity by way of an admin port.
func put(ctx context.Context, admin string, s lottery.Spec) error {
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+admin+"/v1/activities/"+s.ID, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 2000))
		return fmt.Errorf("creating activity %s: %s: %s", s.ID, resp.Status, text)
	}
	return nil
}
