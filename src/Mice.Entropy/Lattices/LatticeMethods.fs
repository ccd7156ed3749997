namespace Mice.Entropy

open System
open System.Diagnostics
open Mice
open Mice.Tensors
open Mice.Entropy.Halvings
open Mice.Entropy.Models

/// Snapshots at one temperature, and the part of a point that is known before any method has run.
type internal LatticeSample<'spin> =
    {
        Data: LatticeData<'spin>
        Start: LatticeResult
    }

/// Result of one method at one temperature.
type internal LatticeFound =
    {
        Points: LatticeResult list
        /// Trained parameters, which networks at the next temperature may start from; no branches where the method has no networks.
        Weights: Params
    }

/// Methods on the snapshots of one temperature.
module internal LatticeMethods =
    /// Methods for a kind of spins.
    let ofSpins (spins: LatticeSpins<'spin>) : LatticeMethod list =
        [
            LatticeMethod.Mice
            LatticeMethod.Scan
            if spins.Treatment.Count.IsSome then
                LatticeMethod.Counting
            LatticeMethod.Compression
        ]

    /// Faults of a request: methods that are not among the known ones, options of methods, and for MICE a torus that cannot be halved down to the starting
    /// block.
    let faults
        (known: LatticeMethod list)
        (spins: LatticeSpins<'spin>)
        (shape: int[])
        (options: LatticeEntropyOptions)
        : MiceError list =
        [
            for m in options.Methods |> List.except known do
                MiceError.UnknownName("method", LatticeMethod.name m, known |> List.map LatticeMethod.name)

            yield! LatticeEntropyOptions.check options |> Validate.faults

            if List.contains LatticeMethod.Mice options.Methods then
                yield! LatticeMice.faults spins options.Mice shape
        ]
        |> List.distinct

    /// The fault of an empty list of temperatures.
    let noTemperature (temperatures: float list) : MiceError list =
        [
            if List.isEmpty temperatures then
                MiceError.TooFewData("temperatures", 0, 1, "Give at least one.")
        ]

    /// Networks that start from trained parameters take a third of the steps; critics also take a third of the learning rate. Measured on the Ising
    /// ferromagnet at T = 2.12, started from T = 2.18: every M is within 0.001 nats of the M of a full training from random parameters, or above; with the
    /// full learning rate M falls short by up to 0.005. The bound of the scan is tighter with the full learning rate (0.0009 above the exact value against
    /// 0.0011, at T = 2.3).
    [<Literal>]
    let private FurtherShare = 3

    let private isNew first = Array.isEmpty (Params.branches first)

    let private stepsAfter first steps =
        if isNew first then steps else max 1 (steps / FurtherShare)

    let private rateAfter first (rate: float) =
        if isNew first then rate else rate / float FurtherShare

    /// Parameters that are not finite are not handed on: a training that diverged is no start for another.
    let private handedOn (weights: Params) =
        if Double.IsFinite(Params.globalNorm weights) then
            weights
        else
            Params.empty

    let private scanned (options: LatticeEntropyOptions) run (sample: LatticeSample<'spin>) =
        LatticeScan.estimate
            { options.Scan with
                Steps = stepsAfter sample.Data.First options.Scan.Steps
            }
            run
            sample.Data
        |> Result.map (fun r ->
            {
                Points = [ LatticeResult.ofScan sample.Start r ]
                Weights = handedOn r.Parameters
            })

    let private halved (options: LatticeEntropyOptions) run (sample: LatticeSample<'spin>) =
        let training = options.Mice.Training
        let first = sample.Data.First

        LatticeMice.estimate
            { options.Mice with
                Training =
                    { training with
                        Steps = stepsAfter first training.Steps
                        LearningRate = rateAfter first training.LearningRate
                    }
            }
            run
            sample.Data
        |> Result.map (fun r ->
            {
                Points = LatticeResult.ofMice sample.Start r
                Weights = handedOn (HalvingEntropy.parameters r)
            })

    let private withoutNetworks points =
        {
            Points = points
            Weights = Params.empty
        }

    let private notForTheseSpins method =
        Error
            [
                MiceError.OutOfRange("method", LatticeMethod.name method, "another one: it is not for these spins")
            ]

    /// One method on snapshots of one temperature.
    let apply (options: LatticeEntropyOptions) (run: Run) (sample: LatticeSample<'spin>) (method: LatticeMethod) =
        let watch = Stopwatch.StartNew()
        let spins, snapshots = sample.Data.Spins.Treatment, sample.Data.Snapshots

        match method, spins.Count with
        | LatticeMethod.Mice, _ -> halved options run sample
        | LatticeMethod.Scan, _ -> scanned options run sample
        | LatticeMethod.Counting, Some count ->
            count snapshots
            |> Result.map (LatticeResult.ofCounting sample.Start watch.Elapsed.TotalSeconds >> withoutNetworks)
        | LatticeMethod.Compression, _ ->
            spins.Compress run.Key snapshots
            |> Result.map (fun r ->
                withoutNetworks [ LatticeResult.ofCompression sample.Start watch.Elapsed.TotalSeconds r ])
        | LatticeMethod.Counting, None
        | LatticeMethod.Integration, _ -> notForTheseSpins method
