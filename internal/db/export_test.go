package db

// Waiting is the number of writers that stand in line.
func (d *DB) Waiting() int {
	d.queue.mu.Lock()
	defer d.queue.mu.Unlock()
	return len(d.queue.waiting)
}

// BatchTurns is the most members that a batch has.
const BatchTurns = batchTurns
