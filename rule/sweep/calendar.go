package sweep

import "sort"

// civil is the date of a day counted from 1970-01-01, in the Gregorian
// calendar without end.
func civil(day int64) (y, m, d int64) {
	z := day + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	if mp >= 10 {
		m = mp - 9
	}
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

// fullYears is the number of full years from day a to day b.
func fullYears(a, b int64) int64 {
	y1, m1, d1 := civil(a)
	y2, m2, d2 := civil(b)
	n := y2 - y1
	if m2 < m1 || m2 == m1 && d2 < d1 {
		n--
	}
	return n
}

// The days between which births are looked for; no date lies outside.
const (
	firstDay = -5_000_000
	lastDay  = 5_000_000
)

// bornBy is the last birthday with which somebody has had k full years on a day.
func bornBy(k, at int64) int64 {
	n := sort.Search(lastDay-firstDay, func(i int) bool { return fullYears(firstDay+int64(i), at) < k })
	return firstDay + int64(n) - 1
}

// yearStart is 1 January of a year.
func yearStart(year int64) int64 {
	y := year - 1
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + 306 - 719468
}
