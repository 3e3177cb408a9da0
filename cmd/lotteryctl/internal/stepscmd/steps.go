// Package stepscmd is the command steps: the tuning steps of the reference service,
// and the page of what was measured about them (report.go).
package stepscmd

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// stepsVersion is the format version of `steps --json` and `steps show --json`.
// Version 1 knew eight steps and no variants.
const stepsVersion = 2

// New builds the command steps over the streams of env.
func New(env cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "steps",
		Short: "List the tuning steps of the reference service and their variants",
		Long: `List the switches of the reference service: the eight tuning steps of the tuning
article (an article about a Go prize-draw service, see the README), then six more
of its techniques. For each switch the list has the verdict on that article's claim,
the metric that should change, and the variants that lotteryd can run
(lotteryd --step switch=variant). "steps show" explains one switch.`,
		Example: `  lotteryctl steps
  lotteryctl steps --json
  lotteryctl steps show 5`,
		Args: cli.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return writeStepsJSON(env.Stdout, stepsOutput{Steps: steps.All(), Extras: steps.Extras()})
			}
			return writeSteps(env.Stdout)
		},
	}
	addStepsJSONFlag(cmd, &asJSON)
	cmd.AddCommand(newStepsShowCmd(env), newStepsReportCmd(env))
	return cmd
}

func newStepsShowCmd(env cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show number|name",
		Short: "Explain one step: the claim, what we found, and what each variant does",
		Example: `  lotteryctl steps show 5
  lotteryctl steps show claim
  lotteryctl steps show sampler --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.UsageErrorf(cmd, "steps show needs one number or name, not %d", len(args))
			}
			s, err := findStep(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return writeStepsJSON(env.Stdout, stepsOutput{Step: &s})
			}
			return writeStep(env.Stdout, s)
		},
	}
	addStepsJSONFlag(cmd, &asJSON)
	return cmd
}

func addStepsJSONFlag(cmd *cobra.Command, asJSON *bool) {
	cmd.Flags().BoolVar(asJSON, "json", false, fmt.Sprintf("print JSON (format version %d)", stepsVersion))
}

// findStep finds a switch by name, or one of the eight by number.
func findStep(word string) (steps.Switch, error) {
	every := steps.Every()
	i := slices.IndexFunc(every, func(s steps.Switch) bool {
		return s.Name == word || s.Number > 0 && strconv.Itoa(s.Number) == word
	})
	if i < 0 {
		return steps.Switch{}, fmt.Errorf("unknown step %q; use 1 to %d, or %s",
			word, len(steps.All()), strings.Join(steps.Names(), ", "))
	}
	return every[i], nil
}

// writeSteps prints one line for each switch. The best variant is marked with
// *, a wrong one with !.
func writeSteps(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, " \tswitch\twhat\tclaim\tmetric\tvariants")
	for _, s := range steps.Every() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", stepNumber(s), s.Name, s.Title, s.Truth, s.Metric, markedVariants(s))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "\n* default of lotteryd; ! only for measurements: wrong or unsafe. `lotteryctl steps show 5` explains a step.")
	return err
}

func stepNumber(s steps.Switch) string {
	if s.Number == 0 {
		return "-"
	}
	return strconv.Itoa(s.Number)
}

func markedVariants(s steps.Switch) string {
	names := s.VariantNames()
	for i, v := range s.Variants {
		if v.Name == s.Best {
			names[i] += "*"
		}
		if v.Wrong != "" || v.Unsafe != "" {
			names[i] += "!"
		}
	}
	return strings.Join(names, " ")
}

// writeStep prints everything about one switch.
func writeStep(w io.Writer, s steps.Switch) error {
	var b strings.Builder
	if s.Number > 0 {
		fmt.Fprintf(&b, "step %d, ", s.Number)
	}
	fmt.Fprintf(&b, "%s: %s\n\nclaimed        %s\nfound          %s: %s\nshould change  %s\n\nvariants (lotteryd --step %s=...)\n",
		s.Name, s.Title, s.Claim, s.Truth, s.Finding, s.Metric, s.Name)
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, v := range s.Variants {
		fmt.Fprintf(table, "  %s\t%s%s\n", v.Name, v.What, roleOf(s, v))
		if v.Wrong != "" {
			fmt.Fprintf(table, "  \tWRONG: breaks %s\n", v.Wrong)
		}
		if v.Unsafe != "" {
			fmt.Fprintf(table, "  \tUNSAFE: %s\n", v.Unsafe)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// roleOf says what the names of the variants do not say already.
func roleOf(s steps.Switch, v steps.Variant) string {
	var roles []string
	for _, r := range []struct{ name, role string }{
		{s.Before, "what the tuning article advises against"}, {s.Article, "what the tuning article recommends"}, {s.Best, "the default"},
	} {
		if r.name == v.Name {
			roles = append(roles, r.role)
		}
	}
	if len(roles) == 0 {
		return ""
	}
	return " (" + strings.Join(roles, "; ") + ")"
}

// stepsOutput is what --json prints: {"version":2,"steps":[...],"extras":[...]}
// for the list, {"version":2,"step":{...}} for one.
type stepsOutput struct {
	Version int            `json:"version"`
	Step    *steps.Switch  `json:"step,omitempty"`
	Steps   []steps.Switch `json:"steps,omitempty"`
	Extras  []steps.Switch `json:"extras,omitempty"`
}

func writeStepsJSON(w io.Writer, output stepsOutput) error {
	output.Version = stepsVersion
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(output)
}
