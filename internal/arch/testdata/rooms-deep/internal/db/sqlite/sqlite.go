// Package sqlite is planted.
package sqlite
