package rule

import "shenbao/internal/fault"

// problem is a fault in a rule, a schema or a facts file. Its line and column
// count from 1 within the text that was read; whoever knows the file adds it.
func problem(key string, args ...any) *fault.Fault {
	return fault.New(fault.Invalid, "rule."+key, args...)
}

// ref is an argument that is itself a message of this package.
func ref(key string) fault.Key { return fault.Key("rule." + key) }
