package profiles

import (
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
)

// source is the manifest's part on one target, still without its files' sizes.
func (s *subject) source() (Source, []product) {
	source := Source{
		Name: s.name, URL: endpoint.Redact(s.client.base.String()), Headers: endpoint.HeaderNames(s.target.Header),
		Restarted: s.restarted(), Trace: s.trace,
	}
	products := s.products(source.Restarted)
	for _, p := range products {
		source.Profiles = append(source.Profiles, p.entry)
	}
	source.Process = s.process(products)
	if s.wants(Goroutine) {
		source.Goroutines = s.dumpEntry()
	}
	source.Metrics = s.metricsEntry()
	return source, products
}

// process adds what was learnt to what the caller knew.
func (s *subject) process(products []product) Process {
	p, learnt := s.target.Process, s.sampler.process
	fill(&p.GoVersion, learnt.GoVersion)
	fill(&p.Module, learnt.Module)
	if learnt.Version != "(devel)" && learnt.Version != "unknown" {
		fill(&p.Version, learnt.Version)
	}
	if p.Started.IsZero() {
		p.Started = learnt.Started
	}
	for _, product := range products {
		if product.profile == nil || len(product.profile.Mapping) == 0 {
			continue
		}
		main := product.profile.Mapping[0]
		if main.File != "" && !strings.HasPrefix(main.File, "[") {
			fill(&p.Binary, path.Base(filepath.ToSlash(main.File)))
			fill(&p.BuildID, main.BuildID)
		}
	}
	return p
}

func fill(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

func (s *subject) dumpEntry() *Dump {
	d := &Dump{Status: OK, EndAt: s.dumps[1].at.UTC(), StartAt: s.dumps[0].at.UTC()}
	if s.dumps[0].err != nil {
		d.StartAt = time.Time{}
	}
	if err := s.dumps[1].err; err != nil {
		d.Status, d.Error, d.EndAt = Failed, sentence(err), time.Time{}
	}
	return d
}

func (s *subject) metricsEntry() *Metrics {
	m := &Metrics{Status: OK, Format: s.sampler.format, Samples: len(s.sampler.samples)}
	switch {
	case s.sampler.err != nil:
		return &Metrics{Status: Failed, Error: sentence(s.sampler.err)}
	case s.sampler.url == nil || m.Samples == 0:
		return &Metrics{Status: Skipped}
	}
	m.URL = endpoint.Redact(s.sampler.url.String())
	return m
}
