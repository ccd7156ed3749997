namespace Mice.Testing.Measuring

/// What a measurement found.
type Finding =
    {
        /// The body of its section in docs/benchmarks.md: a table and a sentence or two.
        Markdown: string
        /// False when a check failed; always true for measurements of speed.
        Passed: bool
    }

/// Raised by a measurement whose data are not on this machine: it is left out, with the reason.
exception NotHere of reason: string

/// Something that `build.fsx bench` or `build.fsx verify` can run by name.
type Measurement =
    {
        /// The word on the command line.
        Name: string
        /// The heading of its section.
        Title: string
        /// Measures; prints what it is doing as it goes.
        Run: unit -> Finding
    }

/// Markdown tables.
[<RequireQualifiedAccess>]
module Table =
    /// A table from its header and rows; the first column is aligned to the left, all others to the right.
    let markdown (header: string list) (rows: string list list) : string =
        let line (cells: string list) = "| " + String.concat " | " cells + " |"

        let rule = "|---|" + String.replicate (header.Length - 1) "---:|"
        String.concat "\n" (line header :: rule :: List.map line rows)

/// Goals that were set before anything was measured.
[<RequireQualifiedAccess>]
module Goal =
    /// What a table says of one.
    let met (isMet: bool) : string = if isMet then "met" else "NOT met"
