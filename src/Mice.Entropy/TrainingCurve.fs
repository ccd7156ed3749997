namespace Mice.Entropy

/// Training curves of lattice networks.
module internal TrainingCurve =
    /// Entries of a curve.
    [<Literal>]
    let private Entries = 20

    /// Step, and the mean since the last entry, of the values of all steps.
    let ofSteps (values: float[]) : struct (int * float)[] =
        let every = max 1 (values.Length / Entries)

        values
        |> Array.chunkBySize every
        |> Array.mapi (fun i part -> struct (min values.Length ((i + 1) * every), Array.average part))
