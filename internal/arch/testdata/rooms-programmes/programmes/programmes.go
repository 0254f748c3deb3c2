// Package programmes is planted.
package programmes
