package similar

import "database/sql"

var db *sql.DB
