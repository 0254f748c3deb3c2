// Package registry holds what is known of a unit before it applies (单位档案),
// and the dated lists that rules may ask (名录).
//
// A profile is made of lists ([Lists]): its single facts, finance by year, the
// roster of staff, instruments, premises, platforms, honours, projects and
// awards. A row of a list has a life of its own: who entered it, when it was
// last confirmed, what proves it, whether an authority verified it. A change
// closes the row and opens its next version, so that nothing is lost and two
// editors cannot overwrite each other.
//
//	declared  已填报  the unit says so: Known to the unit itself, Unverified to an authority
//	verified  已核实  an authority has looked at it: Known
//	expired   已过期  it has ended, or nobody confirmed it for as long as its list allows: Expired
//
// The acts on a profile are [Edit], [Import], [Confirm], [Verify], [Reveal] and
// [Freeze]; [View], [History] and [Export] look. Each is open to whom actor.May
// says. Other rooms ask [ProfileOf] and fill facts with [Profile.Prefill].
//
// A register (名录) is kept in editions (版次), by every authority its part: an
// officer imports a list with its source document, sees what would be added,
// changed and ended, and adopts it ([Adopt]). A row stays in the editions in
// which it stood, so a finding can be explained years later. [Registers] hands
// them to the named checks.
//
// A file is read by one mechanism, whatever the list: its [Preview] names every
// fault by sheet, row and column, and shows what would change; accepting it
// does exactly that or nothing.
//
// Identity numbers are stored encrypted; rules and lists compare keyed hashes,
// pages and exports show them masked. Reading one in full is an act, [Reveal].
//
// Tables: profile_rows, profile_snapshots, register_editions, register_rows,
// register_looks.
package registry
