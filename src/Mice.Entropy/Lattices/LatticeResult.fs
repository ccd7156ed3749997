namespace Mice.Entropy

open System
open System.Text.Json
open System.Text.Json.Serialization
open Mice
open Mice.Learning
open Mice.Samplers
open Mice.Entropy.Halvings

/// One level of MICE as it is reported.
type LatticeLevel =
    {
        /// The half: sites across the cut × along it, such as 4×8.
        Half: string
        /// Sites of a half.
        Volume: float
        /// Bonds cut between the two halves; on two axes the length of the cuts in lattice constants.
        InterfaceArea: float
        /// M = I(half; half).
        MutualInformation: Estimate<nat>
        /// What the second round of the critic's training added to M, 0 or more; None for M from the area law.
        TrainingGain: float<nat> option
        /// "critic" or "area law".
        Estimator: string
        /// Whether M is too large: for its product pairs to certify, or for the product pairs of one training step to teach.
        Saturated: bool
    }

/// A known entropy that estimates are compared with.
type LatticeReference =
    {
        /// Entropy per site; its error is 0 where the value is exact.
        EntropyPerSite: Estimate<nat / site>
        /// Source of the value: the name of an ExactSource, or integration.
        Source: string
    }

/// References from exact averages.
[<RequireQualifiedAccess>]
module LatticeReference =
    /// <summary>The entropy of exact averages.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="averages">The averages, or why there are none.</param>
    /// <returns>None without averages.</returns>
    let exact (source: ExactSource) (averages: Result<ThermalAverages, MiceError list>) : LatticeReference option =
        match averages with
        | Ok found ->
            Some
                {
                    EntropyPerSite = Estimate.exact found.Entropy
                    Source = ExactSource.name source
                }
        | Error _ -> None

/// What one method found at one temperature.
type LatticeResult =
    {
        /// T.
        Temperature: float
        /// mice, scan, compression, integration, or the name of a counting estimate. The naive estimate of planar spins comes from MICE.
        Method: string
        /// The method's best estimate.
        EntropyPerSite: Estimate<nat / site>
        /// The upper bound of the method, where it differs from the best estimate.
        UpperBound: Estimate<nat / site> option
        /// A lower bound, where the method gives one.
        LowerBound: Estimate<nat / site> option
        /// βF/N, where the method gives it.
        ReducedFreeEnergyPerSite: Estimate<1 / site> option
        /// ⟨E⟩/N of the sampler; None for snapshots from elsewhere.
        EnergyPerSite: Estimate<1> option
        /// A known entropy per site to compare with, where there is one.
        Reference: LatticeReference option
        /// Levels of MICE, smallest halves first.
        Levels: LatticeLevel list
        /// Training curves by name; losses are cross-entropies in nats per site (scan) or negative bounds in nats (MICE).
        Curves: (string * CurvePoint[]) list
        /// Checks of the sampler and of the method.
        Checks: Check list
        /// Wall-clock time of the method, s, without sampling.
        Seconds: float
    }

/// What the methods found, as points.
[<RequireQualifiedAccess>]
module LatticeResult =
    /// <summary>Levels whose M, nats, was found by a critic and is not saturated, smallest halves first.</summary>
    /// <param name="point">A point; only points of MICE have levels.</param>
    let certified (point: LatticeResult) : LatticeLevel list =
        point.Levels |> List.filter (fun l -> l.Estimator = "critic" && not l.Saturated)

    /// The fields that all points of one temperature share; method, entropy and time are filled in later.
    let internal start temperature (energy: Estimate<1> option) (checks: Check list) : LatticeResult =
        {
            Temperature = temperature
            Method = ""
            EntropyPerSite = Estimate.create (nan * 1.0<nat / site>) (nan * 1.0<nat / site>) Direction.NoBound
            UpperBound = None
            LowerBound = None
            ReducedFreeEnergyPerSite = None
            EnergyPerSite = energy
            Reference = None
            Levels = []
            Curves = []
            Checks = checks
            Seconds = nan
        }

    let private finished (start: LatticeResult) method seconds checks entropy =
        { start with
            Method = method
            EntropyPerSite = entropy
            Checks = start.Checks @ checks
            Seconds = seconds
        }

    let internal ofCounting start seconds (result: LatticeCountingResult) : LatticeResult list =
        result.Estimates |> List.map (fun e -> finished start e.Name seconds result.Checks e.EntropyPerSite)

    let internal ofCompression start seconds (result: CompressionResult) : LatticeResult =
        finished start "compression" seconds result.Checks result.EntropyPerSite

    let internal ofIntegration start seconds (entropy: IntegratedEntropy) : LatticeResult =
        finished start "integration" seconds entropy.Checks entropy.EntropyPerSite

    let internal ofScan start (result: LatticeScanResult) : LatticeResult =
        let best = result.Corrected |> Option.defaultValue result.EntropyPerSite

        { finished start "scan" result.Seconds result.Checks best with
            UpperBound = result.Corrected |> Option.map (fun _ -> result.EntropyPerSite)
            LowerBound = result.LowerBound
            ReducedFreeEnergyPerSite = result.ReducedFreeEnergyPerSite
            Curves = result.Training |> Array.mapi (fun i curve -> $"network {i + 1}", curve) |> List.ofArray
        }

    let private level (halves: Halves) m gain estimator saturated =
        {
            Half = halves.Name
            Volume = halves.Volume
            InterfaceArea = halves.InterfaceArea
            MutualInformation = m
            TrainingGain = gain
            Estimator = estimator
            Saturated = saturated
        }

    /// The point of MICE, and a second point with the naive estimate where MICE has one.
    let internal ofMice start (result: HalvingResult) : LatticeResult list =
        [
            { finished start "mice" result.Seconds result.Checks result.EntropyPerSite with
                UpperBound = Some result.Bound
                Levels =
                    (result.Levels
                     |> List.map (fun l -> level l.Halves l.MutualInformation (Some l.Gain) "critic" l.Saturated))
                    @ (result.Tail |> List.map (fun t -> level t.Halves t.MutualInformation None "area law" false))
                Curves = result.Levels |> List.map (fun l -> l.Halves.Name, l.Training)
            }

            match result.Naive with
            | Some entropy -> finished start "naive" result.Seconds [] entropy
            | None -> ()
        ]

    /// Directions as text in JSON: the serialiser cannot write unions.
    type private DirectionConverter() =
        inherit JsonConverter<Direction>()

        override _.Write(writer, value, _) =
            writer.WriteStringValue(Direction.name value)

        override _.Read(reader, _, _) =
            let name = reader.GetString()

            [
                Direction.UpperBound
                Direction.LowerBound
                Direction.Exact
                Direction.NoBound
            ]
            |> List.find (fun d -> Direction.name d = name)

    let private format =
        let options =
            JsonSerializerOptions(
                IncludeFields = true,
                NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals
            )

        options.Converters.Add(DirectionConverter())
        options

    /// Points as bytes, for a checkpoint.
    let internal toBytes (points: LatticeResult list) : byte[] =
        JsonSerializer.SerializeToUtf8Bytes(points, format)

    /// <summary>Reads the points that toBytes wrote.</summary>
    /// <param name="name">Name of the checkpoint, for messages.</param>
    /// <param name="content">The bytes.</param>
    /// <returns>BadFile when the bytes are no such points.</returns>
    let internal ofBytes (name: string) (content: byte[]) : Result<LatticeResult list, MiceError list> =
        try
            Ok(JsonSerializer.Deserialize<LatticeResult list>(ReadOnlySpan content, format))
        with :? JsonException ->
            Error
                [
                    MiceError.BadFile(name, None, None, "this is no checkpoint of lattice entropies.")
                ]
