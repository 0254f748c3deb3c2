// Package model is planted.
package model
