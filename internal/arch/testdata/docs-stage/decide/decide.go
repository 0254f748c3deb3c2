// Package decide is 立项.
package decide
