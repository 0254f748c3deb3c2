package main

import (
	"fmt"
	"html"
	"os"
	"strings"

	"shenbao/internal/fault"
)

// The size of a curve's picture and of the margin that its words take.
const (
	curveWidth, curveHeight = 720, 360
	curveMargin             = 60
)

// drawSVG writes the curve as a picture: thresholds to the right, qualifying
// units upwards.
func (r *sweepReport) drawSVG(name string) error {
	if name == "" {
		return nil
	}
	if r.CurveJSON == nil {
		return fault.New(fault.Invalid, "sweep.svg").In("--svg")
	}
	if err := os.WriteFile(name, []byte(curveSVG(r.CurveJSON, r.s.text("sweep.curve", r.CurveJSON.Rule))), 0o644); err != nil {
		return fileFault(name, err)
	}
	return nil
}

// curveSVG is the picture. It uses no script and no outside resource.
func curveSVG(c *curveJSON, title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", curveWidth, curveHeight)
	fmt.Fprintf(&b, `<title>%s</title><rect width="100%%" height="100%%" fill="#fff"/>`+"\n", html.EscapeString(title))
	fmt.Fprintf(&b, `<text x="%d" y="24" font-size="15">%s</text>`+"\n", curveMargin, html.EscapeString(title))
	most := 1
	for _, p := range c.Points {
		most = max(most, p.Qualifying)
	}
	at := func(i, n int) (x, y int) {
		x = curveMargin + i*(curveWidth-2*curveMargin)/max(1, len(c.Points)-1)
		return x, curveHeight - curveMargin - n*(curveHeight-2*curveMargin)/most
	}
	for _, n := range []int{0, most / 2, most} {
		_, y := at(0, n)
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%d" y2="%d" stroke="#ddd"/><text x="%d" y="%d" text-anchor="end">%d</text>`+"\n",
			curveMargin, curveWidth-curveMargin, y, y, curveMargin-8, y+4, n)
	}
	var line []string
	for i, p := range c.Points {
		x, y := at(i, p.Qualifying)
		line = append(line, fmt.Sprintf("%d,%d", x, y))
		if i%5 == 0 || i == len(c.Points)-1 && i%5 > 2 {
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", x, curveHeight-curveMargin+20, html.EscapeString(p.Threshold))
		}
	}
	fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="#1d5fa8" stroke-width="2"/>`+"\n", strings.Join(line, " "))
	for i, p := range c.Points {
		x, y := at(i, p.Qualifying)
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="3" fill="#1d5fa8"><title>%s: %d</title></circle>`+"\n", x, y, html.EscapeString(p.Threshold), p.Qualifying)
	}
	b.WriteString("</svg>\n")
	return b.String()
}
