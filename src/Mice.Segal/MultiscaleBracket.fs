namespace Mice.Segal

open System.Numerics
open Mice
open Mice.Autoregressive
open Mice.Samplers
open Mice.Tensors

/// How entropies of spins are bracketed by laws from coarse to fine.
type MultiscaleBracketOptions =
    {
        /// Batches and rounds; operations do not apply.
        Bracket: BracketOptions
        /// The law and its training at the first temperature; laws of further ones begin with the law before and take half of the steps.
        Law: MultiscaleOptions
        /// Snapshots that laws learn from, at each temperature.
        Snapshots: int
    }

/// <summary>Brackets of entropies of large lattices: a law whose sites are drawn from coarse to fine learns from snapshots at each temperature, and its weights bound ln Z from both sides.</summary>
/// <remarks>Snapshots for training are others than those of the upper bound.</remarks>
[<RequireQualifiedAccess>]
module MultiscaleBracket =
    /// 100 batches of 500 samples, 2,000 rounds of the chains, 2,048 snapshots.
    let defaults: MultiscaleBracketOptions =
        {
            Bracket =
                { Bracket.defaults with
                    Batch = 500
                    Batches = 100
                }
            Law = MultiscaleOptions.defaults
            Snapshots = 2048
        }

    /// What chains gave at one temperature.
    type private Drawn<'spin> =
        {
            Spins: 'spin[][]
            ReducedEnthalpy: Estimate<1>
            Checks: Check list
        }

    /// A kind of spins at one temperature.
    type private Spins<'spin> =
        {
            Conditions: Conditions
            /// The untrained law.
            Law: MultiscaleLaw<'spin>
            /// Snapshots and rounds of chains.
            Chains: Run -> int -> int -> Result<Drawn<'spin>, MiceError list>
            /// H/k_BT of a configuration.
            Energy: 'spin[] -> float
        }

    let private weights (s: Spins<'spin>) (law: MultiscaleLaw<'spin>) (spins: 'spin[][]) : float[] =
        Array.map2 (fun logarithm one -> -logarithm - s.Energy one) (MultiscaleLaw.logarithms law spins) spins

    /// Trains the law of one temperature, and brackets there.
    let private at (run: Run) o (before: MultiscaleLaw<'spin> option) (s: Spins<'spin>) =
        validate {
            let! training =
                s.Chains (run |> Run.within 0.0 0.1 "" |> Run.named "training") o.Snapshots 1

            let! law =
                MultiscaleLaw.train before training.Spins (run |> Run.within 0.1 0.5 "" |> Run.named "law") s.Law

            let! drawn =
                s.Chains (run |> Run.within 0.6 0.2 "" |> Run.named "chains") o.Bracket.Batches o.Bracket.Rounds

            let! bracket =
                Bracket.ofWeights
                    (run |> Run.within 0.8 0.2 "" |> Run.named "weights")
                    o.Bracket
                    s.Conditions
                    {
                        Sites = drawn.Spins[0].Length
                        Draw = fun run count -> MultiscaleLaw.sample count run law |> weights s law
                        Equilibrium = Bracket.chosen o.Bracket drawn.Spins |> weights s law
                        ReducedEnthalpy = drawn.ReducedEnthalpy
                        Checks = drawn.Checks
                    }

            return struct (law, bracket)
        }

    /// Everything that the numbers depend on.
    let private conditions (model: string) (o: MultiscaleBracketOptions) (temperatures: float list) =
        let b, law = o.Bracket, o.Law

        [
            "model", model
            "batch", string b.Batch
            "batches", string b.Batches
            "rounds", string b.Rounds
            "seen", string law.Seen
            "width", string law.Width
            "steps", string law.Steps
            "sites_of_a_step", string law.BatchSites
            "learning_rate", Number.text law.LearningRate
            "snapshots", string o.Snapshots
            "temperatures", temperatures |> List.map Number.text |> String.concat ","
        ]

    let private modelName kind rows columns (coupling: float) (field: float) =
        $"{kind} {rows}×{columns}, J = {Number.text coupling}, field {Number.text field}"

    /// Temperature after temperature, each law from that before.
    let private all
        (name: string)
        (run: Run)
        (o: MultiscaleBracketOptions)
        (make: MultiscaleOptions -> float -> Result<Spins<'spin>, MiceError list>)
        temperatures
        =
        let share = 1.0 / float (List.length temperatures)

        let later =
            { o.Law with
                Steps = max 1 (o.Law.Steps / 2)
            }

        let rec go run index before temperatures =
            match temperatures with
            | [] -> Ok []
            | t :: rest ->
                let name = Number.text t

                let own =
                    run
                    |> Run.within (share * float index) share $"T = {name}"
                    |> Run.item index
                    |> Run.below $"temperature-{index}"

                validate {
                    let! spins = make (if index = 0 then o.Law else later) t
                    let! struct (law, bracket) = at own o before spins
                    let! others = go run (index + 1) (Some law) rest
                    return bracket :: others
                }

        validate {
            let! () = Validate.atLeast 1 "training snapshots" o.Snapshots
            and! () = Validate.atLeast 1 "the number of temperatures" (List.length temperatures)
            and! () = Run.faults run
            and! () = Engine.load ()

            let! run =
                Run.claim "bracket from coarse to fine" (fun () -> conditions name o temperatures) run

            return! go run 0 None temperatures
        }

    let private isingChains (model: IsingModel) (run: Run) (snapshots: int) (rounds: int) =
        let options =
            { IsingSamplingOptions.defaults with
                Snapshots = snapshots
                Equilibrate = 100
                EnergyRounds = rounds
            }

        IsingSampling.draw options run model
        |> Result.map (fun drawn ->
            {
                Spins = drawn.Snapshots.Sites
                ReducedEnthalpy =
                    drawn.EnergyPerSite |> Estimate.scale (float (IsingModel.sites model) / model.Temperature)
                Checks = drawn.Checks
            })

    /// <summary>Brackets the entropy of an Ising model on a square torus.</summary>
    /// <param name="run">Threads, key, cancellation, progress, store.</param>
    /// <param name="o">How.</param>
    /// <param name="model">The model; its temperature does not matter. Sides as for <c>SublatticeOrder.create</c>.</param>
    /// <param name="temperatures">T, one or more.</param>
    /// <returns>A bracket at each temperature. Errors: OutOfRange, Unavailable for lattices other than the square one.</returns>
    let ising (run: Run) (o: MultiscaleBracketOptions) (model: IsingModel) (temperatures: float list) =
        let make law t =
            let model = { model with Temperature = t }

            MultiscaleLaw.ising law (model.Coupling / t) (model.Field / t) [| model.Rows; model.Columns |]
            |> Result.map (fun law ->
                {
                    Conditions = { Temperature = t; Field = model.Field }
                    Law = law
                    Chains = isingChains model
                    Energy = fun spins -> IsingModel.energy model spins / t
                })

        if model.Lattice = Lattice.Square then
            let name = modelName "ising" model.Rows model.Columns model.Coupling model.Field
            all name run o make temperatures
        else
            Error
                [
                    MiceError.Unavailable(
                        $"A law from coarse to fine on a {model.Lattice} lattice",
                        "Take a square one."
                    )
                ]

    let private xyChains (model: XYModel) (run: Run) (snapshots: int) (rounds: int) =
        let options = XYChainOptions.withSnapshots snapshots XYChainOptions.defaults

        let options =
            { options with
                Every = max options.Every ((rounds + options.Snapshots - 1) / options.Snapshots)
            }

        XYChain.sample options run model
        |> Result.map (fun drawn ->
            {
                Spins = (PlanarSpins.ofAngles drawn.Snapshots).Sites
                ReducedEnthalpy =
                    drawn.EnergyPerSite |> Estimate.scale (float (XYModel.sites model) / model.Temperature)
                Checks = drawn.Checks
            })

    /// <summary>Brackets the entropy of an XY model on a square torus, relative to dθ.</summary>
    /// <param name="run">Threads, key, cancellation, progress, store.</param>
    /// <param name="o">How.</param>
    /// <param name="model">The model; its temperature does not matter. Sides as for <c>SublatticeOrder.create</c>.</param>
    /// <param name="temperatures">T, one or more.</param>
    /// <returns>A bracket at each temperature. Errors: OutOfRange.</returns>
    let xy (run: Run) (o: MultiscaleBracketOptions) (model: XYModel) (temperatures: float list) =
        let make law t =
            let model = { model with Temperature = t }

            MultiscaleLaw.planar law (model.Coupling / t) (model.Field / t) [| model.Rows; model.Columns |]
            |> Result.map (fun law ->
                {
                    Conditions = { Temperature = t; Field = model.Field }
                    Law = law
                    Chains = xyChains model
                    Energy = fun (spins: Vector2[]) -> XYModel.energy model (PlanarSpins.state spins) / t
                })

        let name = modelName "xy" model.Rows model.Columns model.Coupling model.Field
        all name run o make temperatures
