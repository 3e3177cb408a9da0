package bench

func notes(t *Tables, p *plan) []Note { return nil }
