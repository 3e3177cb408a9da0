//go:build !goexperiment.jsonv2

package httpapi

import "errors"

// JSONv2Codec is encoding/json/v2, in programs built with GOEXPERIMENT=jsonv2
// only; this one was not, and the error says how to.
func JSONv2Codec() (Codec, error) {
	return nil, errors.New("this program was built without encoding/json/v2; build it with GOEXPERIMENT=jsonv2 go build")
}
