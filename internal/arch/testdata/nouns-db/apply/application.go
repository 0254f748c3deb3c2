package apply

import "shenbao/internal/db"

// An Application is 申报书.
type Application struct{ r db.Reader }
