package apply_test

import app "shenbao/apply"

var _ app.ID
