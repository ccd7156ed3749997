namespace Mice.Rsmi

open Mice
open Mice.Samplers

/// <summary>Joint samples of a block and its environment: configurations, and the positions of the block in them. A sample is a configuration with a position;
/// its numbers are gathered when they are needed.</summary>
[<NoComparison>]
type RsmiSamples =
    internal
        {
            Source: RsmiSource
            Regions: Regions
            /// 1 over the standard deviation of each channel.
            Scales: float32[]
        }

    /// Degrees of freedom of V.
    member samples.VisibleSize = samples.Regions.Visible[0].Length

    /// Degrees of freedom of E.
    member samples.EnvironmentSize = samples.Regions.Environment[0].Length

    /// Independent groups of configurations.
    member samples.Groups =
        (samples.Source.Configurations.Length + samples.Source.PerGroup - 1) / samples.Source.PerGroup

/// A sample: configuration and position.
[<Struct>]
type internal SamplePlace = { Configuration: int; Position: int }

/// What training, choice and test see: groups of configurations for training, and samples for the others.
type internal RsmiSplit =
    {
        Training: int[]
        Validation: SamplePlace[]
        Test: SamplePlace[]
    }

/// Samples from configurations.
[<RequireQualifiedAccess>]
module RsmiSamples =
    /// Standard deviation of each channel; 1 where nothing varies.
    let private scales (source: RsmiSource) : float32[] =
        let sites = LatticeShape.sites source.Lattice.Shape

        Array.init source.Lattice.Channels (fun channel ->
            let mutable sum = 0.0

            for c in source.Configurations do
                for i in channel * sites .. (channel + 1) * sites - 1 do
                    sum <- sum + (float c[i] - source.Origins[channel]) ** 2.0

            let deviation = sqrt (sum / float (sites * source.Configurations.Length))
            if deviation > 0.0 then float32 (1.0 / deviation) else 1.0f)

    let private varies (source: RsmiSource) (dofs: int[]) =
        dofs
        |> Array.exists (fun i ->
            source.Configurations |> Array.exists (fun c -> c[i] <> source.Configurations[0][dofs[0]]))

    /// <summary>Samples of all configurations at all positions.</summary>
    /// <param name="regions">Block and environment.</param>
    /// <param name="source">The configurations.</param>
    /// <returns>Errors: those of the source; OutOfRange for regions without degrees of freedom; TooFewData for a block that never changes.</returns>
    let create (regions: Regions) (source: RsmiSource) : Result<RsmiSamples, MiceError list> =
        validate {
            let! () = RsmiSource.faults source

            and! () =
                Validate.atLeast 1 "degrees of freedom of the block" regions.Visible[0].Length

            and! () =
                Validate.atLeast 1 "degrees of freedom of the environment" regions.Environment[0].Length

            let! () =
                if regions.Visible |> Array.exists (varies source) then
                    []
                else
                    [
                        MiceError.TooFewData(
                            "values that the degrees of freedom of the block take",
                            1,
                            2,
                            "A constant block knows nothing of its environment."
                        )
                    ]

            return
                {
                    Source = source
                    Regions = regions
                    Scales = scales source
                }
        }

    let private gather (samples: RsmiSamples) (dofs: int[][]) (scales: float32[]) (places: SamplePlace[]) : float32[] =
        let source = samples.Source
        let perChannel = dofs[0].Length / source.Lattice.Channels
        let width = dofs[0].Length
        let found = Array.zeroCreate<float32>(places.Length * width)

        places
        |> Array.Parallel.iteri (fun row place ->
            let from, indices = source.Configurations[place.Configuration], dofs[place.Position]

            for channel in 0 .. source.Lattice.Channels - 1 do
                let origin, scale = float32 source.Origins[channel], scales[channel]

                for j in channel * perChannel .. (channel + 1) * perChannel - 1 do
                    found[row * width + j] <- (from[indices[j]] - origin) * scale)

        found

    /// V of some samples less the origin, [n·v].
    let internal visible (samples: RsmiSamples) (places: SamplePlace[]) : float32[] =
        gather samples samples.Regions.Visible (Array.create samples.Scales.Length 1.0f) places

    /// E of some samples less the origin over the standard deviation, [n·e].
    let internal environment (samples: RsmiSamples) (places: SamplePlace[]) : float32[] =
        gather samples samples.Regions.Environment samples.Scales places

    /// The group of a sample.
    let internal group (samples: RsmiSamples) (place: SamplePlace) : int =
        place.Configuration / samples.Source.PerGroup

    /// Random positions of random configurations of some groups.
    let internal draw (generator: Generator) (count: int) (groups: int[]) (samples: RsmiSamples) : SamplePlace[] =
        let per, all = samples.Source.PerGroup, samples.Source.Configurations.Length

        Array.init count (fun _ ->
            let first = groups[generator.NextInt groups.Length] * per

            {
                Configuration = first + generator.NextInt(min per (all - first))
                Position = generator.NextInt samples.Regions.Visible.Length
            })

    /// As many positions of every configuration of some groups as give about so many samples: all of them where there are fewer.
    let private spread (generator: Generator) (count: int) (groups: int[]) (samples: RsmiSamples) : SamplePlace[] =
        let inside = System.Collections.Generic.HashSet groups
        let positions = samples.Regions.Visible.Length

        let own =
            [|
                for c in 0 .. samples.Source.Configurations.Length - 1 do
                    if inside.Contains(c / samples.Source.PerGroup) then
                        c
            |]

        let each = min positions ((count + own.Length - 1) / own.Length)

        [|
            for c in own do
                let chosen =
                    if each = positions then
                        [| 0 .. positions - 1 |]
                    else
                        Array.init each (fun _ -> generator.NextInt positions)

                for position in chosen do
                    {
                        Configuration = c
                        Position = position
                    }
        |]

    /// Shares of the groups for training and choice; the test gets the rest.
    let private trainingShare, private validationShare = 0.6, 0.1

    /// Splits configurations by whole groups, in random order; of so many samples the parts get their shares.
    let internal split (count: int) (key: Key) (samples: RsmiSamples) : RsmiSplit =
        let groups = [| 0 .. samples.Groups - 1 |]
        let generator = Key.generator (Key.named "split" key)
        generator.Shuffle groups
        let training = int (trainingShare * float groups.Length)
        let validation = max 1 (int (validationShare * float groups.Length))

        let part (own: int[]) =
            spread generator (count * own.Length / groups.Length) own samples

        {
            Training = groups[.. training - 1]
            Validation = part groups[training .. training + validation - 1]
            Test = part groups[training + validation ..]
        }
