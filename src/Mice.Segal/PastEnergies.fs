namespace Mice.Segal

open Mice
open Mice.Alloys
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
    /// Configurations that a worker is asked about at a time.
    let private most = PastFields.Most

    /// Configurations of one piece of work.
    let private block = 8 * most

    /// <summary>Makers of workers, from what a system knows of sites before a site; None where it knows nothing.</summary>
    let workers (s: SemiGrandSystem) : (unit -> SiteEnergies) option =
        s.Before
        |> Option.map (fun before ->
            match s.BeforeOfMany with
            | Some create -> create
            | None ->
                fun () ->
                    SiteEnergies(fun states first count site energies ->
                        for i in 0 .. count - 1 do
                            for state in 0 .. s.States - 1 do
                                energies[state * most + i] <- before states (first + i * s.Sites) site state))

    /// <summary>Room for the energies of so many samples.</summary>
    let room (s: SemiGrandSystem) (samples: int) : float[] =
        Array.zeroCreate (samples * s.Sites * s.States)

    /// What a worker found of some samples, written down.
    let private keep (s: SemiGrandSystem) (energies: float[]) sample count site (into: float[]) =
        for i in 0 .. count - 1 do
            for state in 0 .. s.States - 1 do
                into[((sample + i) * s.Sites + site) * s.States + state] <- energies[state * most + i]

    /// What was written down of some samples.
    let private recall (s: SemiGrandSystem) (from: float[]) sample count site (energies: float[]) =
        for i in 0 .. count - 1 do
            for state in 0 .. s.States - 1 do
                energies[state * most + i] <- from[((sample + i) * s.Sites + site) * s.States + state]

    /// <summary>The energies of given states.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="s">The system.</param>
    /// <param name="create">Its <c>workers</c>.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    let find (run: Run) (s: SemiGrandSystem) (create: unit -> SiteEnergies) (states: byte[]) : PastEnergies =
        let samples = states.Length / s.Sites
        let found = room s samples

        let one (run: Run) (start: int) =
            let worker, energies = create (), Array.zeroCreate (s.States * most)

            for sample in start..most .. min samples (start + block) - 1 do
                Run.stopIfCancelled run
                let count = min most (samples - sample)

                for site in 0 .. s.Sites - 1 do
                    worker.Invoke(states, sample * s.Sites, count, site, energies)
                    keep s energies sample count site found

            Ok()

        Run.jobs (fun _ -> 1.0) one [| 0..block .. samples - 1 |] { run with Progress = ignore } |> ignore

        PastEnergies.Kept found

    /// <summary>What is known of a site without the network.</summary>
    /// <param name="s">The system.</param>
    /// <param name="create">Its <c>workers</c>.</param>
    /// <param name="number">What an energy adds: sample → state → energy → number.</param>
    /// <param name="past">How energies are come by.</param>
    let prior
        (s: SemiGrandSystem)
        (create: unit -> SiteEnergies)
        (number: int -> int -> float -> float32)
        (past: PastEnergies)
        : unit -> MaskedPrior =
        fun () ->
            let energies = Array.zeroCreate (s.States * most)

            let look: byte[] -> int -> int -> int -> unit =
                match past with
                | PastEnergies.Kept kept -> fun _ sample count site -> recall s kept sample count site energies
                | PastEnergies.Passing ->
                    let worker = create ()
                    fun states sample count site -> worker.Invoke(states, sample * s.Sites, count, site, energies)
                | PastEnergies.Keeping into ->
                    let worker = create ()

                    fun states sample count site ->
                        worker.Invoke(states, sample * s.Sites, count, site, energies)
                        keep s energies sample count site into

            MaskedPrior(fun states sample count site numbers ->
                look states sample count site

                for state in 0 .. s.States - 1 do
                    for i in 0 .. count - 1 do
                        let at = state * most + i
                        numbers[at] <- number (sample + i) state energies[at])
