// Package rule is 规则.
package rule

import "net/http"

var client http.Client
