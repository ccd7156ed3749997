namespace Mice.Rsmi

open Mice
open Mice.Samplers

/// <summary>Configurations of a system, and what is known of how they were drawn.</summary>
[<NoComparison>]
type RsmiSource =
    {
        /// Where the degrees of freedom lie.
        Lattice: SiteLattice
        /// Configurations, [n][channels·sites].
        Configurations: float32[][]
        /// Consecutive configurations that may depend on each other, such as those of one chain; different groups are independent.
        PerGroup: int
        /// What each channel is measured from, so that the sign of a filter's output means something: 0 for spins ±1, the mean for counts.
        Origins: float[]
        /// Checks of the sampler.
        Checks: Check list
        /// What the configurations are of, by name.
        Settings: (string * string) list
    }

/// Sources of the models, and of arrays.
[<RequireQualifiedAccess>]
module RsmiSource =
    /// Mean of each channel over all configurations and sites.
    let private means (lattice: SiteLattice) (configurations: float32[][]) : float[] =
        let sites = LatticeShape.sites lattice.Shape

        Array.init lattice.Channels (fun channel ->
            configurations
            |> Array.averageBy (fun c ->
                let mutable sum = 0.0

                for i in channel * sites .. (channel + 1) * sites - 1 do
                    sum <- sum + float c[i]

                sum / float sites))

    /// <summary>Every fault of a source: Mismatch for configurations of another size, OutOfRange for numbers that are not finite and for groups below one
    /// configuration, TooFewData for fewer than 8 groups.</summary>
    /// <param name="source">The source.</param>
    let faults (source: RsmiSource) : MiceError list =
        let dofs = LatticeShape.sites source.Lattice.Shape * source.Lattice.Channels

        [
            match source.Configurations |> Array.tryFindIndex (fun c -> c.Length <> dofs) with
            | Some i ->
                MiceError.Mismatch(
                    $"configuration {i + 1} and its lattice",
                    $"{source.Configurations[i].Length} numbers",
                    $"{dofs} degrees of freedom"
                )
            | None -> ()

            match source.Configurations |> Array.tryFindIndex (Array.forall System.Single.IsFinite >> not) with
            | Some i -> MiceError.OutOfRange($"a number of configuration {i + 1}", "not finite", "finite numbers")
            | None -> ()

            yield! Validate.atLeast 1 "configurations of a group" source.PerGroup
            let groups = source.Configurations.Length / max 1 source.PerGroup

            if groups < 8 then
                MiceError.TooFewData(
                    "independent groups of configurations",
                    groups,
                    8,
                    "Errors come from their spread; give more configurations."
                )
        ]

    /// <summary>Configurations as they are: spins ±1 from 0, anything else from the mean of its channel.</summary>
    /// <param name="lattice">Where the degrees of freedom lie.</param>
    /// <param name="perGroup">Consecutive configurations that may depend on each other.</param>
    /// <param name="settings">What they are of.</param>
    /// <param name="configurations">[n][channels·sites].</param>
    let ofArrays
        (lattice: SiteLattice)
        (perGroup: int)
        (settings: (string * string) list)
        (configurations: float32[][])
        : RsmiSource =
        let areSpins =
            configurations |> Array.forall (Array.forall (fun s -> s = 1.0f || s = -1.0f))

        // Configurations of another size are a fault, which is told when samples are made of them.
        let dofs = LatticeShape.sites lattice.Shape * lattice.Channels
        let fit = configurations |> Array.forall (fun c -> c.Length = dofs)

        {
            Lattice = lattice
            Configurations = configurations
            PerGroup = perGroup
            Origins =
                if areSpins || configurations.Length = 0 || not fit then
                    Array.zeroCreate (max 0 lattice.Channels)
                else
                    means lattice configurations
            Checks = []
            Settings = settings
        }

    /// A source that was drawn: settings and checks of the sampler.
    let private drawn lattice perGroup origins settings checks configurations : RsmiSource =
        {
            Lattice = lattice
            Configurations = configurations
            PerGroup = perGroup
            Origins = origins
            Checks = checks
            Settings = settings
        }

    /// <summary>Spins of an Ising model in equilibrium.</summary>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Key, threads.</param>
    /// <param name="model">The model.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let ising (options: IsingSamplingOptions) (run: Run) (model: IsingModel) : Result<RsmiSource, MiceError list> =
        IsingSampling.draw options run model
        |> Result.map (fun found ->
            found.Snapshots.Sites
            |> Array.map (Array.map float32)
            |> drawn
                (SiteLattice.torus found.Snapshots.Shape 1)
                found.SnapshotsPerChain
                [| 0.0 |]
                [
                    "system", "ising"
                    "shape", LatticeShape.text found.Snapshots.Shape
                    "temperature", Number.text model.Temperature
                    "coupling", Number.text model.Coupling
                    "field", Number.text model.Field
                ]
                found.Checks)

    /// Share of the bonds of a square lattice that dimers occupy.
    [<Literal>]
    let DimersPerBond = 0.25

    /// Occupied bonds of a covering of a square torus mirrored at its diagonal: bonds to the right become bonds down.
    let internal mirrored (side: int) (bonds: float32[]) : float32[] =
        let sites = side * side

        Array.init bonds.Length (fun i ->
            let site = i % sites
            let image = site % side * side + site / side
            bonds[(if i < sites then sites else 0) + image])

    /// <summary>Occupied bonds of interacting dimers in equilibrium: channel 0 has the bonds to the right, channel 1 those down, less their mean ¼.</summary>
    /// <remarks>On a square torus every second covering, chosen at random, is mirrored at the diagonal, which is a symmetry of the law: chains that stay in one
    /// of the columnar states for long show the others as well.</remarks>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Key, threads.</param>
    /// <param name="model">The model.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let dimers (options: ChainOptions) (run: Run) (model: DimerModel) : Result<RsmiSource, MiceError list> =
        let generator = Key.generator (Key.named "mirrors" run.Key)

        let image bonds =
            if model.Rows = model.Columns && generator.NextInt 2 = 1 then
                mirrored model.Rows bonds
            else
                bonds

        DimerChain.sample options run model
        |> Result.map (fun found ->
            found.Spins
            |> Array.map (DimerModel.bonds >> Array.map float32 >> image)
            |> drawn
                (SiteLattice.torus [| model.Rows; model.Columns |] 2)
                found.SnapshotsPerChain
                [| DimersPerBond; DimersPerBond |]
                [
                    "system", "dimers"
                    "shape", LatticeShape.text [| model.Rows; model.Columns |]
                    "temperature", Number.text model.Temperature
                ]
                found.Checks)

    /// <summary>Masses of a ring with chipping and aggregation, less their mean.</summary>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Key, threads.</param>
    /// <param name="model">The model.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let chipping (options: ChippingOptions) (run: Run) (model: ChippingModel) : Result<RsmiSource, MiceError list> =
        ChippingChain.sample options run model
        |> Result.map (fun found ->
            found.Masses
            |> Array.map (Array.map float32)
            |> drawn
                (SiteLattice.torus [| model.Sites |] 1)
                found.SnapshotsPerChain
                [| float model.Mass / float model.Sites |]
                [
                    "system", "chipping"
                    "shape", string model.Sites
                    "mass", string model.Mass
                    "hop_rate", Number.text model.HopRate
                ]
                found.Checks)
