namespace Mice.Segal

open Mice
open Mice.Autoregressive

/// <summary>Samples of a network that was made symmetric: q(s) = mean of q(g⁻¹s) over operations g of the lattice.</summary>
/// <remarks>A network that learned one of several equal variants of a structure gives all of them then. With a part of the group, chosen without looking at samples, weights by this q are still without bias:
/// a sample of the network moved by one of the operations is a sample of the mean over these operations. Source: L. Wu, R. Rossi, G. Carleo, Phys. Rev. Research 3, L042024 (2021); K. A. Nicoli et al.,
/// Phys. Rev. E 101, 023304 (2020) for the flip of all spins.</remarks>
[<RequireQualifiedAccess>]
module internal SymmetricDrawing =
    /// Rows that are passed through the network at once, and numbers that are kept of them: 32 MiB.
    let private mostRows, private mostNumbers = 16_384, 4_194_304

    /// <summary>What stands against asking a network.</summary>
    /// <param name="operations">How many operations at most samples are moved by.</param>
    /// <param name="all">Temperatures and fields.</param>
    /// <param name="n">The network.</param>
    let faults (operations: int) (all: Conditions[]) (n: SegalNetwork) : MiceError list =
        [
            yield! Validate.atLeast 1 "the number of operations" operations

            match n.System.Origin with
            | SystemOrigin.Own when operations > 1 -> yield! SemiGrandSystem.symmetryFaults n.System
            | _ -> ()

            for c in all |> Array.filter (fun c -> not (ConditionRange.contains c n.Range)) do
                MiceError.OutOfRange(
                    "temperature and field",
                    $"T = {Number.text c.Temperature}, B = {Number.text c.Field}",
                    $"T from {Number.text (fst n.Range.Temperature)} to {Number.text (snd n.Range.Temperature)}, B from {Number.text (fst n.Range.Field)} to {Number.text (snd n.Range.Field)}, which the network has learned"
                )
        ]

    /// <summary>Operations that samples are moved by: the whole group, or a random part of it.</summary>
    /// <param name="key">The random numbers.</param>
    /// <param name="most">How many at most; 1 leaves samples as they are.</param>
    /// <param name="system">Whose symmetry.</param>
    let operations (key: Key) (most: int) (system: SemiGrandSystem) : int[][] =
        if most = 1 then
            [| [| 0 .. system.Sites - 1 |] |]
        else
            let group = Array.copy system.Symmetries.Value

            if group.Length > most then
                (Key.generator key).Shuffle group

            Array.truncate most group

    /// s′[g[i]] = s[i] for one row; the other way round for the inverse.
    let private move (g: int[]) (states: byte[]) (first: int) (into: byte[]) (at: int) =
        for i in 0 .. g.Length - 1 do
            into[at + g[i]] <- states[first + i]

    let private moveBack (g: int[]) (states: byte[]) (first: int) (into: byte[]) (at: int) =
        for i in 0 .. g.Length - 1 do
            into[at + i] <- states[first + g[i]]

    /// ln of the mean of exponentials of a part of numbers.
    let logMean (values: float[]) (first: int) (count: int) =
        let mutable top = -infinity

        for i in first .. first + count - 1 do
            top <- max top values[i]

        let mutable sum = 0.0

        for i in first .. first + count - 1 do
            sum <- sum + exp (values[i] - top)

        top + log (sum / float count)

    /// Samples of a block: with all operations no more rows than may be passed, and no more numbers than may be kept.
    let private blockOf (s: SemiGrandSystem) (operations: int) =
        min mostRows (mostNumbers / (s.Sites * s.States)) / operations |> max 1

    /// The images of some samples under the inverse of every operation, [samples; operations; sites].
    let private images (operations: int[][]) (sites: int) (states: byte[]) (samples: int[]) : byte[] =
        let count = operations.Length
        let moved = Array.zeroCreate (samples.Length * count * sites)

        for i in 0 .. samples.Length - 1 do
            for k in 0 .. count - 1 do
                moveBack operations[k] states (samples[i] * sites) moved ((i * count + k) * sites)

        moved

    /// ln of the mean of q over operations under several sets of conditions, each of which has those of every sample.
    let private under run (n: SegalNetwork) (operations: int[][]) know (sets: (int -> Conditions)[]) (states: byte[]) =
        let sites, count = n.System.Sites, operations.Length
        let total = states.Length / sites
        let found = sets |> Array.map (fun _ -> Array.zeroCreate total)

        for samples in [| 0 .. total - 1 |] |> Array.chunkBySize (blockOf n.System count) do
            let known: KnownStates = images operations sites states samples |> know

            sets
            |> Array.iteri (fun set conditions ->
                let repeated =
                    samples |> Array.collect (fun s -> Array.replicate count (conditions s))

                let each = SegalNetwork.drawnLogarithms run n repeated known
                samples |> Array.iteri (fun i s -> found[set][s] <- logMean each (i * count) count))

        found

    /// <summary>ln of the mean of q over operations.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="operations">The operations.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    let logarithms run (n: SegalNetwork) operations (conditions: Conditions[]) (states: byte[]) : float[] =
        under run n operations (SegalNetwork.passing n) [| Array.get conditions |] states |> Array.head

    /// <summary>ln of the mean of q over operations at each of several temperatures and fields. What does not depend on them is found once.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="operations">The operations.</param>
    /// <param name="all">The temperatures and fields.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    /// <returns>[conditions][samples].</returns>
    let logarithmsAtAll run (n: SegalNetwork) operations (all: Conditions[]) (states: byte[]) : float[][] =
        let sets = all |> Array.map (fun c -> fun (_: int) -> c)
        under run n operations (SegalNetwork.know run n) sets states

    /// <summary>Draws a sample for each of some conditions, and moves it by one of the operations.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="operations">The operations.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    let draw (run: Run) (n: SegalNetwork) (operations: int[][]) (conditions: Conditions[]) : MaskedSamples =
        let drawn: MaskedSamples = SegalNetwork.draw run n conditions

        if operations.Length = 1 then
            drawn
        else
            let sites = n.System.Sites
            let generator = run.Key |> Key.named "operations" |> Key.generator
            let moved = Array.zeroCreate drawn.States.Length

            for sample in 0 .. conditions.Length - 1 do
                move
                    operations[generator.NextInt operations.Length]
                    drawn.States
                    (sample * sites)
                    moved
                    (sample * sites)

            {
                States = moved
                Logarithms = logarithms run n operations conditions moved
            }

    /// <summary>Draws configurations, each the way up that its charge chooses, with ln q of them as they are.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="operations">The operations.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    let drawWhole (run: Run) (n: SegalNetwork) (operations: int[][]) (conditions: Conditions[]) : MaskedSamples =
        let drawn = draw run n operations conditions
        let states = SegalNetwork.chooseWays run n conditions drawn.States

        {
            States = states
            Logarithms = SegalNetwork.ofWays n (Array.get conditions) states drawn.Logarithms
        }
