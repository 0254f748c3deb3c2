// Package programme reads, checks and explains programme packages (指南包): an
// official call for applications as files under programmes/, in the format of
// programmes/FORMAT.md.
//
// [Open] opens a folder of packages and [Library.Load] reads one: every fault of
// it, not only the first, comes back with its place. A [Package] then answers
// the commands: [Package.Check] what does not hold, in the package and in the
// official text itself; [Package.Coverage] what carries each clause (条款) out;
// [Package.Try] what an application's facts come to; [Package.Verify] whether
// the package says what the official text says; [Package.RunCases] whether its
// worked cases (案例) come out as expected; [Package.WriteSheet] shows all of it
// on one page to read and print. [Library.Coverage] counts over all packages,
// and [Library.NewDraft] makes the next one.
//
// The package reads files only through an fs.FS. It knows no SQL, no clock and
// no HTTP.
package programme
