// Package apply is 申报书.
package apply
