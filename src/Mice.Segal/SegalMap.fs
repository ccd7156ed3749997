namespace Mice.Segal

open System.Diagnostics
open Mice

/// Where a network is asked.
type SegalGrid =
    {
        /// T, one or more.
        Temperatures: float[]
        /// B, one or more.
        Fields: float[]
    }

/// How estimates are made.
[<RequireQualifiedAccess>]
type SegalMethod =
    /// Weights of the network's samples, those of all fields of a temperature together.
    | ImportanceSampling
    /// The network's samples at all places, and configurations of chains where there are any, weighed together by MBAR.
    | Mbar of NeuralChainOptions option

/// What a network says of a system at all temperatures and fields of a grid.
[<NoEquality; NoComparison>]
type SegalMap =
    {
        System: SemiGrandSystem
        Options: SemiGrandOptions
        Method: SegalMethod
        Grid: SegalGrid
        /// [temperatures][fields]
        Estimates: SemiGrandEstimate[][]
        /// Free energies over Σ charge at each temperature, and the phases that they fall apart into; empty where a method or a lattice has none.
        Profiles: ChargeProfile[]
        /// Responses of the network itself, [temperatures][fields], where they were asked for.
        Responses: SegalResponse[][] option
        /// [temperatures][fields], where exact values are known.
        Exact: SemiGrandExact[][] option
        /// How long drawing and weighing took.
        Seconds: float
        /// What the method asked of itself, beside the number of effective samples.
        Checks: Check list
    }

/// <summary>Maps over temperature and field.</summary>
[<RequireQualifiedAccess>]
module SegalMap =
    let internal faults (grid: SegalGrid) : MiceError list =
        [
            yield! Validate.atLeast 1 "the number of temperatures" grid.Temperatures.Length
            yield! Validate.atLeast 1 "the number of fields" grid.Fields.Length
        ]

    let internal collect (results: Result<'a, MiceError list>[]) : Result<'a[], MiceError list> =
        results |> List.ofArray |> Validate.all |> Result.map Array.ofList

    /// Exact values at all places, where they are asked for.
    let internal exactValues (run: Run) (isExact: bool) (grid: SegalGrid) (system: SemiGrandSystem) =
        let row (exact: Conditions -> Result<SemiGrandExact, MiceError list>) t =
            grid.Fields |> Array.map (fun b -> exact { Temperature = t; Field = b }) |> collect

        if isExact then
            SemiGrandExact.create run system
            |> Result.bind (fun exact -> grid.Temperatures |> Array.map (row exact) |> collect)
            |> Result.map Some
        else
            Ok None

    /// Samples of all fields of a temperature are pooled.
    let private importance (run: Run) (o: SemiGrandOptions) (grid: SegalGrid) (n: SegalNetwork) =
        let count = grid.Temperatures.Length

        let at i t =
            Run.stopIfCancelled run
            Run.tell "samples" (float i / float count) $"T = {Number.text t}" run
            SemiGrandEstimate.row (Run.item i run) o t grid.Fields n

        grid.Temperatures
        |> Array.mapi at
        |> collect
        |> Result.map (fun rows -> struct (rows |> Array.map _.Estimates, rows |> Array.choose _.Profile, []))

    let private mbar (run: Run) (o: SemiGrandOptions) chains (grid: SegalGrid) (n: SegalNetwork) =
        let all: Conditions[] =
            Array.allPairs grid.Temperatures grid.Fields
            |> Array.map (fun (t, b) -> { Temperature = t; Field = b })

        SemiGrandMbar.create run o chains all n
        |> Result.map (fun found -> struct (Array.chunkBySize grid.Fields.Length found.Estimates, [||], found.Checks))

    /// <summary>Estimates over a grid.</summary>
    /// <param name="method">How.</param>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="o">Samples of each field, and the operations they are moved by.</param>
    /// <param name="grid">Where.</param>
    /// <param name="isExact">Whether exact values are to be found too.</param>
    /// <param name="n">The network.</param>
    /// <returns>Errors: OutOfRange, and those of exact values.</returns>
    let by
        (method: SegalMethod)
        (run: Run)
        (o: SemiGrandOptions)
        (grid: SegalGrid)
        (isExact: bool)
        (n: SegalNetwork)
        : Result<SegalMap, MiceError list> =
        match faults grid with
        | [] ->
            let clock = Stopwatch.StartNew()

            validate {
                let! struct (estimates, profiles, checks) =
                    match method with
                    | SegalMethod.ImportanceSampling -> importance run o grid n
                    | SegalMethod.Mbar chains -> mbar run o chains grid n

                let! exact = exactValues run isExact grid n.System

                return
                    {
                        System = n.System
                        Options = o
                        Method = method
                        Grid = grid
                        Estimates = estimates
                        Profiles = profiles
                        Responses = None
                        Exact = exact
                        Seconds = clock.Elapsed.TotalSeconds
                        Checks = checks
                    }
            }
        | faults -> Error faults

    /// <summary>Estimates over a grid by importance sampling; samples of all fields of a temperature are pooled.</summary>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="o">Samples of each field, and the operations they are moved by.</param>
    /// <param name="grid">Where.</param>
    /// <param name="isExact">Whether exact values are to be found too.</param>
    /// <param name="n">The network.</param>
    /// <returns>Errors: OutOfRange, and those of exact values.</returns>
    let create (run: Run) (o: SemiGrandOptions) (grid: SegalGrid) (isExact: bool) (n: SegalNetwork) =
        by SegalMethod.ImportanceSampling run o grid isExact n

    /// <summary>A map with heat capacities and susceptibilities by differentiation of the network.</summary>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="samples">Samples at each place, 4 or more.</param>
    /// <param name="n">The network of the map.</param>
    /// <param name="map">The map.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let withResponses (run: Run) (samples: int) (n: SegalNetwork) (map: SegalMap) : Result<SegalMap, MiceError list> =
        let count = map.Grid.Temperatures.Length

        let row i t =
            Run.tell "derivatives" (float i / float count) $"T = {Number.text t}" run

            map.Grid.Fields
            |> Array.mapi (fun k b ->
                Run.stopIfCancelled run

                let own =
                    run |> Run.named "derivatives" |> Run.item (i * map.Grid.Fields.Length + k)

                SegalResponse.create own samples { Temperature = t; Field = b } n)
            |> collect

        map.Grid.Temperatures
        |> Array.mapi row
        |> collect
        |> Result.map (fun responses -> { map with Responses = Some responses })

    /// <summary>exp(−N(Φ − Φ exact)/k_BT): the share of the partition function that samples and weights give, 1 but for noise where no state was forgotten.</summary>
    /// <param name="system">The system.</param>
    /// <param name="e">What was found.</param>
    /// <param name="exact">What is known.</param>
    let recoveredMass (system: SemiGrandSystem) (e: SemiGrandEstimate) (exact: SemiGrandExact) : Estimate<1> =
        let scale = float system.Sites / (system.Boltzmann * e.Conditions.Temperature)
        let mass = exp (-scale * (e.GrandPotential.Value - exact.GrandPotential))
        Estimate.create mass (mass * scale * e.GrandPotential.StandardError) Direction.NoBound
