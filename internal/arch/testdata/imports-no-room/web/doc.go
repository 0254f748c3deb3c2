// Package web is planted.
package web

import "shenbao/service"

var _ service.Service
