package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// stepsVersion is the format version of `steps --json`.
const stepsVersion = 1

func newStepsCmd(env environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "steps",
		Short: "List the eight tuning steps: claimed, found, built",
		Long: `List the eight tuning steps of the reference service: what an article claimed
for each, what was found when the claim was checked, and what lotteryd does.`,
		Example: `  lotteryctl steps
  lotteryctl steps --json`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return writeStepsJSON(env.stdout, steps.All())
			}
			return writeSteps(env.stdout, steps.All())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON (format version 1)")
	return cmd
}

func writeSteps(w io.Writer, all []steps.Step) error {
	for i, s := range all {
		if i > 0 {
			fmt.Fprintln(w)
		}
		_, err := fmt.Fprintf(w, "%d  %s: %s\n   claimed  %s\n   found    %s: %s\n   built    %s\n   moves    %s\n",
			s.Number, s.Name, s.Title, s.Claim, s.Verdict, s.Finding, s.Built, s.Metric)
		if err != nil {
			return err
		}
	}
	return nil
}

// writeStepsJSON prints {"version":1,"steps":[{...}]}.
func writeStepsJSON(w io.Writer, all []steps.Step) error {
	type step struct {
		Number  int           `json:"number"`
		Name    string        `json:"name"`
		Title   string        `json:"title"`
		Claim   string        `json:"claim"`
		Verdict steps.Verdict `json:"verdict"`
		Finding string        `json:"finding"`
		Built   string        `json:"built"`
		Metric  string        `json:"metric"`
	}
	list := make([]step, len(all))
	for i, s := range all {
		list[i] = step(s) // same fields in the same order: the compiler checks
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(map[string]any{"version": stepsVersion, "steps": list})
}
