//go:build ignore

// Writes the reference table of Go's own duration parser and printer that duration.test.ts compares with:
//
//	go run test/core/go-durations.go > test/core/go-durations.jsonl
//
// Nanoseconds are strings, because they do not fit a JavaScript number.
package main

import (
	"encoding/json"
	"os"
	"time"
)

type row struct {
	Text   string  `json:"text"`
	Nanos  *int64  `json:"nanoseconds,string"`
	String *string `json:"string"`
	Error  *string `json:"error"`
}

func main() {
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	texts := []string{"0", "+0", "-0", "5s", "30s", "1478s", "-5s", "+5s", "-0s", "0s", "5.0s", "5.6s", "5.s", ".5s", "1.0s", "1.00s", "1.004s", "1.0040s", "100.00100s",
		"10ns", "11us", "12µs", "12μs", "13ms", "14s", "15m", "16h", "3h30m", "10.5s4m", "-2m3.4s", "1h2m3s4ms5us6ns", "39h9m14.425s", "52763797000ns", "0.3333333333333333333h",
		"9007199254740993ns", "9223372036854775807ns", "9223372036854775.807us", "9223372036s854ms775us807ns", "-9223372036854775808ns", "-9223372036854775.808us", "-2562047h47m16.854775808s",
		"0.100000000000000000000h", "0.830103483285477580700h", "0.9223372036854775807h", "1.9999999999999999999s", "0.0000001s", "0.000001s", "0.0000015s", "1500ns", "999ns", "1000ns", "0.001ms", "1m30s", "1.5h", "90m", "2562047h", "2496600h",
		"1h1h", "1s1m1h", "00010s", "1.50m",
		"", "3", "-", "s", ".", "-.", ".s", "+.s", "1d", "3000000h", "9223372036854775808ns", "9223372036854775.808us", "9223372036854ms775us808ns", "-9223372036854775809ns", "1 s", "1s ", " 1s", "1,5s", "10S", "10sec", "1m 30s", "1.2.3s", "1e3s", "--1s", "1s-1s", "NaN", "Infinity", "0x10s", "1\u00b5", "five seconds"}
	for _, t := range texts {
		d, err := time.ParseDuration(t)
		r := row{Text: t}
		if err != nil {
			s := err.Error()
			r.Error = &s
		} else {
			n := int64(d)
			s := d.String()
			r.Nanos = &n
			r.String = &s
		}
		enc.Encode(r)
	}
	// Duration.String of whole microseconds, over all magnitudes.
	x := uint64(88172645463325252)
	for i := 0; i < 240; i++ {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		micros := int64(x >> uint(11+i%50))
		switch i % 4 {
		case 1:
			micros -= micros % 1000
		case 2:
			micros -= micros % 1000000
		case 3:
			micros = -micros
		}
		d := time.Duration(micros) * time.Microsecond
		if int64(d)/1000 != micros {
			continue
		}
		n := int64(d)
		s := d.String()
		enc.Encode(row{Text: s, Nanos: &n, String: &s})
	}
}
