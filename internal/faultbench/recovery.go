package main

import "context"

func (b *bench) recovery(context.Context) error { return nil }
