// Package policy is 政策.
package policy
