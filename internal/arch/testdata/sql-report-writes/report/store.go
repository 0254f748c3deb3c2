package report

const touch = `UPDATE projects SET seen = $1`
