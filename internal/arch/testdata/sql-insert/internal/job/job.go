// Package job is planted.
package job

const enqueue = "insert into jobs (id) values ($1)"
