package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kubernetesVersion is written into every header; record.mjs sets it to the version that is built.
var kubernetesVersion = "v1.36.3"

type config struct {
	seed    int64
	out     string
	holdout float64
	scale   float64
}

// recorder writes one area to <out>/visible/components/<area>.jsonl and
// <out>/holdout/components/<area>.jsonl. The first line of each file is the
// header object; every later line is one sequence.
type recorder struct {
	cfg    config
	area   string
	header map[string]any
	lines  [2][][]byte
	ids    map[string]bool
}

func newRecorder(cfg config, area, what string, fields map[string]any) *recorder {
	return &recorder{cfg: cfg, area: area, ids: map[string]bool{}, header: map[string]any{
		"what": what, "area": area, "kubernetes": kubernetesVersion, "seed": cfg.seed, "fields": fields,
	}}
}

// side says in which file a sequence belongs: 0 visible, 1 holdout. It depends
// on the seed, the area and the id of the sequence only.
func (r *recorder) side(id string) int {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d|%s|%s", r.cfg.seed, r.area, id)
	x := h.Sum64()
	// fnv of short strings is weak in its high bits: mix
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	if float64(x%1000000)/1000000 < r.cfg.holdout {
		return 1
	}
	return 0
}

func (r *recorder) add(id string, v any) {
	if r.ids[id] {
		panic("duplicate sequence id " + id)
	}
	r.ids[id] = true
	b, err := marshal(v)
	must(err)
	s := r.side(id)
	r.lines[s] = append(r.lines[s], b)
}

func (r *recorder) close() {
	for i, name := range []string{"visible", "holdout"} {
		dir := filepath.Join(r.cfg.out, name, "components")
		must(os.MkdirAll(dir, 0o755))
		path := filepath.Join(dir, r.area+".jsonl")
		f, err := os.Create(path)
		must(err)
		w := bufio.NewWriter(f)
		h := map[string]any{}
		for k, v := range r.header {
			h[k] = v
		}
		h["part"] = name
		h["count"] = len(r.lines[i])
		b, err := marshal(h)
		must(err)
		w.Write(b)
		w.WriteByte('\n')
		n := len(b)
		for _, l := range r.lines[i] {
			w.Write(l)
			w.WriteByte('\n')
			n += len(l) + 1
		}
		must(w.Flush())
		must(f.Close())
		fmt.Fprintf(os.Stderr, "%-8s %-16s %5d sequences %8d bytes\n", name, r.area, len(r.lines[i]), n)
	}
}

func marshal(v any) ([]byte, error) {
	var sb strings.Builder
	e := json.NewEncoder(&sb)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return []byte(strings.TrimRight(sb.String(), "\n")), nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func ptr[T any](v T) *T { return &v }

func pick[T any](r *rand.Rand, xs []T) T { return xs[r.Intn(len(xs))] }

func hash64(s string) int64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return int64(h.Sum64() & 0x7fffffffffffffff)
}

// ---------------------------------------------------------------- tokens
//
// Long runs are written as {{c*n}}: the character c, n times. A string that
// starts with {{base64:c*n}} stands for the base64 text of c repeated n times.

var reToken = regexp.MustCompile(`\{\{(base64:)?(.)\*(\d+)\}\}`)

func expand(s string) string {
	return reToken.ReplaceAllStringFunc(s, func(t string) string {
		m := reToken.FindStringSubmatch(t)
		n, err := strconv.Atoi(m[3])
		must(err)
		x := strings.Repeat(m[2], n)
		if m[1] != "" {
			return base64.StdEncoding.EncodeToString([]byte(x))
		}
		return x
	})
}

// collapse is the inverse for output: runs of 60 or more of one ASCII
// character become {{c*n}}.
func collapse(s string) string {
	if len(s) < 60 {
		return s
	}
	var sb strings.Builder
	for i := 0; i < len(s); {
		j := i + 1
		for j < len(s) && s[j] == s[i] {
			j++
		}
		if j-i >= 60 && s[i] < utf8.RuneSelf {
			fmt.Fprintf(&sb, "{{%c*%d}}", s[i], j-i)
		} else {
			sb.WriteString(s[i:j])
		}
		i = j
	}
	return sb.String()
}

// text writes bytes as a JSON-safe string: UTF-8 text as it is, anything else
// as "base64:" and the base64 text.
func text(b []byte) string {
	if utf8.Valid(b) && !strings.HasPrefix(string(b), "base64:") {
		return collapse(string(b))
	}
	return "base64:" + base64.StdEncoding.EncodeToString(b)
}

func untext(s string) []byte {
	if strings.HasPrefix(s, "base64:") {
		b, err := base64.StdEncoding.DecodeString(s[len("base64:"):])
		must(err)
		return b
	}
	return []byte(expand(s))
}

func errText(err error) any {
	if err == nil {
		return nil
	}
	return err.Error()
}

func oct(m uint32) string { return fmt.Sprintf("%04o", m) }

func parseOct(s string) uint32 {
	v, err := strconv.ParseUint(s, 8, 32)
	must(err)
	return uint32(v)
}
