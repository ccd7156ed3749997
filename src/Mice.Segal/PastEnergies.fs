namespace Mice.Segal

open Mice
open Mice.Autoregressive

/// How energies of sites with the sites before them are come by: numbers of [samples; sites; states], which do not depend on temperature and field.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type internal PastEnergies =
    /// Found where they are asked for, and forgotten.
    | Passing
    /// Found where they are asked for, and written down.
    | Keeping of float[]
    /// Found before.
    | Kept of float[]

/// States with the energies of their sites: as they are, and all sites flipped where pairs are drawn.
[<NoEquality; NoComparison>]
type internal KnownStates =
    {
        Own: struct (byte[] * PastEnergies)
        Flipped: struct (byte[] * PastEnergies) option
    }

/// Energies of sites with the sites before them.
[<RequireQualifiedAccess>]
module internal PastEnergies =
    /// Samples of one piece of work.
    [<Literal>]
    let private Block = 256

    /// <summary>Room for the energies of so many samples.</summary>
    let room (s: SemiGrandSystem) (samples: int) : float[] =
        Array.zeroCreate (samples * s.Sites * s.States)

    /// <summary>The energies of given states.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="s">The system.</param>
    /// <param name="before">Its <c>Before</c>.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    let find (run: Run) (s: SemiGrandSystem) (before: byte[] -> int -> int -> int -> float) (states: byte[]) =
        let samples = states.Length / s.Sites
        let found = room s samples

        let one (run: Run) (start: int) =
            Run.stopIfCancelled run

            for sample in start .. min samples (start + Block) - 1 do
                let first = sample * s.Sites

                for site in 0 .. s.Sites - 1 do
                    for state in 0 .. s.States - 1 do
                        found[(first + site) * s.States + state] <- before states first site state

            Ok()

        Run.jobs (fun _ -> 1.0) one [| 0..Block .. samples - 1 |] { run with Progress = ignore } |> ignore

        PastEnergies.Kept found

    /// <summary>What is known of a site without the network.</summary>
    /// <param name="s">The system.</param>
    /// <param name="before">Its <c>Before</c>.</param>
    /// <param name="number">What an energy adds: sample → state → energy → number.</param>
    /// <param name="past">How energies are come by.</param>
    let prior
        (s: SemiGrandSystem)
        (before: byte[] -> int -> int -> int -> float)
        (number: int -> int -> float -> float32)
        (past: PastEnergies)
        : MaskedPrior =
        let sites, count = s.Sites, s.States

        match past with
        | PastEnergies.Passing ->
            MaskedPrior(fun sample states first site state -> before states first site state |> number sample state)
        | PastEnergies.Keeping energies ->
            MaskedPrior(fun sample states first site state ->
                let energy = before states first site state
                energies[(sample * sites + site) * count + state] <- energy
                number sample state energy)
        | PastEnergies.Kept energies ->
            MaskedPrior(fun sample _ _ site state ->
                number sample state energies[(sample * sites + site) * count + state])
