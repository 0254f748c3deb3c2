// Package web is planted.
package web

import "database/sql"

var db *sql.DB
