// Package similar is 查重.
package similar
