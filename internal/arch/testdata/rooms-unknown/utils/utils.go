// Package utils is planted.
package utils
