namespace Mice.Entropy

open System.Diagnostics
open System.Globalization
open System.Numerics
open System.Threading
open Mice
open Mice.Samplers

/// Snapshots of one temperature, and what the methods need of them.
type internal LatticeSample<'spin> =
    {
        Snapshots: LatticeSnapshots<'spin>
        Spins: LatticeSpins<'spin>
        /// Neighbouring snapshots that may be correlated.
        GroupSnapshots: int
        Energies: LatticeEnergies option
        /// E of any configuration, where the model is known.
        Hamiltonian: ('spin[] -> float) option
        Start: LatticePoint
    }

/// Methods on the snapshots of one temperature, with a checkpoint of each.
module internal LatticeMethods =
    /// A number in full, as part of names and keys.
    let text (number: float) =
        number.ToString("R", CultureInfo.InvariantCulture)

    /// Faults of what is asked for: methods that are not for these spins, training without a step, and for MICE a torus that cannot be
    /// halved down to a block of the given side.
    let faults
        (known: LatticeMethod list)
        (block: int)
        (rows: int)
        (columns: int)
        (options: LatticeEntropyOptions)
        : MiceError list =
        [
            for m in options.Methods |> List.except known do
                MiceError.UnknownName("method", LatticeMethod.name m, known |> List.map LatticeMethod.name)

            for name, steps in
                [
                    "training steps of mice", options.Mice.Training.Steps
                    "training steps of scan", options.Scan.Steps
                ] do
                if steps < 1 then
                    MiceError.OutOfRange(name, string steps, "1 or more")

            if List.contains LatticeMethod.Mice options.Methods then
                yield! LatticeMice.faults block rows columns
        ]

    /// The fault of a list without a temperature.
    let noTemperature (temperatures: float list) : MiceError list =
        [
            if List.isEmpty temperatures then
                MiceError.TooFewData("temperatures", 0, 1, "Give at least one.")
        ]

    /// All lists in one, or the faults of all.
    let together (results: Result<'item list, MiceError list> list) : Result<'item list, MiceError list> =
        let join all next =
            match all, next with
            | Ok items, Ok more -> Ok(items @ more)
            | Error a, Error b -> Error(a @ b)
            | Error faults, _
            | _, Error faults -> Error faults

        List.fold join (Ok []) results

    /// Part of the work as a share of all of it.
    let share first length (progress: Progress -> unit) (p: Progress) =
        progress
            { p with
                Fraction = first + length * p.Fraction
            }

    /// Scan or MICE, for any kind of spins.
    let learned (options: LatticeEntropyOptions) cancel progress key (sample: LatticeSample<'spin>) method =
        match method with
        | LatticeMethod.Scan ->
            LatticeScan.estimate
                options.Scan
                options.Threads
                cancel
                progress
                key
                sample.Spins
                sample.GroupSnapshots
                None
                sample.Energies
                sample.Hamiltonian
                sample.Snapshots
            |> Result.map (fun r -> [ LatticePoint.ofScan sample.Start r ])
        | LatticeMethod.Mice ->
            LatticeMice.estimate
                options.Mice
                options.Threads
                cancel
                progress
                key
                sample.Spins
                sample.GroupSnapshots
                None
                sample.Energies
                sample.Snapshots
            |> Result.map (fun r -> [ LatticePoint.ofMice sample.Start r ])
        | other ->
            let name = LatticeMethod.name other

            Error
                [
                    MiceError.OutOfRange("method", name, "another one: it is not for these spins")
                ]

    let private compressed (sample: LatticeSample<'spin>) estimate =
        let watch = Stopwatch.StartNew()

        estimate sample.Snapshots
        |> Result.map (fun r -> [ LatticePoint.ofCompression sample.Start watch.Elapsed.TotalSeconds r ])

    /// One method on ±1 spins.
    let ising options cancel progress key symmetry (sample: LatticeSample<sbyte>) method =
        let watch = Stopwatch.StartNew()

        match method with
        | LatticeMethod.Counting ->
            LatticeCounting.estimate symmetry sample.Snapshots
            |> Result.map (LatticePoint.ofCounting sample.Start watch.Elapsed.TotalSeconds)
        | LatticeMethod.Compression -> compressed sample (CompressionEntropy.estimate key)
        | other -> learned options cancel progress key sample other

    /// One method on planar spins.
    let planar options cancel progress key (sample: LatticeSample<Vector2>) method =
        match method with
        | LatticeMethod.Compression -> compressed sample (CompressionEntropy.estimatePlanar key)
        | other -> learned options cancel progress key sample other

    /// Points from a checkpoint, or computed and kept in it.
    let kept (store: RunStore option) (file: string) (compute: unit -> Result<LatticePoint list, MiceError list>) =
        let found =
            match store with
            | None -> Ok None
            | Some store -> RunStore.tryLoad file store |> Result.mapError List.singleton

        found
        |> Result.bind (function
            | Some content -> LatticePoint.ofBytes file content
            | None ->
                compute ()
                |> Result.map (fun points ->
                    store |> Option.iter (RunStore.save file (LatticePoint.toBytes points))
                    points))

    /// The points of one temperature; what a checkpoint holds is not computed again, and no snapshots are drawn when it holds all.
    let points
        (options: LatticeEntropyOptions)
        (progress: Progress -> unit)
        (store: RunStore option)
        (label: string)
        (key: Key)
        (draw: (Progress -> unit) -> Key -> Result<'sample, MiceError list>)
        (apply: (Progress -> unit) -> Key -> 'sample -> LatticeMethod -> Result<LatticePoint list, MiceError list>)
        : Result<LatticePoint list, MiceError list> =
        let parts = float (options.Methods.Length + 1)

        let part index phase (p: Progress) =
            share
                (float index / parts)
                (1.0 / parts)
                progress
                { p with
                    Message = $"T = {label}, {phase}: {p.Message}"
                }

        let sample = lazy (draw (part 0 "sampling") (Key.named "sampling" key))

        let pointsOf index method =
            let name = LatticeMethod.name method

            kept store $"{name}-{label}" (fun () ->
                sample.Value
                |> Result.bind (fun found -> apply (part (index + 1) name) (Key.named name key) found method))

        options.Methods |> List.mapi pointsOf |> together
