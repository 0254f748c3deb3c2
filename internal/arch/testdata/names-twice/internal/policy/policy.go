// Package policy is planted.
package policy
