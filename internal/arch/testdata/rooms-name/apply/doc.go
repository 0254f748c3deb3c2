// Package application is 申报书.
package application
