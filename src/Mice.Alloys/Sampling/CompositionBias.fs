namespace Mice.Alloys

open System.IO
open Mice

/// How the bias of metadynamics grows.
[<RequireQualifiedAccess>]
type CompositionBias =
    /// Until all compositions are visited equally often; heights fall as 1/t.
    | Flat
    /// Well-tempered with the bias factor γ, above 1: heights fall with the bias itself, and compositions are visited as often as at the temperature γT.
    | WellTempered of factor: float

/// How free energies over the composition are found. Start from AlloyMetadynamicsOptions.defaults.
type AlloyMetadynamicsOptions =
    {
        /// Independent walkers, 2 or more: errors come from their spread.
        Walkers: int
        /// Sweeps of every walker; one sweep is one proposal per site. Errors fall as 1/√Sweeps.
        Sweeps: int
        /// How the bias grows.
        Bias: CompositionBias
    }

/// Defaults and checks of the options.
[<RequireQualifiedAccess>]
module AlloyMetadynamicsOptions =
    /// 16 walkers of 20,000 sweeps under a flat histogram.
    let defaults: AlloyMetadynamicsOptions =
        {
            Walkers = 16
            Sweeps = 20_000
            Bias = CompositionBias.Flat
        }

    /// <summary>Checks all fields: Walkers 2 or more, Sweeps 1 or more, the bias factor above 1.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: AlloyMetadynamicsOptions) : Result<AlloyMetadynamicsOptions, MiceError list> =
        validate {
            let! () = Validate.atLeast 2 "walkers" options.Walkers
            and! () = Validate.atLeast 1 "sweeps" options.Sweeps

            and! () =
                match options.Bias with
                | CompositionBias.Flat -> []
                | CompositionBias.WellTempered factor ->
                    Validate.that
                        "the bias factor"
                        "a finite number above 1"
                        (fun f -> f > 1.0 && System.Double.IsFinite f)
                        factor

            return options
        }

/// <summary>The bias of one walker over the counts n = 0 … N, and its schedule. Mutable; for one loop on one thread.</summary>
/// <remarks>g is the bias in units of k_BT: weights are exp(−βE − g(n)).</remarks>
[<Sealed; AllowNullLiteral(false)>]
type internal GrowingBias(sites: int, form: CompositionBias) =
    let bias = Array.zeroCreate<float>(sites + 1)
    // Of the second half of a well-tempered walk: Σ over sweeps of g(n) − g(0).
    let sums = Array.zeroCreate<float>(sites + 1)
    let visited = Array.zeroCreate<bool>(sites + 1)
    let mutable unvisited = sites + 1
    let mutable proposals = 0.0
    let mutable averaged = 0.0
    let mutable growth = 1.0
    let mutable settled = false

    let isFlat, decay =
        match form with
        | CompositionBias.Flat -> true, 0.0
        | CompositionBias.WellTempered factor -> false, 1.0 / (factor - 1.0)

    let mark n =
        if not visited[n] then
            visited[n] <- true
            unvisited <- unvisited - 1

    /// g(n) − g(n′).
    member _.Gain(n: int, next: int) : float = bias[n] - bias[next]

    /// The walker is at n after a proposal.
    member _.Visit(n: int) : unit =
        if isFlat then
            proposals <- proposals + 1.0

            if settled then
                growth <- float (sites + 1) / proposals
            else
                mark n

            bias[n] <- bias[n] + growth
        else
            mark n
            bias[n] <- bias[n] + exp (-decay * bias[n])

    /// Ends a sweep: halves the growth of a flat histogram once all n have been visited; adds to the means of a well-tempered one in the second half of the walk.
    member _.EndSweep(isSecondHalf: bool) : unit =
        if isFlat then
            if not settled && unvisited = 0 then
                growth <- growth / 2.0
                System.Array.Clear visited
                unvisited <- sites + 1
                settled <- growth <= float (sites + 1) / proposals
        elif isSecondHalf then
            averaged <- averaged + 1.0

            for n in 0..sites do
                sums[n] <- sums[n] + bias[n] - bias[0]

    /// Whether the growth of a flat histogram has come to be 1/t; whether a well-tempered one has been everywhere.
    member _.Settled: bool = if isFlat then settled else unvisited = 0

    /// The largest height that would be added next, k_BT.
    member _.Height: float = if isFlat then growth else exp (-decay * Array.min bias)

    /// [N + 1]: ln Z(n) but for a constant.
    member _.LogPartition: float[] =
        if isFlat then
            bias
        else
            // γ/(γ − 1) = 1 + 1/(γ − 1).
            sums |> Array.map (fun s -> (1.0 + decay) * s / averaged)

    /// Writes all of it.
    member _.Write(writer: BinaryWriter) : unit =
        for values in [ bias; sums ] do
            SweepBlocks.write writer values

        SweepBlocks.write writer visited
        SweepBlocks.write writer [| float unvisited; proposals; averaged; growth |]
        writer.Write settled

    /// Reads what was written.
    member _.Read(reader: BinaryReader) : unit =
        for values in [ bias; sums ] do
            Array.blit (SweepBlocks.read<float> reader (sites + 1)) 0 values 0 (sites + 1)

        Array.blit (SweepBlocks.read<bool> reader (sites + 1)) 0 visited 0 (sites + 1)
        let numbers = SweepBlocks.read<float> reader 4
        unvisited <- int numbers[0]
        proposals <- numbers[1]
        averaged <- numbers[2]
        growth <- numbers[3]
        settled <- reader.ReadBoolean()
