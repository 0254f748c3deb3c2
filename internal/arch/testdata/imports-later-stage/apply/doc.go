// Package apply is 申报书.
package apply

import "shenbao/review"

var _ review.ID
