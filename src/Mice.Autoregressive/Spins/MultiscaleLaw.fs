namespace Mice.Autoregressive

open Mice
open Mice.Learning
open Mice.Samplers
open Mice.Tensors

/// How a law from coarse to fine is learned. Start from MultiscaleOptions.defaults.
type MultiscaleOptions =
    {
        /// Known sites that a site sees, at least.
        Seen: int
        /// Units of each of the two hidden layers.
        Width: int
        /// Optimiser steps of each class of sites.
        Steps: int
        /// Sites in each step.
        BatchSites: int
        /// Learning rate of the first step; it falls to 0 along half a cosine.
        LearningRate: float
    }

/// Defaults, the same for every system.
[<RequireQualifiedAccess>]
module MultiscaleOptions =
    /// 48 sites seen, 64 units, 800 steps of 2,048 sites for each class.
    let defaults =
        {
            Seen = 48
            Width = 64
            Steps = 800
            BatchSites = 2048
            LearningRate = 4e-3
        }

    /// <summary>Checks all fields.</summary>
    /// <param name="o">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let faults (o: MultiscaleOptions) : MiceError list =
        [
            yield! Validate.atLeast 4 "sites that a site sees" o.Seen
            yield! Validate.atLeast 1 "width of the law" o.Width
            yield! Validate.atLeast 1 "training steps of a class" o.Steps
            yield! Validate.atLeast 1 "sites of a training step" o.BatchSites
            yield! Validate.positive "learning rate" o.LearningRate
        ]

    let internal ofConditional (o: MultiscaleOptions) : SpinConditionalOptions =
        { SpinConditionalOptions.defaults with
            Width = o.Width
            Steps = o.Steps
            BatchSites = o.BatchSites
            LearningRate = o.LearningRate
        }

/// <summary>A normalised law of the spins of a torus, q(s) = Π_classes Π_sites q(sᵢ | all earlier classes), classes of sites from coarse to fine. <c>MultiscaleLaw.ising</c> and <c>planar</c> make such
/// laws.</summary>
/// <remarks>Half of the sites come last, and their law is exact. A quarter comes before them, seen through a short-ranged effective interaction; coarser sites, whose interactions reach further, are few.
/// Sites of a class are independent, given earlier classes, by assumption: what this costs shows in bounds. Compare P. Białas, P. Korcyl, T. Stebel, Comput. Phys. Commun. 281, 108502 (2022), whose
/// hierarchy has borders that are drawn first.</remarks>
[<NoEquality; NoComparison>]
type MultiscaleLaw<'spin> =
    internal
        {
            Options: MultiscaleOptions
            Shape: int[]
            Classes: SublatticeClass[]
            Laws: SpinConditional<'spin>[]
            /// Parameters of each class.
            Parameters: Params[]
        }

/// Laws from coarse to fine: making, training, likelihoods, drawing.
[<RequireQualifiedAccess>]
module MultiscaleLaw =
    /// Sites that are evaluated together.
    [<Literal>]
    let private Chunk = 8192

    let private create (o: MultiscaleOptions) shape last learned : Result<MultiscaleLaw<'spin>, MiceError list> =
        validate {
            let! () = MultiscaleOptions.faults o
            let! classes = SublatticeOrder.create o.Seen shape

            let laws =
                classes |> Array.map (fun c -> (if c.SeesNeighbours then last else learned) c.Window)

            return
                {
                    Options = o
                    Shape = shape
                    Classes = classes
                    Laws = laws
                    Parameters = laws |> Array.mapi (fun i law -> law.Init(Key.ofSeed 0UL |> Key.item i))
                }
        }

    /// <summary>An untrained law of Ising spins on a square torus.</summary>
    /// <param name="options">Sizes and training.</param>
    /// <param name="coupling">K = J/k_BT.</param>
    /// <param name="field">h = H/k_BT; without a field the law does not change when all spins are flipped.</param>
    /// <param name="shape">Rows and columns, as for <c>SublatticeOrder.create</c>.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let ising (options: MultiscaleOptions) (coupling: float) (field: float) (shape: int[]) =
        create
            options
            shape
            (IsingConditional.heatBath coupling field)
            (IsingConditional.ofWindow options.Width (field = 0.0))

    /// <summary>An untrained law of planar spins on a square torus.</summary>
    /// <param name="options">Sizes and training.</param>
    /// <param name="coupling">K = J/k_BT.</param>
    /// <param name="field">h = H/k_BT along θ = 0; without a field the law does not change when all spins are rotated.</param>
    /// <param name="shape">Rows and columns, as for <c>SublatticeOrder.create</c>.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let planar (options: MultiscaleOptions) (coupling: float) (field: float) (shape: int[]) =
        create
            options
            shape
            (PlanarConditional.heatBath coupling field)
            (PlanarConditional.ofWindow options.Width (field = 0.0) coupling)

    /// <summary>Trains by cross-entropy on snapshots, class after class, several at a time.</summary>
    /// <param name="first">A trained law of the same form to start from, such as that of a neighbouring temperature; None for random numbers.</param>
    /// <param name="snapshots">Training snapshots, [n][sites].</param>
    /// <param name="run">Threads, key, cancellation, progress, store.</param>
    /// <param name="law">The law.</param>
    /// <returns>Errors: those of the run, BadFile for a checkpoint of another network.</returns>
    let train
        (first: MultiscaleLaw<'spin> option)
        (snapshots: 'spin[][])
        (run: Run)
        (law: MultiscaleLaw<'spin>)
        : Result<MultiscaleLaw<'spin>, MiceError list> =
        let options = MultiscaleOptions.ofConditional law.Options

        let one (run: Run) (index: int) =
            let start = first |> Option.map (fun f -> f.Parameters[index])
            let own = run |> Run.item index |> Run.below $"class-{index}"

            if law.Classes[index].SeesNeighbours then
                Ok law.Parameters[index]
            else
                SpinConditional.train options law.Laws[index] start snapshots own
                |> Result.map (fun (state: TrainingState) -> state.Best)

        run
        |> Run.jobs (fun _ -> 1.0) one [| 0 .. law.Classes.Length - 1 |]
        |> Result.map (fun parameters -> { law with Parameters = parameters })

    /// Goes through all sites of a class of several configurations, some rows at a time: what is found of the description of a row is noted with the number of its configuration and its site.
    let private ofClass
        (law: MultiscaleLaw<'spin>)
        (spins: 'spin[][])
        (index: int)
        find
        (note: int -> int -> 'a -> unit)
        =
        seq {
            for n in 0 .. spins.Length - 1 do
                for site in law.Classes[index].Sites do
                    struct (n, site)
        }
        |> Seq.chunkBySize Chunk
        |> Seq.iter (fun places ->
            Tensor.scope (fun () ->
                SpinConditional.described law.Laws[index] places.Length (fun row ->
                    let struct (n, site) = places[row]
                    struct (spins[n], site))
                |> find
                |> Array.iteri (fun row found ->
                    let struct (n, site) = places[row]
                    note n site found)))

    /// <summary>ln q of configurations, nats.</summary>
    /// <param name="law">The law.</param>
    /// <param name="spins">Configurations, [n][sites].</param>
    let logarithms (law: MultiscaleLaw<'spin>) (spins: 'spin[][]) : float[] =
        let found = Array.zeroCreate spins.Length

        for index in 0 .. law.Classes.Length - 1 do
            ofClass
                law
                spins
                index
                (law.Laws[index].Surprise law.Parameters[index] >> Tensor.toFloats)
                (fun n _ surprise -> found[n] <- found[n] - surprise)

        found

    /// <summary>Configurations drawn from the law, independent of each other.</summary>
    /// <param name="count">How many.</param>
    /// <param name="run">Key, cancellation.</param>
    /// <param name="law">The law.</param>
    /// <returns>[count][sites].</returns>
    let sample (count: int) (run: Run) (law: MultiscaleLaw<'spin>) : 'spin[][] =
        let generator = Key.generator run.Key

        let drawn =
            Array.init count (fun _ -> Array.zeroCreate<'spin>(LatticeShape.sites law.Shape))

        for index in 0 .. law.Classes.Length - 1 do
            Run.stopIfCancelled run

            ofClass law drawn index (law.Laws[index].Draw law.Parameters[index] generator) (fun n site spin ->
                drawn[n][site] <- spin)

        drawn
